"""Checks of notebook 03a, *CS in a hundred lines*."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from fcsr import frequency, losses
from fcsr.analysis.costs import soft_cross_entropy as soft_reference
from fcsr.course.exercises.checking import check, expect

TIE = 0.003  # of an error: what a training of a minute does not tell apart

Loss = Callable[[Tensor, Tensor], Any]


@check
def gaussian(function: Callable[[Tensor], Any], sigma: float) -> None:
    """A Gaussian low-pass filter of (B, 1, H, W), mirrored at the borders.

    Args:
        function: the student's.
        sigma: its standard deviation in pixels.

    Example:
        >>> import fcsr
        >>> from fcsr.course.exercises import hundred_lines as exercises
        >>> exercises.gaussian(fcsr.frequency.Gaussian(1.5), 1.5)
        right
        >>> exercises.gaussian(lambda image: image, 1.5)
        not yet: a single bright pixel stays as it is: nothing is blurred
    """
    reach = math.ceil(4 * sigma)
    side = 4 * reach + 1
    flat, middle = torch.ones(1, 1, side, side), side // 2
    spot = torch.zeros(1, 1, side, side)
    spot[..., middle, middle] = 1
    blurred = _shaped(function(spot), spot)
    inside = slice(reach, -reach)
    expect(
        not torch.equal(blurred, spot), "a single bright pixel stays as it is: nothing is blurred"
    )
    once = "a single bright pixel becomes a line: blur rows, and columns, too"
    expect((blurred > 1e-9).any(2).sum() > 1 and (blurred > 1e-9).any(3).sum() > 1, once)
    whole = "inside of a gray image the gray changes: what do the kernel's weights add up to?"
    expect(_close(function(flat)[..., inside, inside], flat[..., inside, inside]), whole)
    border = "a gray image gets another gray at its border: what stands beyond it?"
    expect(_close(function(flat), flat), border)
    expected = frequency.Gaussian(sigma)(spot)
    width = (
        "a bright pixel is spread in another shape: look at the exponent, and cut off at 4 sigma"
    )
    expect(_close(blurred, expected), width)
    noise = torch.rand(2, 1, side, side + 3, generator=torch.Generator().manual_seed(0))
    mirror = (
        "all is right but the border: the pixel at the border itself is mirrored, too (b a | a b)"
    )
    expect(_close(function(noise), frequency.Gaussian(sigma)(noise)), mirror)


@check
def cross_entropy(function: Loss) -> None:
    """Eq. (1): the mean cross-entropy of logits (..., 256) and true levels (...), in nats.

    Example:
        >>> import fcsr
        >>> from fcsr.course.exercises import hundred_lines as exercises
        >>> exercises.cross_entropy(fcsr.losses.cross_entropy)
        right
        >>> exercises.cross_entropy(lambda *given: -fcsr.losses.cross_entropy(*given))
        not yet: it is negative: a loss has to fall as the true level gets likelier
    """
    random = torch.Generator().manual_seed(0)
    logits = 2 * torch.randn(2, 3, 5, 256, generator=random)
    levels = torch.randint(256, (2, 3, 5), generator=random)
    expected, found = losses.cross_entropy(logits, levels), _number(function(logits, levels))
    expect(found > 0, "it is negative: a loss has to fall as the true level gets likelier")
    summed = "it grows with the number of pixels: take the mean, not the sum"
    expect(not _close(found, expected * levels.numel()), summed)
    expect(not _close(found, expected / math.log(2)), "these are bits: take the natural logarithm")
    expect(_close(found, expected), _cause(found, expected, logits, levels))
    large = _number(function(1000 * logits, levels))
    overflow = (
        "with logits of some thousands it is not finite: exp overflows; what may be subtracted?"
    )
    expect(large.isfinite(), overflow)
    expect(
        _close(large, losses.cross_entropy(1000 * logits, levels)), "large logits give a wrong loss"
    )
    classes = levels.to(torch.uint8)
    expect(_close(_number(function(logits, classes)), expected), "levels may be uint8, too")


@check
def soft_cross_entropy(function: Callable[[Tensor, Tensor, float], Any]) -> None:
    """Cross-entropy with a Gaussian of `width` levels around the true level as its target.

    Example:
        >>> from fcsr.analysis.costs import soft_cross_entropy
        >>> from fcsr.course.exercises import hundred_lines as exercises
        >>> exercises.soft_cross_entropy(soft_cross_entropy)
        right
    """
    random = torch.Generator().manual_seed(0)
    logits = torch.randn(4, 5, 256, generator=random)
    levels = torch.randint(3, 253, (4, 5), generator=random)
    hard = losses.cross_entropy(logits, levels)
    narrow = "with a width of 0.01 level it should be eq. (1)"
    expect(_close(_number(function(logits, levels, 0.01)), hard), narrow)
    found = _number(function(logits, levels, 2.0))
    expect(not _close(found, hard), "the width changes nothing")
    expected = soft_reference(logits, levels, 2.0)
    expect(_close(found, expected), "is each target a distribution, with a sum of 1?")
    ends = torch.tensor([0, 255])
    found = _number(function(logits[0, :2], ends, 2.0))
    cut = "at the levels 0 and 255 half of the Gaussian is cut off, and the rest has to sum to 1"
    expect(_close(found, soft_reference(logits[0, :2], ends, 2.0)), cut)


@check
def winners(answer: Any, measured: Mapping[str, Mapping[str, float]]) -> None:
    """Which decode is best by each measure.

    Args:
        answer: a name for each measure, in the order of `measured`.
        measured: for each measure the error of each decode; the lowest is best, and what is larger
            by at most `TIE` is as good.

    Example:
        >>> from fcsr.course.exercises import hundred_lines as exercises
        >>> exercises.winners(["mean"], {"squared error": {"mean": 1.0, "mode": 2.0}})
        right
    """
    names = sorted(next(iter(measured.values())))
    expect(not isinstance(answer, str) and len(answer) == len(measured), "give a name a measure")
    for name, (measure, errors) in zip(answer, measured.items(), strict=True):
        expect(name in errors, f'"{name}" is none of {", ".join(names)}')
        best = min(errors.values())
        hint = f"{measure}: what number makes this error smallest, if the distribution is right?"
        expect(errors[name] <= (1 + TIE) * best, hint)


@check
def file_size(answer: Any, nats: float, pixels: int) -> None:
    """How many kB a code of `pixels` values takes at so many nats each.

    Example:
        >>> from fcsr.course.exercises import hundred_lines as exercises
        >>> exercises.file_size(4.0, nats=5.545, pixels=4000)  # 8 bits each
        right
        >>> exercises.file_size(32.0, nats=5.545, pixels=4000)
        not yet: those are kilobits: a byte has 8 bits
    """
    kilobytes = nats * pixels / math.log(2) / 8 / 1000
    expect(not _near(answer, 8 * kilobytes), "those are kilobits: a byte has 8 bits")
    expect(not _near(answer, kilobytes * math.log(2)), "a nat is more than a bit")
    expect(not _near(answer, 1000 * kilobytes), "those are bytes: a kB has 1000")
    expect(_near(answer, kilobytes), "how many bits is a pixel, and how many pixels are there?")


def _cause(found: Tensor, expected: Tensor, logits: Tensor, levels: Tensor) -> str:
    """A hint for the typical wrong values of cross-entropy."""
    true = logits.gather(-1, levels.unsqueeze(-1))
    if _close(found, -true.mean()) or _close(found, true.mean()):
        return "that is the logit of the true level, which is not yet the log of a probability"
    if _close(found, 1 - true.sub(logits.logsumexp(-1, keepdim=True)).exp().mean()):
        return "that is a probability: where is its logarithm?"
    if _close(found, expected / 256):
        return "only the true level counts: the mean is over pixels, not over classes"
    return f"for these logits it should be about {_rough(expected)}, and is {_rough(found)}"


def _rough(number: Tensor) -> str:
    return f"{number.item():.2g}"


def _shaped(found: object, like: Tensor) -> Tensor:
    expect(isinstance(found, Tensor), f"give a tensor, not {type(found).__name__}")
    assert isinstance(found, Tensor)
    wanted = f"{tuple(like.shape)} becomes {tuple(found.shape)}: the shape should stay"
    expect(found.shape == like.shape, wanted)
    return found


def _number(found: object) -> Tensor:
    expect(isinstance(found, Tensor), f"give a tensor, not {type(found).__name__}")
    assert isinstance(found, Tensor)
    expect(found.ndim == 0, f"give one number, not a tensor of shape {tuple(found.shape)}")
    return found


def _close(found: Tensor, expected: Tensor) -> bool:
    return torch.allclose(found, expected, rtol=1e-4, atol=1e-5)


def _near(answer: Any, expected: float) -> bool:
    return abs(answer - expected) < 0.02 * expected
