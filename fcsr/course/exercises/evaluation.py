"""Checks of the exercises of notebook 06, on what a number means.

Each returns a `checking.Verdict`; what it needs of the notebook is passed to it.
"""

import math
from collections.abc import Callable
from typing import Any

from jaxtyping import Float
from torch import Tensor

from fcsr import frequency, metrics
from fcsr.course.exercises.checking import NotYet, check, expect, number

SQUEEZED = 20 * math.log10(255 / 219)  # dB by which PSNR rises when Y runs from 16 to 235
PEAK = 20 * math.log10(255)  # dB between a peak of 1 and one of 255


@check
def luma_psnr(
    answer: Callable[[Tensor, Tensor, int], Any],
    sr: Float[Tensor, "1 3 h w"],
    hr: Float[Tensor, "1 3 h w"],
    shave: int,
) -> None:
    """PSNR of the luma in dB, written by the student: `answer(sr, hr, shave)`.

    Args:
        answer: of two images with values in [0, 1], and of the pixels shaved off each border.
        sr, hr: what it is tried on.
        shave: in pixels, above 0.

    Example:
        >>> import torch
        >>> from fcsr import metrics
        >>> from fcsr.course.exercises import evaluation as exercises
        >>> hr = torch.linspace(0, 1, 3 * 64).view(1, 3, 8, 8)
        >>> exercises.luma_psnr(lambda *pair: metrics.psnr(*pair[:2], "rgb", 2), hr / 2, hr, 2)
        not yet: that is the PSNR of the three colours; the luma is one number for each pixel
    """
    found = float(answer(sr, hr, shave))
    expect(math.isfinite(found), f"it gives {found} for two pictures that differ")
    wanted = metrics.psnr(sr, hr, "y", shave)
    if _alike(found, wanted):
        return
    rgb = (metrics.psnr(sr, hr, "rgb", border) for border in (shave, 0))
    hint = "that is the PSNR of the three colours; the luma is one number for each pixel"
    expect(not any(_alike(found, psnr) for psnr in rgb), hint)
    hint = "that is the PSNR with the border; cut it off first"
    expect(not _alike(found, metrics.psnr(sr, hr, "y")), hint)
    expect(not _alike(found, -wanted), "it has the wrong sign: PSNR falls as the error grows")
    hint = "what is the luma of white, and what of black? Neither is 255 or 0 in BT.601"
    expect(not _alike(found, wanted - SQUEEZED), hint)
    hint = "error and peak have different units: take both in levels, or both from 0 to 1"
    expect(not any(_alike(abs(found - wanted), times * PEAK) for times in (1, 2)), hint)
    expect(not _alike(found, wanted / 2), "a square is missing, or there is one root too many")
    raise NotYet(f"it gives {found:.2f} dB; `metrics.psnr` gives something else")


@check
def gain_in_one_range(
    answer: Any, method: float = 0.08, baseline: float = 0.17, factor: float = 1.75
) -> None:
    """By how many per cent of the baseline's LPIPS a method is better, both in one range.

    Args:
        answer: in %.
        method: its LPIPS of images in [0, 255].
        baseline: its LPIPS of images in [0, 1].
        factor: how many times higher LPIPS is in [0, 1] than in [0, 255].

    Example:
        >>> from fcsr.course.exercises import evaluation as exercises
        >>> exercises.gain_in_one_range(100 * (1 - 0.08 / 0.17))
        not yet: that compares two ranges: first take the baseline to the method's
    """
    gain = number(answer)
    alike = baseline / factor  # in the method's range
    wanted = 100 * (1 - method / alike)
    for wrong, hint in {
        100 * (1 - method / baseline): "that compares two ranges: first take the baseline to the "
        "method's",
        100 * (1 - method / (baseline * factor)): "in [0, 255] the baseline's LPIPS is lower than "
        "in [0, 1], not higher",
        wanted / 100: "in per cent, please",
        -wanted: "which of the two has the lower LPIPS, and is that better or worse?",
        100 * (alike / method - 1): "per cent of the baseline's LPIPS, not of the method's",
    }.items():
        expect(abs(gain - wrong) > 0.003 * abs(wrong), hint)
    hint = f"in one range, that makes the method {alike * (1 - gain / 100):.3f}, not {method}"
    expect(abs(gain - wanted) < 0.2, hint)


@check
def blurred_artifacts(answer: Any, hr: Float[Tensor, "1 3 h w"]) -> None:
    """How many artifacts in a thousand pixels are counted in HR itself, blurred.

    Args:
        answer: black and bright ones together.
        hr: is blurred with a Gaussian of 2 pixels.

    Example:
        >>> import torch
        >>> from fcsr.course.exercises import evaluation as exercises
        >>> exercises.blurred_artifacts(-1, torch.zeros(1, 3, 16, 16))
        not yet: a count cannot be negative
    """
    rate = number(answer)
    expect(rate >= 0, "a count cannot be negative")
    blurred = frequency.Gaussian(sigma=2)(hr).clamp(0, 1)
    black, bright, _ = metrics.artifact_rate(blurred, hr)
    hint = "a blurred pixel is a weighted mean of its neighbours: can it be brighter than all?"
    expect(rate <= black + bright + 0.1, hint)
    expect(rate >= black + bright - 0.1, "there are a few more, where blur reaches beyond 2 px")


@check
def smallest_set(answer: Any) -> None:
    """The least number of images with which the signed-rank test can give p below 5 %.

    Example:
        >>> from fcsr.course.exercises import evaluation as exercises
        >>> exercises.smallest_set(4)
        not yet: with 4 images all in favour, p is 0.125
    """
    count = number(answer)
    expect(count == int(count) and count > 0, "a whole number of images, please")
    smallest = 2 ** (1 - count)
    expect(smallest < 0.05, f"with {count:g} images all in favour, p is {smallest:.3g}")
    expect(2 * smallest >= 0.05, "it is enough, but fewer are enough, too")


@check
def own_photographs(answer: Any, scale: float = 2.5) -> None:
    """What `fcsr.evaluate` gave of a folder of the student's.

    Args:
        answer: a pandas DataFrame, a row for each image and method.
        scale: at which they should be measured.

    Example:
        >>> import pandas as pd
        >>> from fcsr.course.exercises import evaluation as exercises
        >>> rows = [{"image": "cat", "method": "bicubic", "scale": 4.0}]
        >>> exercises.own_photographs(pd.DataFrame(rows))
        not yet: the scale is 4, not 2.5
    """
    columns = getattr(answer, "columns", ())
    hint = "that is not the table that fcsr.evaluate returns"
    expect({"image", "method", "scale"} <= set(columns), hint)
    other = [value for value in answer["scale"].unique() if value != scale]
    expect(not other, f"the scale is {', '.join(f'{value:g}' for value in other)}, not {scale:g}")
    methods = answer["method"].unique()
    expect("bicubic" in methods, "bicubic is missing")
    expect(len(methods) > 1, "there is only one method: nothing to compare")
    expect(answer["image"].nunique() > 1, "one photograph is an anecdote: take some more")


def _alike(found: float, other: float) -> bool:
    """Whether two numbers of dB agree to what rounding to 8 bits may change."""
    return abs(found - other) < 0.01
