"""Notebook 04: residuals as classes, the filter's border, and decodings of the high band."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from fcsr import decoding
from fcsr.course.exercises.checking import check, expect


@check
def classes(function: Callable[[Tensor], Tensor]) -> None:
    """The classes of residuals: 8-bit levels, rounded, 128 for 0, clipped to 0 ... 255.

    Example:
        >>> from fcsr import decoding
        >>> from fcsr.course.exercises import two_losses as exercises
        >>> exercises.classes(decoding.residual_to_levels)
        right
    """
    levels = torch.tensor([[0.0, 1.0, -1.0, 100.0], [0.6, -3.4, 126.7, -127.8]])
    beyond = torch.tensor([127.8, 200.0, -129.0, -250.0])
    found = torch.as_tensor(function(levels / 255))
    expect(found.shape == levels.shape, f"of {tuple(levels.shape)} it makes {tuple(found.shape)}")
    zero = found[0, 0].item()
    expect(zero == 128, f"a residual of 0 becomes class {zero:g}")
    expect(found[0, 1] != 128, "a residual of 1/255 and one of 0 are in one class: which units?")
    expect(found[0, 1] == 129, f"a residual of 1/255 becomes class {found[0, 1].item():g}")
    _compare(found, levels, "is it the *nearest* level?")
    _compare(torch.as_tensor(function(beyond / 255)), beyond, "what lies beyond the classes?")
    expect(found.dtype == torch.uint8, f"right, but as {found.dtype}: give torch.uint8")


def _compare(found: Tensor, levels: Tensor, hint: str) -> None:
    wanted = decoding.residual_to_levels(levels / 255)
    for level, given, right in zip(
        levels.flatten(), found.flatten(), wanted.flatten(), strict=True
    ):
        expect(given == right, f"{level:.1f} levels become class {given.item():g}: {hint}")


@check
def without_ends(decode: Callable[[Tensor], Tensor]) -> None:
    """The likeliest class, of logits (..., 256), that stands for one level only: 1 ... 254.

    Example:
        >>> from fcsr import decoding
        >>> from fcsr.course.exercises import two_losses as exercises
        >>> exercises.without_ends(decoding.mode)
        not yet: class 255 is the likeliest, and yours takes it
    """
    logits = torch.randn(2, 3, 256, generator=torch.Generator().manual_seed(0))
    inner = logits.clone()
    inner[..., 0] = inner[..., 255] = -9.0
    wanted = decoding.mode(inner)
    for end in (255, 0):
        spoiled = inner.clone()
        spoiled[..., end] = 9.0
        before, found = spoiled.clone(), torch.as_tensor(decode(spoiled))
        expect(torch.equal(spoiled, before), "it changes the logits that it is given: copy them")
        expect(found.shape == wanted.shape, f"one class a distribution, not {tuple(found.shape)}")
        expect(not (found == end).any(), f"class {end} is the likeliest, and yours takes it")
        expect(not (found == wanted - 1).all(), "each is one class too low: what was cut off?")
        expect((found == wanted).all(), "of the other classes it does not take the likeliest")


@check
def border(sigma: float) -> None:
    """The sigma of a Gaussian whose gain is one half at 1/4 cycles a pixel, LR's limit at x2.

    Example:
        >>> from fcsr.course.exercises import two_losses as exercises
        >>> exercises.border(1.5)
        not yet: with that the gain at LR's limit is 0.06
    """
    expect(sigma > 0, "a width is above 0")
    gain = math.exp(-2 * (math.pi * sigma / 4) ** 2)
    expect(abs(gain - 0.5) < 0.01, f"with that the gain at LR's limit is {gain:.2f}")


@check
def best_power(power: float) -> None:
    """The power of a distribution whose mean has the least expected squared error: 1.

    Example:
        >>> from fcsr.course.exercises import two_losses as exercises
        >>> exercises.best_power(1000)
        not yet: that is the mode; what does PSNR measure, and what is least in that?
    """
    expect(power < 100, "that is the mode; what does PSNR measure, and what is least in that?")
    expect(power == 1, "what does PSNR measure, and which decoding is made for that?")
