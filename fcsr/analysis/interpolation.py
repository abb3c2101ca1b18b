"""Between two models: weights on the straight line from one to the other.

Of a network and what it became by fine-tuning for another aim, each point between is a network
too, and a good one: a dial from the one aim to the other (network interpolation, of ESRGAN, Wang
et al., ECCV Workshops 2018).
"""

import copy

from fcsr.errors import FcsrError
from fcsr.models import ContinuousModel


def blend(first: ContinuousModel, second: ContinuousModel, share: float) -> ContinuousModel:
    """A new model, `share` of the way (0 ... 1) from the weights of `first` to those of `second`.

    It is otherwise as `second` is, which may be read in another way but must have the same
    weights by name and shape; else, or for another share, FcsrError.
    """
    if not 0 <= share <= 1:
        raise FcsrError(f"share is {share}; give 0 (the first model) to 1 (the second)")
    blended, start = copy.deepcopy(second), first.state_dict()
    weights = blended.state_dict()
    unlike = [
        name
        for name in start.keys() | weights.keys()
        if name not in start or name not in weights or start[name].shape != weights[name].shape
    ]
    if unlike:
        raise FcsrError(
            f"these models cannot be blended: they differ in {min(unlike)}"
            f"{f' and {len(unlike) - 1} other weights' if len(unlike) > 1 else ''}; one should "
            "have been trained from the other"
        )
    for name, weight in weights.items():
        weight.copy_(start[name].lerp(weight, share))  # state_dict gives the weights themselves
    return blended
