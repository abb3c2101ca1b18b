"""Checks of the exercises of notebook 00, the quickstart."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from fcsr import metrics
from fcsr.course.exercises.checking import check, expect, number

LEVELS_OFF = 5  # of the picture in `too_bright`
PEAK_DB = 48.13  # 20 log10(255): what a mistaken peak of 255 adds
NATURAL = 2.3026  # ln(10): the natural logarithm instead of that to base 10
CLOSE = 0.05  # dB
NEAR = 0.5  # dB, for a prediction


@check
def too_bright(answer: Any) -> None:
    """PSNR in dB of a picture whose values are all 5 levels too bright.

    Example:
        >>> from fcsr.course.exercises import quickstart
        >>> quickstart.too_bright(40.0)
        not yet: 40 dB belong to an error of 2.6 levels at every value, not 5
    """
    decibels = number(answer, "give one number, in dB")
    off = 255 * 10 ** (-decibels / 20)
    expect(abs(2 * decibels - 34.15) > 0.1, "half of it: the error is squared, and so is the peak")
    expect(
        abs(off - LEVELS_OFF) < 0.06,
        f"{decibels:g} dB belong to an error of {off:.1f} levels at every value, not {LEVELS_OFF}",
    )


@check
def psnr(answer: Any) -> None:
    """A function of SR and HR, (1, 3, H, W) in [0, 1], that gives the PSNR of all values, in dB.

    Example:
        >>> from fcsr.course.exercises import quickstart
        >>> quickstart.psnr(lambda sr, hr: (sr - hr).square().mean())
        not yet: of images that differ by 1 level everywhere the PSNR is 48.1 dB; yours gives 0.0
    """
    expect(callable(answer), "write a function of sr and hr")
    for sr, hr in _pairs():
        right, got = metrics.psnr(sr, hr), number(answer(sr, hr), "give a number, in dB")
        mistakes = {
            right + PEAK_DB: "too high by the same number of dB always: in which unit is the error,"
            " and in which the peak?",
            right / 2: "half of what it should be: where is the square?",
            right * NATURAL: "too high by the same factor always: which logarithm does PSNR take?",
            -right: "the right size with the wrong sign: what is divided by what?",
        }
        for mistaken, hint in mistakes.items():
            expect(abs(got - mistaken) > CLOSE, hint)
        one = torch.full_like(hr, 1 / 255)
        of_one = number(answer(one, torch.zeros_like(hr)), "give a number, in dB")
        expect(
            abs(got - right) < CLOSE,
            "of images that differ by 1 level everywhere the PSNR is 48.1 dB; "
            f"yours gives {of_one:.1f}",
        )


@check
def gain(answer: Any, measured: float) -> None:
    """A prediction, in dB, of how much better a network is than bicubic interpolation.

    Example:
        >>> from fcsr.course.exercises import quickstart
        >>> quickstart.gain(5.0, measured=1.4)
        not yet: the gain is smaller: what is left to infer from?
    """
    decibels = number(answer, "give one number, in dB")
    expect(decibels < measured + NEAR, "the gain is smaller: what is left to infer from?")
    expect(decibels > measured - NEAR, "the gain is larger: it still knows what edges look like")


def _pairs() -> list[tuple[Float[Tensor, "1 3 h w"], Float[Tensor, "1 3 h w"]]]:
    """Images of whole levels, and the same with errors of up to 8 and of up to 40 levels."""
    random = torch.Generator().manual_seed(0)
    hr = torch.randint(50, 200, (1, 3, 16, 24), generator=random)
    off = [torch.randint(-most, most + 1, hr.shape, generator=random) for most in (8, 40)]
    return [((hr + error) / 255, hr / 255) for error in off]
