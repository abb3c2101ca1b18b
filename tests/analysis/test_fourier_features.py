"""Gratings whose frequency and direction are known."""

import math

import pytest
import torch

from fcsr.analysis import fourier_features
from fcsr.errors import FcsrError
from fcsr.models import TextureEstimator, TextureMaps


def grating(size: int, y: float, x: float) -> torch.Tensor:
    """(1, 3, size, size), a wave of y and x cycles a pixel."""
    rows, columns = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    wave = 0.5 + 0.4 * torch.cos(2 * math.pi * (y * rows + x * columns))
    return wave.expand(1, 3, size, size)


def maps_of(*each: tuple[float, float, float, float]) -> TextureMaps:
    """One pixel's maps; a wave is (cosine, sine, along_y, along_x)."""
    return TextureMaps(
        *(torch.tensor(values).view(1, 1, 1, -1) for values in zip(*each, strict=True))
    )


def test_a_frequency_counts_cycles_a_pixel():
    """A wave of F cycles a pixel is where it began after 1 / F pixels: 2 / F half pixels."""
    maps = maps_of((1.0, 1.0, 0.0, 0.4))
    frequency = fourier_features.read(maps).frequency[0, 0, 0, 0, 1].item()
    index, phase = torch.zeros(1, 2).long(), torch.zeros(1, 2, 1)
    offset = torch.tensor([[[0.0, 0.3], [0.0, 0.3 + 2 / frequency]]])
    here, there = TextureEstimator.texture(maps, index, offset, phase)[0]
    assert torch.allclose(here, there, atol=1e-5)
    half = torch.tensor([[[0.0, 0.3], [0.0, 0.3 + 1 / frequency]]])
    here, there = TextureEstimator.texture(maps, index, half, phase)[0]
    assert torch.allclose(here, -there, atol=1e-5)


def test_amplitudes_are_of_both_parts():
    assert fourier_features.read(maps_of((3.0, -4.0, 0.1, 0.2))).amplitude.item() == pytest.approx(
        5
    )


@pytest.mark.parametrize("degrees", [0, 30, 45, 89, -60])
def test_waves_run_along_their_frequency(degrees):
    angle = math.radians(degrees)
    found = fourier_features.direction(
        fourier_features.read(maps_of((2.0, 0.0, math.sin(angle), math.cos(angle))))
    )
    assert math.degrees(found.angle.item()) == pytest.approx(degrees, abs=1e-3)
    assert found.share.item() == pytest.approx(1)
    assert found.power.item() == pytest.approx(4)


def test_crossing_waves_have_no_direction_and_the_steeper_wins():
    crossing = maps_of((1.0, 0.0, 0.3, 0.0), (0.0, 1.0, 0.0, 0.3))
    assert fourier_features.direction(
        fourier_features.read(crossing)
    ).share.item() == pytest.approx(0, abs=1e-6)
    steeper = maps_of((1.0, 0.0, 0.3, 0.0), (0.0, 2.0, 0.0, 0.3))  # slopes 0.3 and 0.6
    found = fourier_features.direction(fourier_features.read(steeper))
    assert found.angle.item() == pytest.approx(0)
    assert found.share.item() == pytest.approx((0.36 - 0.09) / (0.36 + 0.09))


@pytest.mark.parametrize("y, x", [(0.0, 0.1), (0.1, 0.0), (0.06, 0.08), (0.06, -0.08)])
def test_gradients_run_along_a_grating(y, x):
    found = fourier_features.gradient_direction(grating(64, y, x), (16, 16))
    assert found.angle.shape == (1, 16, 16)
    off = (found.angle - math.atan2(y, x))[:, 2:-2, 2:-2]
    off = (off + math.pi / 2) % math.pi - math.pi / 2
    assert off.abs().max() < math.radians(3)
    assert found.share[:, 2:-2, 2:-2].min() > 0.95


def test_an_even_image_has_no_direction():
    found = fourier_features.gradient_direction(torch.full((1, 3, 32, 32), 0.7), (8, 8))
    assert found.power.max() < 1e-12
    assert found.share.isfinite().all()


@pytest.mark.parametrize("side", [16, 15])
def test_a_gratings_spectrum_is_two_dots(side):
    power = fourier_features.local_spectrum(grating(64, 0.0, 4 / side), (30, 33), side)[0]
    middle = side // 2
    for column in (middle - 4, middle + 4):
        assert power[middle, column] > 0.99 * power.max()
    window = torch.hann_window(side, periodic=False)
    squares = (window[:, None] * window).square().sum()
    assert power.sum().item() == pytest.approx(
        side**2 * 0.4**2 / 2 * squares.item(), rel=0.05
    )  # Parseval


def test_an_even_square_has_no_spectrum():
    assert (
        fourier_features.local_spectrum(torch.full((1, 3, 32, 32), 0.7), (16, 16), 16).max() < 1e-8
    )


@pytest.mark.parametrize("centre", [(3, 16), (16, 29)])
def test_refuses_a_square_outside(centre):
    with pytest.raises(FcsrError, match="does not lie in 32 x 32 pixels"):
        fourier_features.local_spectrum(torch.zeros(1, 3, 32, 32), centre, 8)
