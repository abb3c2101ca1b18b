"""The heads of a classifier: numbers of an estimator become distributions of 256 levels."""

from jaxtyping import Float
from torch import Tensor

from fcsr import decoding
from fcsr.decoding import CLASSES, Decode, Distribution
from fcsr.errors import FcsrError
from fcsr.mixtures import PARAMETERS, LogisticMixture
from fcsr.models.prior import LaplacePrior
from fcsr.utils.numbers import as_whole

HEADS = ("logits", "mixture")
"""The paper's, one free logit for each level, and ours, which knows the levels' order."""


def check_head(head: str, components: int, decode: str) -> None:
    """Raise FcsrError for a head that there is not, or whose distributions are not decoded so.

    >>> import fcsr
    >>> fcsr.models.heads.check_head("mixture", components=5, decode="component")
    """
    decoding.check_name(decode)
    if head not in HEADS:
        raise FcsrError(f'head is "{head}"; give {" or ".join(HEADS)}')
    if (as_whole(components) or 0) < 1:
        raise FcsrError(f"components is {components!r}; give a whole number above 0")
    check_decode(head, decode)


def check_decode(head: str, decode: str | Decode | None) -> None:
    """Raise FcsrError for a decode that there is not, or not for distributions of this head.

    >>> import fcsr
    >>> fcsr.models.heads.check_decode("logits", "mean")
    """
    if decode is None:
        return
    if decoding.resolve(decode) is decoding.component and head != "mixture":
        raise FcsrError(
            'decode is component, but logits have none: give a model with head="mixture"'
        )


def outputs(head: str, components: int) -> int:
    """How many numbers a head takes for each pixel.

    >>> import fcsr
    >>> fcsr.models.heads.outputs("logits", components=5)
    768
    """
    return 3 * CLASSES if head == "logits" else PARAMETERS * components


def distribution(
    head: str,
    numbers: Float[Tensor, "b q outputs"],
    centre: Float[Tensor, "*b"],
    prior: LaplacePrior | None,
) -> Distribution:
    """What the numbers stand for, around a level.

    >>> import fcsr, torch
    >>> mixture = fcsr.models.heads.distribution(
    ...     "mixture", torch.zeros(1, 4, 50), centre=torch.tensor(128.0), prior=None
    ... )
    >>> mixture.centres.shape  # of 5 components
    torch.Size([1, 4, 3, 5])
    """
    if head == "mixture":
        return LogisticMixture.around(centre, numbers)
    logits = numbers.unflatten(-1, (3, CLASSES))
    return logits if prior is None else logits + prior(centre)
