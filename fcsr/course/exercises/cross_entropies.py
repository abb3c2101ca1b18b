"""Eq. (1) by hand, and with soft targets: the checks that notebooks 03 and 03a share."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from fcsr import losses
from fcsr.analysis.costs import soft_cross_entropy as soft_reference
from fcsr.course.exercises.checking import check, expect

NATS = math.log(256)  # of 256 levels that are all alike
NEGATIVE = "it is negative: a loss has to fall as the true level gets likelier"
SUM = "it grows with the number of pixels: take the mean, not the sum"
BITS = "these are bits: take the natural logarithm"
CLASSES = "only the true level counts: the mean is over pixels, not over classes"
CONSTANT = (
    "no gradient comes back to the logits: keep it a tensor, without item() or torch.tensor(...)"
)
LOGIT = "that is the logit of the true level, which is not yet the log of a probability"

Loss = Callable[[Tensor, Tensor], Any]


@check
def cross_entropy(function: Loss) -> None:
    """Eq. (1): the mean cross-entropy of logits (..., 256) and true levels (...), in nats.

    Example:
        >>> import fcsr
        >>> from fcsr.course.exercises.cross_entropies import cross_entropy
        >>> cross_entropy(fcsr.losses.cross_entropy)
        right
        >>> cross_entropy(lambda *given: -fcsr.losses.cross_entropy(*given))
        not yet: it is negative: a loss has to fall as the true level gets likelier
    """
    random = torch.Generator().manual_seed(0)
    logits = 2 * torch.randn(2, 3, 5, 256, generator=random)
    levels = torch.randint(256, (2, 3, 5), generator=random)
    expected, found = losses.cross_entropy(logits, levels), number(function(logits, levels))
    expect(close(found, expected), _cause(found, expected, logits, levels))
    _gradient_comes_back(function, logits, levels)
    large = number(function(1000 * logits, levels))
    expect(
        large.isfinite(),
        "with logits of some thousands it is not finite: exp overflows, or log gets a 0",
    )
    expect(
        close(large, losses.cross_entropy(1000 * logits, levels)), "large logits give a wrong loss"
    )
    with_bytes = (
        "right for levels of the type int64, but they come as uint8: which may be an index?"
    )
    try:
        found = number(function(logits, levels.to(torch.uint8)))
    except (RuntimeError, IndexError, TypeError):
        expect(False, with_bytes)
    expect(close(found, expected), with_bytes)


@check
def soft_cross_entropy(function: Callable[[Tensor, Tensor, float], Any]) -> None:
    """Cross-entropy with a Gaussian of `width` levels around the true level as its target.

    Example:
        >>> from fcsr.analysis.costs import soft_cross_entropy
        >>> from fcsr.course.exercises import cross_entropies as exercises
        >>> exercises.soft_cross_entropy(soft_cross_entropy)
        right
    """
    random = torch.Generator().manual_seed(0)
    logits = torch.randn(4, 5, 256, generator=random)
    levels = torch.randint(100, 150, (4, 5), generator=random)
    alike = number(function(torch.zeros(4, 5, 256), levels, 2.0))
    _check_sum(alike.item() / NATS, levels.numel())
    hard = losses.cross_entropy(logits, levels)
    found = number(function(logits, levels, 2.0))
    expect(not close(found, hard), "the width changes nothing")
    expect(
        close(found, soft_reference(logits, levels, 2.0)),
        "the targets sum to 1, but have another shape: look at the exponent",
    )
    narrow = "with a width of 0.01 level it should be eq. (1)"
    expect(close(number(function(logits, levels, 0.01)), hard), narrow)
    ends = torch.tensor([0, 255])
    found = number(function(logits[0, :2], ends, 2.0))
    cut = "at the levels 0 and 255 half of the Gaussian is cut off, and the rest has to sum to 1"
    expect(close(found, soft_reference(logits[0, :2], ends, 2.0)), cut)


def number(found: object) -> Tensor:
    """What a loss returned, if it is a tensor of one number; raises NotYet if it is not.

    Example:
        >>> import torch
        >>> from fcsr.course.exercises import cross_entropies
        >>> cross_entropies.number(torch.tensor(5.5))
        tensor(5.5000)
    """
    expect(not isinstance(found, float | int), CONSTANT)
    expect(isinstance(found, Tensor), f"give a tensor, not {type(found).__name__}")
    assert isinstance(found, Tensor)
    expect(found.ndim == 0, f"give one number, not a tensor of shape {tuple(found.shape)}")
    return found


def close(found: Tensor, expected: Tensor) -> bool:
    """Whether two tensors of one shape are equal but for rounding.

    Example:
        >>> import torch
        >>> from fcsr.course.exercises import cross_entropies
        >>> cross_entropies.close(torch.tensor(5.545177), torch.tensor(256.0).log())
        True
    """
    return torch.allclose(found.to(expected.dtype), expected, rtol=1e-4, atol=1e-5)


def _gradient_comes_back(function: Loss, logits: Tensor, levels: Tensor) -> None:
    """Backward, as a training does it."""
    trained = logits.clone().requires_grad_()
    loss = number(function(trained, levels))
    expect(loss.requires_grad, CONSTANT)
    loss.backward()
    expect(trained.grad is not None and trained.grad.any(), CONSTANT)


def _cause(found: Tensor, expected: Tensor, logits: Tensor, levels: Tensor) -> str:
    """A hint for the typical wrong values of cross-entropy."""
    true = logits.gather(-1, levels.unsqueeze(-1))
    p = true.sub(logits.logsumexp(-1, keepdim=True)).exp().mean()
    if close(found.abs(), true.mean().abs()):
        return LOGIT
    if any(close(found, wrong) for wrong in (p, -p, 1 - p)):
        return "that is a probability: where is its logarithm?"
    if found < 0:
        return NEGATIVE
    if any(close(found, expected * times) for times in _divisors(levels.numel())):
        return SUM
    if close(found, expected / math.log(2)):
        return BITS
    if close(found, expected / 256):
        return CLASSES
    if close(found, -logits.log_softmax(-1).mean()):
        return (
            "right where all levels are alike, wrong where they differ: which of the 256 "
            "probabilities of a pixel counts?"
        )
    return f"for these logits it should be about {_rough(expected)}, and is {_rough(found)}"


def _check_sum(share: float, pixels: int) -> None:
    """Of targets and 256 equal logits: the loss in units of ln 256, which is the targets' sum."""
    expect(share != 0, LOGIT)
    expect(share > 0, NEGATIVE)
    expect(not _same(share, 1 / math.log(2)), BITS)
    expect(not _same(share, 1 / 256), CLASSES)
    expect(not any(_same(share, times) for times in _divisors(pixels)), SUM)
    expect(
        _same(share, 1),
        f"with 256 equal logits it should be ln 256, and is {share:.3g} times that: "
        "what does each target sum to?",
    )


def _divisors(pixels: int) -> list[int]:
    return [times for times in range(2, pixels + 1) if pixels % times == 0]


def _same(found: float, expected: float) -> bool:
    return math.isclose(found, expected, rel_tol=1e-4)


def _rough(value: Tensor) -> str:
    return f"{value.item():.2g}"
