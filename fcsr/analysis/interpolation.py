"""Between two models: weights on the straight line from one to the other.

Between a network and the same network after fine-tuning for another aim, each point is a good
network, too: the share is a dial from one aim to the other (network interpolation, of ESRGAN, Wang
et al., ECCV Workshops 2018).
"""

import copy

from fcsr.errors import FcsrError
from fcsr.models import ContinuousModel


def blend(first: ContinuousModel, second: ContinuousModel, share: float) -> ContinuousModel:
    """A new model, `share` of the way (0 ... 1) from the weights of `first` to those of `second`.

    All else is taken from `second`, which may be decoded in another way.

    Raises:
        FcsrError: another share, or weights that differ in name or shape.

    Example:
        >>> import fcsr
        >>> import torch
        >>> from fcsr.analysis.interpolation import blend
        >>> first, second = fcsr.LTE.compact(), fcsr.LTE.compact()
        >>> weights = [next(m.parameters()) for m in (first, second, blend(first, second, 0.5))]
        >>> torch.allclose(weights[2], (weights[0] + weights[1]) / 2, atol=1e-6)
        True
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
