"""Checks of notebook 01: a low-pass filter, the energy of waves, and two predictions."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from fcsr import frequency
from fcsr.course.exercises.checking import check, expect, number, numbers

LEVEL = 1 / 255
SIGMAS = (0.8, 1.5, 3.0)
SCALES = (2, 3, 4, 6)
STRIPES, PERIOD, GRAY = 20, 10, 128  # levels, pixels, levels: the picture of `energies`
NEAR = 0.25  # of HR's energy, for a prediction


@check
def gaussian(answer: Any) -> None:
    """A function of images (B, C, H, W) and sigma, in pixels: the images' low bands.

    Example:
        >>> from fcsr.course.exercises import frequencies
        >>> frequencies.gaussian(lambda image, sigma: image)
        not yet: a single bright pixel must become a peak as wide as sigma says
    """
    expect(callable(answer), "write a function of images and sigma")
    for sigma in SIGMAS:
        flat = torch.full((1, 3, 40, 48), 0.5)
        blurred = _image(answer(flat, sigma), flat)
        expect(
            (blurred - flat).abs().max() < 0.01 * LEVEL,
            f"an even gray of 127.5 levels becomes {255 * blurred.mean():.1f}: "
            "what do the weights add up to?",
        )
        _same_spread(answer, sigma)
        image = torch.rand(2, 3, 40, 48, generator=torch.Generator().manual_seed(0))
        right = frequency.Gaussian(sigma)(image)
        apart = (_image(answer(image, sigma), image) - right).abs() / LEVEL
        inside = apart[..., 16:-16, 16:-16].max()
        expect(inside < 0.5, f"up to {inside:.1f} levels off, for sigma {sigma}")
        expect(apart.max() < 0.5, "right inside, but not at the border: what lies beyond it?")


@check
def energies(answer: Any) -> None:
    """Two energies in squared levels, of stripes on gray: from 1/16 to 1/8, and in the slowest.

    The picture is of 64 x 80 pixels: level 128, and on it upright stripes, a cosine of 20 levels
    with 10 pixels a cycle. The slowest band, up to 1/32, holds the mean, too.

    Example:
        >>> from fcsr.course.exercises import frequencies
        >>> frequencies.energies((400, 16384))
        not yet: 400 is the square of the stripes' height: what is the mean of a squared cosine?
    """
    in_stripes, in_slowest = numbers(answer, 2, "give two numbers, (.., ..)")
    edges = (0.0, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2)
    position = torch.arange(80, dtype=torch.float64) + 0.5
    stripes = GRAY + STRIPES * torch.cos(2 * torch.pi * position / PERIOD)
    slowest, _, right, *_ = frequency.band_energy(stripes.expand(1, 1, 64, 80), edges)[0, 0]
    expect(
        in_stripes != STRIPES**2,
        f"{STRIPES**2} is the square of the stripes' height: what is the mean of a squared cosine?",
    )
    expect(abs(in_stripes - right) < 0.5, f"the stripes do not have {in_stripes:g}")
    expect(in_slowest != GRAY, "energy is a mean of squares: that of the gray, too")
    expect(in_slowest != 0, "this time the mean is not subtracted, and the gray is a wave, too")
    expect(abs(in_slowest - slowest) < 0.5, f"the slowest band does not have {in_slowest:g}")


@check
def sigma_for(answer: Any) -> None:
    """A function of the scale: the sigma whose gain is one half at the limit of LR.

    Example:
        >>> from fcsr.course.exercises import frequencies
        >>> frequencies.sigma_for(lambda scale: 1.5)
        not yet: at x2 the gain at the limit is 0.06, and should be 0.50
    """
    expect(callable(answer), "write a function of the scale")
    for scale in SCALES:
        sigma = number(answer(scale), "give a number of pixels, above 0")
        expect(sigma > 0, "give a number of pixels, above 0")
        waves, gain = frequency.gain(frequency.Gaussian(sigma), waves=480)
        there = gain[(waves - 1 / (2 * scale)).abs().argmin()]
        expect(
            abs(there - 0.5) < 0.01,
            f"at x{scale} the gain at the limit is {there:.2f}, and should be 0.50",
        )


@check
def kept_and_wrong(answer: Any, measured: tuple[float, float]) -> None:
    """A prediction of two shares of HR's energy in a band: kept, and wrong.

    Example:
        >>> from fcsr.course.exercises import frequencies
        >>> frequencies.kept_and_wrong((1.0, 1.0), measured=(0.97, 1.98))
        not yet: kept is near; but wrong is higher: worse than an empty band?
    """
    kept, wrong = numbers(answer, 2, "give two numbers, (.., ..)")
    expect(max(kept, wrong) < 10, "as shares: 1 is as much as HR has, not 100")
    expect(abs(kept - measured[0]) < NEAR, "does a mirror change how strong a wave is?")
    expect(wrong < measured[1] + NEAR, "kept is near; but wrong is lower")
    expect(
        wrong > measured[1] - NEAR, "kept is near; but wrong is higher: worse than an empty band?"
    )


def _image(given: Any, like: Tensor) -> Tensor:
    expect(isinstance(given, Tensor), "return the blurred images, a tensor")
    shapes = f"{tuple(like.shape)} became {tuple(given.shape)}"
    expect(given.shape == like.shape, f"the images must keep their size: {shapes}")
    return given


def _mean_of(weights: Tensor, values: Tensor) -> float:
    return (weights @ values).item()


def _same_spread(answer: Callable[[Tensor, float], Any], sigma: float) -> None:
    """A single bright pixel becomes a bell, down and across, of the right width."""
    bright = torch.zeros(1, 1, 65, 65)
    bright[..., 32, 32] = 1
    bell = _image(answer(bright, sigma), bright)[0, 0]
    away = torch.arange(65) - 32.0
    offset = max((_mean_of(bell.sum(axis), away) for axis in (0, 1)), key=abs)
    expect(
        abs(offset) < 0.1,
        f"a bright pixel becomes a peak {abs(offset):.1f} pixels beside it: "
        "does the window stand around its pixel?",
    )
    spreads = [(bell.sum(axis) * away.square()).sum().sqrt() for axis in (0, 1)]
    wide = [spread > 0.2 for spread in spreads]
    expect(wide[0] == wide[1], "it blurs in one direction only: rows and columns, both")
    expect(all(wide), "a single bright pixel must become a peak as wide as sigma says")
    expect(
        all(abs(spread - sigma) < 0.05 * sigma for spread in spreads),
        f"for sigma {sigma} a bright pixel becomes a peak with a standard deviation of "
        f"{spreads[0]:.2f} pixels",
    )
