"""What makes filters of different kinds equally wide."""

import math

import pytest

from fcsr.errors import FcsrError
from fcsr.frequency import KINDS, Box, gain, half_power, low_pass


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


@pytest.mark.parametrize(("width", "radius"), [(1.11, 1), (1.12, 2), (1.70, 2), (1.71, 3)])
def test_a_box_has_the_radius_whose_deviation_is_nearest(width, radius):
    """sqrt(((2 r + 1)^2 - 1) / 12) pixels: between 1 and 2 that is 1.118, then 1.708."""
    assert low_pass("Box", width).radius == radius


@pytest.mark.parametrize("kind", KINDS)
def test_widths_from_half_a_pixel_to_16_are_taken(kind):
    for width in (0.5, 16.0):
        low_pass(kind, width)
    for width in (0.49, 16.1, math.nan):
        with pytest.raises(FcsrError, match=f"width is {width}; give 0.5 to 16 pixels"):
            low_pass(kind, width)


def test_an_unknown_kind_is_named_with_those_that_there_are(no_contracts):
    with pytest.raises(FcsrError, match='filter "Median"; choose from Gaussian, Box, Ideal, '):
        low_pass("Median", 1.5)


def test_gains_are_of_256_waves_up_to_half_a_cycle_a_pixel():
    frequencies, gains = gain(Box(1))
    assert frequencies.tolist() == [wave / 512 for wave in range(256)] and len(gains) == 256
