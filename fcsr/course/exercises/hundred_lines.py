"""Checks of notebook 03a, *CS in a hundred lines*."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from fcsr import frequency
from fcsr.course.exercises.checking import check, expect, number
from fcsr.course.exercises.cross_entropies import close, cross_entropy, soft_cross_entropy

__all__ = ["cross_entropy", "file_size", "gaussian", "soft_cross_entropy", "winners"]

WINNERS = {"squared error": "mean", "absolute error": "median", "not exact": "mode"}

_near = partial(math.isclose, rel_tol=0.02)


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
    noise = torch.rand(2, 1, side, side + 3, generator=torch.Generator().manual_seed(0))
    blurred_noise = _shaped(function(noise), noise)
    blurred = _shaped(function(spot), spot)
    inside = slice(reach, -reach)
    expect(
        not torch.equal(blurred, spot), "a single bright pixel stays as it is: nothing is blurred"
    )
    once = "a single bright pixel becomes a line: blur rows, and columns, too"
    expect((blurred > 1e-9).any(2).sum() > 1 and (blurred > 1e-9).any(3).sum() > 1, once)
    whole = "inside of a gray image the gray changes: what do the kernel's weights add up to?"
    expect(close(function(flat)[..., inside, inside], flat[..., inside, inside]), whole)
    border = "a gray image gets another gray at its border: what stands beyond it?"
    expect(close(function(flat), flat), border)
    expected = frequency.Gaussian(sigma)(spot)
    width = (
        "a bright pixel is spread in another shape: look at the exponent, and cut off at 4 sigma"
    )
    expect(close(blurred, expected), width)
    mirror = (
        "all is right but the border: the pixel at the border itself is mirrored, too (b a | a b)"
    )
    expect(close(blurred_noise, frequency.Gaussian(sigma)(noise)), mirror)


@check
def winners(answer: Any) -> None:
    """Which decoding is best by each of `WINNERS`' measures, if the distribution is right.

    Args:
        answer: three names, in that order.

    Example:
        >>> from fcsr.course.exercises import hundred_lines as exercises
        >>> exercises.winners(("mean", "median", "median"))
        not yet: not exact: what number makes this error smallest, if the distribution is right?
    """
    names = sorted(WINNERS.values())
    expect(not isinstance(answer, str) and len(answer) == len(WINNERS), "give a name a measure")
    for name, (measure, best) in zip(answer, WINNERS.items(), strict=True):
        expect(name in names, f'"{name}" is none of {", ".join(names)}')
        hint = f"{measure}: what number makes this error smallest, if the distribution is right?"
        expect(name == best, hint)


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
    answer = number(answer)
    kilobytes = nats * pixels / math.log(2) / 8 / 1000
    expect(not _near(answer, 8 * kilobytes), "those are kilobits: a byte has 8 bits")
    expect(not _near(answer, kilobytes * math.log(2)), "a nat is more than a bit")
    expect(not _near(answer, 1000 * kilobytes), "those are bytes: a kB has 1000")
    right = _near(answer, kilobytes)
    expect(right or not _near(answer, 1000 / 1024 * kilobytes), "a kB has 1000 bytes here")
    expect(right, "how many bits is a pixel, and how many pixels are there?")


def _shaped(found: object, like: Tensor) -> Tensor:
    expect(isinstance(found, Tensor), f"give a tensor, not {type(found).__name__}")
    assert isinstance(found, Tensor)
    swapped = found.shape == like.mT.shape != like.shape
    expect(not swapped, "rows and columns are swapped")
    wanted = f"{tuple(like.shape)} becomes {tuple(found.shape)}: the shape should stay"
    expect(found.shape == like.shape, wanted)
    expect(
        found.dtype == like.dtype, f"give float32, not {str(found.dtype).removeprefix('torch.')}"
    )
    return found
