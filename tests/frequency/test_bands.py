"""What makes filters of different kinds equally wide."""

import math

import pytest

from fcsr.frequency import half_power, low_pass


def test_half_power_is_where_the_gaussian_halves_the_power():
    # The transform of a Gaussian of sigma s is exp(-2 (pi s f)^2).
    gain = math.exp(-2 * (math.pi * 1.5 * half_power(1.5)) ** 2)
    assert gain**2 == pytest.approx(0.5)


def test_filters_of_one_width_are_alike():
    assert low_pass("Gaussian", 2.0).sigma == 2
    cutoff = half_power(2.0)
    assert low_pass("Ideal", 2.0).cutoff == low_pass("Butterworth", 2.0).cutoff == cutoff
    assert 0.5 / low_pass("BicubicDownUp", 2.0).factor == pytest.approx(cutoff)
    side = 2 * low_pass("Box", 2.0).radius + 1  # of variance (side^2 - 1) / 12
    assert side == 7 and math.sqrt((7**2 - 1) / 12) == 2
    assert low_pass("Box", 0.5).radius == 1
