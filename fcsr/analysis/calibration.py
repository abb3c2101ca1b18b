"""Does a classifier know how much it knows? How uncertain it is, how often the truth lies in its
intervals, what one temperature can mend of that, and whether it is uncertain where it errs.
"""

import math

import torch
from jaxtyping import Float, Int, Integer
from torch import Tensor

from fcsr.errors import FcsrError

MIN_TEMPERATURE, MAX_TEMPERATURE = 0.05, 20.0  # the bounds of the search


def entropy(logits: Float[Tensor, "*b classes"]) -> Float[Tensor, "*b"]:
    """How much each distribution leaves open, in bits: -sum p log2 p (Shannon 1948).

    From 0, where one level has all the probability, to log2(classes), where all are alike. It is
    also what the best code for the distribution can be expected to cost, if the distribution is
    true; `code_length.of_distributions` is what it does cost. It does not know that levels have
    an order: two equally likely levels are one bit, be they neighbours or black and white.

    Example:
        >>> import torch
        >>> from fcsr.analysis import calibration
        >>> calibration.entropy(torch.zeros(2, 3, 256))[0]  # all levels alike
        tensor([8., 8., 8.])
    """
    bits = torch.special.entr(_probabilities(logits)).sum(-1) / math.log(2)
    return bits.to(logits)


def interval(
    logits: Float[Tensor, "*b classes"], share: float
) -> tuple[Int[Tensor, "*b"], Int[Tensor, "*b"]]:
    """The levels between which the central `share` of each distribution lies, both included.

    Of the rest, no more than half lies below the first and no more than half above the second.
    Raises FcsrError for a share that is not between 0 and 1.

    Example:
        >>> import torch
        >>> from fcsr.analysis import calibration
        >>> first, last = calibration.interval(torch.zeros(10), share=0.7)
        >>> first.item(), last.item()
        (1, 8)
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

    Example:
        >>> import torch
        >>> from fcsr.analysis import calibration
        >>> levels = torch.arange(10)  # each level once, as the distributions have it
        >>> round(calibration.coverage(torch.zeros(10, 10), levels, share=0.7), 6)
        0.7
    """
    _require_share(share)
    p = _probabilities(logits)
    truth = levels.cpu().long().unsqueeze(-1)
    of_truth = p.gather(-1, truth)
    up_to = p.cumsum(-1).gather(-1, truth)
    first, last = (1 - share) / 2, (1 + share) / 2
    inside = up_to.clamp(max=last) - (up_to - of_truth).clamp(min=first)
    return (inside / of_truth).clamp(0, 1).nan_to_num(0).mean().item()


def temperature(logits: Float[Tensor, "*b classes"], levels: Integer[Tensor, "*b"]) -> float:
    """The T for which `logits / T` make the true levels likeliest: temperature scaling.

    One number for all pixels (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017).
    Above 1 the distributions were too sure, below 1 not sure enough. `logits / T` are the
    distributions p^t, renormalised, of `decoding.sharpened_mean`, with t = 1 / T. Fit it on other
    photographs than those that it is judged by. It is found to a thousandth.

    Raises FcsrError where no T from 0.05 to 20 is the likeliest: without pixels, for a truth that
    was ruled out, and for pixels that are all right (colder is always better) or no better than
    chance (hotter is).

    Example:
        >>> import torch
        >>> from fcsr.analysis import calibration
        >>> levels = torch.tensor([0, 0, 0, 1])
        >>> logits = 2 * torch.tensor([3.0, 1.0]).log().expand(4, 2)  # 9 : 1; the counts are 3 : 1
        >>> round(calibration.temperature(logits, levels), 2)
        2.0
    """
    from scipy.optimize import minimize_scalar

    logits = logits.cpu().double()
    of_truth = logits.gather(-1, levels.cpu().long().unsqueeze(-1)).squeeze(-1)

    def nats(log_temperature: float) -> float:
        t = math.exp(-log_temperature)
        return ((t * logits).logsumexp(-1) - t * of_truth).mean().item()

    ends = math.log(MIN_TEMPERATURE), math.log(MAX_TEMPERATURE)
    best = minimize_scalar(nats, bounds=ends, method="bounded", options={"xatol": 1e-4})
    # at an end, the search comes no nearer to it than its tolerance
    if not (math.isfinite(best.fun) and best.fun < min(map(nats, ends))):
        raise FcsrError(
            f"no temperature from {MIN_TEMPERATURE:g} to {MAX_TEMPERATURE:g} is the likeliest for "
            f"these {of_truth.numel()} values; give more, among them some that the model gets wrong"
        )
    return math.exp(best.x)


def sparsification(
    uncertainty: Float[Tensor, " n"], error: Float[Tensor, " n"]
) -> Float[Tensor, " n"]:
    """The mean error that is left without the k most uncertain of n pixels, for k = 0 ... n - 1.

    If uncertainty is high where errors are, the curve falls from the mean of all; if the two are
    unrelated, it stays level, and `sparsification(error, error)` is the lowest that there is. Only
    the order of the uncertainties matters; pixels with equal ones count as if taken in random
    order. float64, on the CPU.

    Ilg et al. ("Uncertainty Estimates and Multi-Hypotheses Networks for Optical Flow", ECCV 2018)
    draw it; from right to left it is risk against coverage (Geifman and El-Yaniv, NIPS 2017).
    Raises FcsrError without pixels and for an uncertainty that is NaN.

    Example:
        >>> import torch
        >>> from fcsr.analysis import calibration
        >>> uncertainty, error = torch.tensor([3.0, 1.0, 2.0]), torch.tensor([7.0, 3.0, 2.0])
        >>> calibration.sparsification(uncertainty, error).tolist()
        [4.0, 2.5, 3.0]
    """
    unknown = int(uncertainty.isnan().sum())
    if unknown or not len(uncertainty):
        raise FcsrError(
            f"of {len(uncertainty)} uncertainties {unknown} are NaN; give numbers, one or more"
        )
    different, which = uncertainty.cpu().unique(return_inverse=True)  # from the lowest
    expected = different.new_zeros(len(different), dtype=torch.float64)
    expected.scatter_reduce_(0, which, error.cpu().double(), "mean", include_self=False)
    kept = torch.arange(1, len(which) + 1, device=which.device)
    return (expected[which.sort().values].cumsum(0) / kept).flip(0)


def sparsification_error(uncertainty: Float[Tensor, " n"], error: Float[Tensor, " n"]) -> float:
    """The area between the curve of `uncertainty` and the best one, AUSE; lower is better.

    The curves are those of `sparsification`, divided by the mean error. 0: the most uncertain
    pixel is the most wrong, and so on to the last. Ilg et al. (ECCV 2018).

    Raises FcsrError where there is no error at all, and as `sparsification` does.

    Example:
        >>> import torch
        >>> from fcsr.analysis import calibration
        >>> uncertainty, error = torch.tensor([3.0, 1.0, 2.0]), torch.tensor([7.0, 3.0, 2.0])
        >>> round(calibration.sparsification_error(uncertainty, error), 3)
        0.083
    """
    curve, best = sparsification(uncertainty, error), sparsification(error, error)
    if not curve[0] > 0:
        raise FcsrError(f"the mean error is {curve[0].item()}; there is none to be found")
    return ((curve - best).mean() / curve[0]).item()


def _probabilities(logits: Tensor) -> Tensor:
    """In float64 on the CPU, where every device has it."""
    return logits.cpu().double().softmax(-1)


def _require_share(share: float) -> None:
    if not 0 < share < 1:
        raise FcsrError(f"share is {share}; give a number between 0 and 1, e.g. 0.9")
