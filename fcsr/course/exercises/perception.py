"""Checks of notebook 07: sharpened means, what a sample costs, and noise that follows contrast."""

import math
from functools import partial

import torch
from torch import Tensor

from fcsr import decoding
from fcsr.course.exercises.checking import check, expect, numbers

ORDERS = ("higher", "equal", "lower")
SIDE = 96  # pixels of the image on which noise is tried; its left half is flat
DEVIATION = 6.0  # levels: the noise that is wanted there

_near = partial(math.isclose, rel_tol=0, abs_tol=0.05)


@check
def sharpened_means(answer):
    """The mean of a pixel, and its sharpened mean at t = 2.

    Args:
        answer: two numbers, in levels, of a pixel that is 100 with probability 0.6 and 130 with
            0.4.

    Example:
        >>> from fcsr.course.exercises import perception
        >>> perception.sharpened_means((112.0, 112.0))
        not yet: the second is still the mean: t = 2 changes the weights of the two levels
    """
    mean, sharpened = numbers(answer, 2, "give two numbers, (mean, sharpened mean)")
    p = torch.full((256,), 1e-9)
    p[[100, 130]] = torch.tensor([0.6, 0.4])
    right, wanted = (decoding.sharpened_mean(p.log(), t).item() for t in (1.0, 2.0))
    expect(_near(mean, right), "the first is not the mean: weigh each level with its probability")
    expect(
        not _near(sharpened, right),
        "the second is still the mean: t = 2 changes the weights of the two levels",
    )
    expect(
        100 <= sharpened <= 130,
        "the second is not between the two levels: do its weights sum to 1?",
    )
    expect(
        sharpened < right,
        "sharpening moves towards the likelier level, and yours moves away from it",
    )
    expect(
        _near(sharpened, wanted),
        "the second is on the right side of the mean; which power of each p is its weight?",
    )


@check
def cost_of_a_sample(answer):
    """The expected squared error of a sample, and the strength that costs 1 dB.

    Args:
        answer: two numbers: the error of m + s (x - m) at s = 1 in units of the variance, and the
            s at which PSNR is 1 dB below the mean's.

    Example:
        >>> from fcsr.course.exercises import perception
        >>> perception.cost_of_a_sample((1.0, 0.5))
        not yet: the error of the mean alone is 1; what does the sample's own distance from it add?
    """
    error, strength = numbers(answer, 2, "give two numbers, (error at s = 1, s for 1 dB)")
    expect(
        not _near(error, 1),
        "the error of the mean alone is 1; what does the sample's own distance from it add?",
    )
    expect(not _near(error, math.sqrt(2)), "that is a root: the squared error is asked for")
    expect(_near(error, 2), "the truth and the sample are two independent draws: what adds up?")
    loss = 10 * math.log10(1 + strength**2)
    expect(abs(10 * math.log10(1 + strength) - 1) > 0.02, "that is s squared")
    expect(abs(loss - 1) < 0.02, f"at s = {strength:g} PSNR falls by {loss:.2f} dB")


@check
def shared_colours(answer, alone: float, shared: float):
    """Whether luma PSNR changes where a pixel's three colours share their random number.

    Args:
        answer: "higher", "equal" or "lower", of the shared one.
        alone: PSNR (dB) of a sample whose colours are drawn independently.
        shared: PSNR (dB) of one whose colours share their random number.

    Example:
        >>> from fcsr.course.exercises import perception
        >>> perception.shared_colours("equal", 28.0, 27.0)
        not yet: luma is a weighted sum of three colours: what becomes of three independent errors?
    """
    expect(answer in ORDERS, f"answer with one of {', '.join(ORDERS)}")
    right = "equal" if abs(alone - shared) < 0.1 else ORDERS[0 if shared > alone else 2]
    expect(
        answer == right,
        "luma is a weighted sum of three colours: what becomes of three independent errors?",
    )


@check
def noise_by_contrast(noisy):
    """Noise without a classifier: strong where an image has contrast, none where it is flat.

    Args:
        noisy: a function of an image (1, 3, H, W) in [0, 1], a deviation in levels and a seed,
            which gives the image with noise, in [0, 1].

    Example:
        >>> from fcsr.course.exercises import perception
        >>> from fcsr.metrics import add_noise
        >>> perception.noise_by_contrast(add_noise)
        not yet: the flat half of the image gets 6.0 levels of noise, and should get next to none
    """
    image = _half_flat()
    made = noisy(image, DEVIATION, 0)
    expect(
        isinstance(made, Tensor) and made.shape == image.shape,
        f"give an image {tuple(image.shape)}",
    )
    expect(made.min() >= 0 and made.max() <= 1, "clamp the image to [0, 1]")
    expect(
        torch.equal(made, noisy(image, DEVIATION, 0)), "the same seed should give the same noise"
    )
    expect(
        not torch.equal(made, noisy(image, DEVIATION, 1)), "another seed should give other noise"
    )
    added = 255 * (made - image)
    flat, textured = (_rms(half) for half in (added[..., : SIDE // 2 - 8], added[..., SIDE // 2 :]))
    expect(
        flat < 0.1 * DEVIATION,
        f"the flat half of the image gets {flat:.1f} levels of noise, and should get next to none",
    )
    expect(
        textured > DEVIATION,
        f"the other half gets {textured:.1f} levels: too few, if the flat half has none",
    )
    expect(
        abs(_rms(added) / DEVIATION - 1) < 0.1,
        f"root mean square over all values: {_rms(added):.1f} levels, not {DEVIATION:g}",
    )
    half = 255 * (noisy(image, DEVIATION / 2, 0) - image)
    expect(
        abs(_rms(half) / DEVIATION - 0.5) < 0.05, "half the deviation should give half the noise"
    )


def _half_flat() -> Tensor:
    """An image (1, 3, SIDE, SIDE): flat on the left, stripes of four pixels on the right."""
    row = torch.full((SIDE,), 0.5)
    row[SIDE // 2 :] += torch.where(torch.arange(SIDE // 2) % 8 < 4, 0.1, -0.1)
    return row.expand(1, 3, SIDE, SIDE).clone()


def _rms(levels: Tensor) -> float:
    return levels.square().mean().sqrt().item()
