"""Checks of notebook 09, *Ablations*."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from fcsr.course.exercises.checking import check, expect, number, numbers
from fcsr.evaluation import uncertainty

_near = partial(math.isclose, rel_tol=0, abs_tol=0.005)


@check
def pairs(answer: Any, variant: Sequence[float], design: Sequence[float]) -> None:
    """The mean change over pairs and its spread.

    Args:
        answer: two numbers, the change and the spread.
        variant, design: a measure of each, seed by seed.

    Example:
        >>> from fcsr.course.exercises import ablations as exercises
        >>> exercises.pairs((1.0, 1.0), variant=[2.0, 5.0, 5.0], design=[1.0, 5.0, 3.0])
        right
    """
    change, spread = numbers(answer, 2, "give two numbers: the change and its spread")
    differences = np.subtract(variant, design)
    expect(not _near(change, -differences.mean()), "which of the two is subtracted from the other?")
    expect(_near(change, differences.mean()), "the change is not the mean of the differences")
    alone = "that is the spread of one of the two, not of what they differ by"
    expect(not any(_near(spread, np.std(one, ddof=1)) for one in (variant, design)), alone)
    biased = "that would be the spread if the true mean were known; it is estimated, too"
    expect(not _near(spread, differences.std()), biased)
    expect(_near(spread, differences.std(ddof=1)), "the spread is not that of the differences")


@check
def holm(function: Callable[[list[float]], Any]) -> None:
    """Holm's correction of p-values, in the order in which they were given.

    Example:
        >>> from fcsr.course.exercises import ablations as exercises
        >>> from fcsr.evaluation.uncertainty import holm
        >>> exercises.holm(holm)
        right
        >>> exercises.holm(lambda p_values: [len(p_values) * p for p in p_values])
        not yet: [0.01, 0.02]: only the smallest is multiplied by the number of all
    """
    cases = {
        "only the smallest is multiplied by the number of all": [0.01, 0.02],
        "each result belongs where its p-value was": [0.04, 0.01, 0.02],
        "none may fall below one before it": [0.03, 0.02, 0.025],
        "a probability is at most 1": [0.9, 0.8],
        "there may be many": [0.001 * (number * 37 % 101) for number in range(1, 101)],
    }
    for hint, p_values in cases.items():
        found = list(function(list(p_values)))
        expect(len(found) == len(p_values), f"{len(p_values)} p-values give {len(found)}")
        shown = f"{p_values}: " if len(p_values) < 5 else ""
        expect(np.allclose(found, uncertainty.holm(p_values)), shown + hint)


@check
def survivors(answer: Any, found: int) -> None:
    """How many effects survive where pairs are broken.

    Example:
        >>> from fcsr.course.exercises import ablations as exercises
        >>> exercises.survivors(9, found=3)
        not yet: a pair cancels what its two trainings share; what becomes of the spread without it?
        >>> exercises.survivors(3, found=3)
        right
    """
    whole = isinstance(answer, int | np.integer) and not isinstance(answer, bool)
    expect(whole and answer >= 0, "give a whole number, 0 or above")
    more = "a pair cancels what its two trainings share; what becomes of the spread without it?"
    expect(answer <= found, more)
    expect(answer == found, "not as few as that")


@check
def finest_psnr(answer: Any, step: int) -> None:
    """The PSNR of a classifier that is always right but knows only every `step`-th level.

    Example:
        >>> from fcsr.course.exercises import ablations as exercises
        >>> exercises.finest_psnr(40.0, step=4)
        not yet: 40.0 dB is a mean squared error of 6.50
    """
    levels = np.arange(256)
    error = np.square(levels - (levels // step * step + step // 2)).mean()
    decibels = number(answer, "give a number, in dB")
    squared = 255**2 / 10 ** (decibels / 10)
    hint = f"{decibels:.1f} dB is a mean squared error of {squared:.2f}"
    expect(abs(decibels - 10 * math.log10(255**2 / error)) < 0.2, hint)
