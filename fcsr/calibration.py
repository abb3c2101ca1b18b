"""Does a classifier know how much it knows? Intervals, and how often the truth lies in them."""

from jaxtyping import Float, Int, Integer
from torch import Tensor

from fcsr.errors import FcsrError


def interval(
    logits: Float[Tensor, "*b classes"], share: float
) -> tuple[Int[Tensor, "*b"], Int[Tensor, "*b"]]:
    """The levels between which the central `share` of each distribution lies, both included.

    Of the rest, no more than half lies below the first and no more than half above the second.
    Raises FcsrError for a share that is not between 0 and 1.
    """
    _require_share(share)
    up_to = _probabilities(logits).cumsum(-1)
    ends = ((up_to < part).sum(-1) for part in ((1 - share) / 2, (1 + share) / 2))
    first, last = (end.clamp(max=logits.shape[-1] - 1).to(logits.device) for end in ends)
    return first, last


def coverage(
    logits: Float[Tensor, "*b classes"], levels: Integer[Tensor, "*b"], share: float
) -> float:
    """How often the true levels lie in the central interval that holds `share` (0 ... 1).

    For distributions that are true this is `share`, as the number of pixels grows. For that, the
    interval must hold just `share`, so it begins and ends *within* a level; if the truth is
    such a level, it counts by the part of its probability that lies inside.

    Raises FcsrError for a share that is not between 0 and 1.
    """
    _require_share(share)
    p = _probabilities(logits)
    truth = levels.cpu().long().unsqueeze(-1)
    of_truth = p.gather(-1, truth)
    up_to = p.cumsum(-1).gather(-1, truth)
    first, last = (1 - share) / 2, (1 + share) / 2
    inside = up_to.clamp(max=last) - (up_to - of_truth).clamp(min=first)
    return (inside / of_truth).clamp(0, 1).nan_to_num(0).mean().item()


def _probabilities(logits: Tensor) -> Tensor:
    """In float64 on the CPU, where every device has it."""
    return logits.cpu().double().softmax(-1)


def _require_share(share: float) -> None:
    if not 0 < share < 1:
        raise FcsrError(f"share is {share}; give a number between 0 and 1, e.g. 0.9")
