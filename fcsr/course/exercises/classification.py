"""Notebook 03: eq. (1) by hand, decodings, and what a sample costs."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from fcsr.course.exercises.checking import check, expect, number, numbers
from fcsr.course.exercises.cross_entropies import cross_entropy

__all__ = ["cross_entropy", "sample_costs", "three_decodings", "without_artifacts"]


@check
def three_decodings(answer: Any) -> None:
    """Mode, median and mean of a pixel that is 10, 240 or 250 with 45, 20 or 35 %.

    Example:
        >>> from fcsr.course.exercises import classification as exercises
        >>> exercises.three_decodings((10, 10, 140))
        not yet: the median is not 10: less than half of the probability lies up to there
    """
    mode, median, mean = numbers(answer, 3, "give three numbers: mode, median, mean")
    expect(mode == 10, f"the mode is not {mode:g}: is there no likelier level?")
    part = "less than half of the probability lies up to there"
    expect(median not in (0, 10), f"the median is not {median:g}: {part}")
    expect(median == 240, f"the median is not {median:g}: add up the probability from the left")
    equal = "each level counts by its probability, not all alike"
    expect(round(mean) != 167, f"the mean is not {mean:g}: {equal}")
    expect(abs(mean - 140) < 0.5, f"the mean is not {mean:g}")


@check
def sample_costs(answer: Any) -> None:
    """By how many decibels a sample is expected to be worse than the mean: 3.

    Example:
        >>> from fcsr.course.exercises import classification as exercises
        >>> exercises.sample_costs(6)
        not yet: 6 dB is four times the squared error
    """
    decibels = number(answer, "give a number, in dB")
    expect(decibels > 0, "no prediction has less squared error than the mean")
    far = "how far are two independent draws of one distribution apart, in squares, on average?"
    expect(abs(decibels - 6) > 0.5, "6 dB is four times the squared error")
    expect(abs(decibels - 2) > 0.1, "the factor is right, if you meant that; give it in decibels")
    expect(abs(decibels - 10 * math.log10(2)) < 0.1, far)


@check
def without_artifacts(
    decode: Callable[[Tensor], Tensor],
    measure: Callable[[Callable[[Tensor], Tensor]], tuple[float, float]],
    of_mode: tuple[float, float],
    of_mean: tuple[float, float],
) -> None:
    """A decoding that decides, as the mode does, but not for a single level that stands out.

    Args:
        decode: of logits (..., 256).
        measure: on a photograph; of a decoding, how many artifacts it has (per thousand), and the
            share that it keeps of the energy of the highest frequencies.
        of_mode, of_mean: the same two numbers of these decodings.

    Example:
        >>> from fcsr import decoding
        >>> from fcsr.course.exercises import classification as exercises
        >>> measured = (1.0, 0.5)
        >>> exercises.without_artifacts(decoding.mode, lambda mode: measured, measured, (0.1, 0.2))
        not yet: nine tenths of the probability lie around 120, and yours takes 255
    """
    level = decode(_narrow_peak()[None]).item()
    shifted = f"a peak at 120 becomes {level:.0f}: does the window stand around its level?"
    expect(119 <= level <= 121, shifted)
    level = decode(_one_level_stands_out().log()[None]).item()
    most = f"nine tenths of the probability lie around 120, and yours takes {level:.0f}"
    expect(90 <= level <= 150, most)
    level = decode(_two_peaks().log()[None]).item()
    expect(abs(level - 200) > 8, "of two peaks yours takes the taller; the one at 60 holds more")
    expect(abs(level - 60) <= 8, f"of peaks at 60 and 200 yours takes neither, but {level:.0f}")
    artifacts, fast = measure(decode)
    expect(artifacts <= of_mode[0] / 2, "on the photograph, over half of the mode's artifacts")
    expect(fast > of_mean[1], "on the photograph, no more of the highest frequencies than the mean")


def _narrow_peak() -> Tensor:
    """Logits of a Laplace distribution around 120."""
    return -(torch.arange(256.0) - 120).abs() / 6


def _one_level_stands_out() -> Tensor:
    levels = torch.arange(256.0)
    p = 0.9 * torch.softmax(-(((levels - 120) / 30) ** 2), 0)
    p[255] += 0.1
    return p


def _two_peaks() -> Tensor:
    """The one at 200 is the taller, the one at 60 holds more probability."""
    levels = torch.arange(256.0)
    p = 0.45 * torch.softmax(-((levels - 60) ** 2) / 32, 0)
    p += 0.35 * torch.softmax(-((levels - 200) ** 2) / 8, 0)
    p[61:200] += 0.2 / 139
    return p
