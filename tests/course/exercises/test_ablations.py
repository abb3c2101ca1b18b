"""The checks of notebook 09: the right answer, the typical wrong ones, and none."""

import numpy as np
import pytest

from fcsr.course.exercises import ablations as exercises
from fcsr.evaluation import uncertainty

DESIGN, VARIANT = (24.0, 25.0, 26.0), (24.2, 25.1, 26.3)


def bonferroni(p_values):
    return [min(1, len(p_values) * p) for p in p_values]


def in_their_order(p_values):
    return sorted(uncertainty.holm(p_values))


def without_steps(p_values):
    order = np.argsort(p_values)
    corrected = np.array(p_values)
    corrected[order] *= np.arange(len(order), 0, -1)
    return corrected.clip(max=1)


def without_end(p_values):
    order = np.argsort(p_values)
    corrected = np.array(p_values)
    factors = np.arange(len(order), 0, -1)
    corrected[order] = np.maximum.accumulate(factors * corrected[order])
    return corrected


@pytest.mark.parametrize(
    "answer, shown",
    [
        (None, "not answered yet"),
        ((0.2, 0.1), "right"),
        (np.array([0.2, 0.1]), "right"),
        ((-0.2, 0.1), "not yet: which of the two"),
        ((0.3, 0.1), "not yet: the change is not the mean"),
        ((0.2, 1.0), "not yet: that is the spread of one of the two"),
        ((0.2, 0.0816), "not yet: that would be the spread if the true mean"),
        ((0.2, 0.5), "not yet: the spread is not that of the differences"),
        (0.2, "not yet: give two numbers"),
        ("ab", "not yet: give two numbers"),
    ],
)
def test_pairs(answer, shown):
    assert repr(exercises.pairs(answer, VARIANT, DESIGN)).startswith(shown)


@pytest.mark.parametrize(
    "function, shown",
    [
        (None, "not answered yet"),
        (uncertainty.holm, "right"),
        (bonferroni, "not yet: [0.01, 0.02]: only the smallest"),
        (in_their_order, "not yet: [0.04, 0.01, 0.02]: each result belongs"),
        (without_steps, "not yet: [0.03, 0.02, 0.025]: none may fall"),
        (without_end, "not yet: [0.9, 0.8]: a probability"),
        (min, "not yet: TypeError"),
        (lambda p_values: p_values[:1], "not yet: 2 p-values give 1"),
    ],
)
def test_holm(function, shown):
    assert repr(exercises.holm(function)).startswith(shown)


@pytest.mark.parametrize(
    "answer, shown",
    [
        (None, "not answered yet"),
        (1, "right"),
        (4, "not yet: a pair cancels"),
        (0, "not yet: not as few"),
        (0.5, "not yet: give a whole number"),
        (True, "not yet: give a whole number"),
        ("none", "not yet: give a whole number"),
    ],
)
def test_survivors(answer, shown):
    assert repr(exercises.survivors(answer, found=1)).startswith(shown)


@pytest.mark.parametrize(
    "answer, shown",
    [
        (None, "not answered yet"),
        (46.4, "right"),
        (45.1, "not yet: 45.1 dB is a mean squared error of 2.01"),
        ("46", "not yet: give a number, in dB"),
    ],
)
def test_finest_psnr(answer, shown):
    assert repr(exercises.finest_psnr(answer, step=4)).startswith(shown)
