"""Intervals and p-values, held to plain enumerations of all cases."""

import itertools
import math

import numpy as np
import pytest

from fcsr.evaluation import uncertainty
from fcsr.evaluation.uncertainty import holm, interval, intervals, signed_rank


def test_an_interval_is_that_of_all_resamples():
    values = [28.0, 29.5, 33.0, 35.0, 36.5]
    resamples = [np.mean(drawn) for drawn in itertools.product(values, repeat=5)]
    assert interval(np.mean, values) == pytest.approx(
        np.percentile(resamples, [2.5, 97.5]), abs=0.1
    )
    assert interval(np.mean, values) == interval(np.mean, values)


def test_an_interval_is_of_2000_resamples_that_are_always_the_same():
    """So that tables that were printed can be made again."""
    values = np.random.default_rng(1).normal(30, 4, size=14)
    drawn = np.random.default_rng(0).integers(0, 14, size=(2000, 14))
    expected = np.percentile(values[drawn].mean(1), [2.5, 97.5])
    assert interval(np.mean, values) == pytest.approx(expected, rel=1e-12)


def test_of_three_images_it_reaches_from_the_lowest_to_the_highest():
    assert interval(np.mean, [1.0, 0.0, 5.0]) == (0.0, 5.0)  # each drawn thrice in 1 of 27 cases


def test_equal_images_have_an_interval_of_no_width():
    assert interval(np.mean, [2.0, 2.0, 2.0, 2.0]) == (2.0, 2.0)


@pytest.mark.parametrize("values", [[], [1.0, 2.0], [1.0, 2.0, math.inf], [1.0, 2.0, math.nan]])
def test_too_few_images_and_no_numbers_have_none(values):
    assert np.isnan(interval(np.mean, values)).all()


def test_several_samples_are_drawn_together():
    def ratio(a, b, axis):
        return a.mean(axis=axis) / b.mean(axis=axis)

    values = np.array([0.1, 0.2, 0.5, 0.9])
    assert interval(ratio, 2 * values, values) == pytest.approx((2, 2))


@pytest.mark.parametrize("largest", [1, 70_000, 4_000_000])
def test_intervals_of_many_are_those_of_each(monkeypatch, largest):
    """However many are resampled at once."""
    monkeypatch.setattr(uncertainty, "LARGEST", largest)
    draws = np.random.default_rng(0)
    several = [draws.normal(30, 4, size=(2, images)) for images in (5, 14, 5, 2, 5, 14, 0)]
    several[2][1, 3] = math.inf

    def ratio(a, b, axis):
        return a.mean(axis=axis) / b.mean(axis=axis)

    found = intervals(ratio, several)
    for one, samples in zip(found, several, strict=True):
        assert one == pytest.approx(interval(ratio, *samples), rel=1e-12, nan_ok=True)
    assert np.isnan(found).all(1).tolist() == [False, False, True, True, False, False, True]


def test_it_covers_as_much_as_is_said():
    samples = np.random.default_rng(0).normal(size=(400, 5))
    ends = [interval(np.mean, sample) for sample in samples]
    assert np.mean([low <= 0 <= high for low, high in ends]) == pytest.approx(0.85, abs=0.05)


@pytest.mark.parametrize(
    "differences",
    [
        [0.5, -0.5, 1, 1, 1, -1, 2, 2, 2, -3, 3, 3, 3],
        [1] * 13,
        [0.1, 0.2, -0.3, 0.4, 0.5],
        [1, 1, 2, 2, -3, 4, 4, -4],
        [-3, -1, -2, -5],
        [7],
    ],
)
def test_the_test_counts_all_signs(differences):
    ranks = [
        np.mean([i + 1 for i, other in enumerate(sorted(map(abs, differences))) if other == abs(d)])
        for d in differences
    ]
    middle = sum(ranks) / 2

    def distance(signs):
        return abs(sum(r for r, sign in zip(ranks, signs, strict=True) if sign > 0) - middle)

    cases = [distance(signs) for signs in itertools.product((-1, 1), repeat=len(ranks))]
    expected = np.mean([case >= distance(differences) - 1e-9 for case in cases])
    assert signed_rank(differences) == pytest.approx(expected)


def test_images_without_a_difference_do_not_count():
    assert signed_rank([0.0, 0.1, 0.2, 0.0, 0.3]) == signed_rank([0.1, 0.2, 0.3]) == 0.25
    assert signed_rank([0.0, 0.0]) == 1.0
    assert math.isnan(signed_rank([0.1, math.nan]))


def test_many_images_may_give_small_p_values():
    assert signed_rank(np.arange(1.0, 101.0)) < 1e-15


def test_holm_as_r_has_it():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([0.7, 0.9, 0.8]) == [1.0, 1.0, 1.0]
    assert holm([]) == []


def test_holm_counts_numbers_only():
    found = holm([0.01, math.nan, 0.04])
    assert [found[0], found[2]] == pytest.approx([0.02, 0.04]) and math.isnan(found[1])
