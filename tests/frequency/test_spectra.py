"""Bands that add up, and waves that are found where they lie."""

import pytest
import torch
from waves import cosine

from fcsr.frequency import spectra


def noise(*shape):
    return torch.rand(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("size", [(1, 1), (1, 6), (7, 1), (8, 5)])
def test_band_energies_add_up_to_the_mean_square(size):
    image = noise(2, 3, *size)
    energy = spectra.band_energy(image)
    assert energy.shape == (2, 3, 4)
    torch.testing.assert_close(energy.sum(-1), image.square().mean((-2, -1)))


def test_band_energy_of_each_wave_lies_in_its_band():
    """0.0625 is an edge: it belongs to the band above. 0.5 x 0.5 is in the last one's corner."""
    edges = (0.0, 0.0625, 0.125, 0.25, 0.5)
    for half_waves, band in [((0, 0), 0), ((0, 3), 0), ((4, 0), 1), ((9, 0), 2), ((31, 31), 3)]:
        wave = cosine(32, 32, *half_waves)
        expected = torch.zeros(4, dtype=torch.float64)
        expected[band] = wave.square().mean()
        torch.testing.assert_close(spectra.band_energy(wave, edges)[0, 0], expected)


def test_band_energy_leaves_out_what_lies_below_the_first_edge():
    image = 3 + cosine(32, 32, 16, 0)
    energy = spectra.band_energy(image, (0.1, 0.2, 0.5))
    torch.testing.assert_close(energy[0, 0], torch.tensor([0.0, 0.5], dtype=torch.float64))


def test_radial_spectrum_of_a_cosine_lands_in_its_bin():
    centres, spectrum = spectra.radial_spectrum(cosine(32, 32, 0, 13), bins=16)
    torch.testing.assert_close(centres, (torch.arange(16).double() + 0.5) / 32)
    assert spectrum.shape == (1, 1, 16)
    nearest = (centres - 13 / 64).abs().argmin()
    assert spectrum.argmax() == nearest
    assert spectrum[0, 0, nearest].item() == pytest.approx(0.5)
    assert spectrum.sum().item() == pytest.approx(0.5)


@pytest.mark.parametrize("half_waves", [(0, 6), (6, 0)])
def test_radial_spectra_are_of_the_images_type_and_have_exact_edges(half_waves):
    """6 half waves over 20 pixels: 0.15 cycles a pixel, which is the edge of the fourth of ten."""
    wave = cosine(20, 20, *half_waves)
    for dtype in (torch.float32, torch.float64):
        centres, spectrum = spectra.radial_spectrum(wave.to(dtype), bins=10)
        assert centres.dtype == spectrum.dtype == dtype
    assert spectrum.argmax() == 3
    assert len(spectra.radial_spectrum(wave)[0]) == 64


def test_the_mirror_spectrum_of_a_cosine_by_hand():
    """4 half waves over 8 pixels: a quarter of a cycle a pixel, once in either direction."""
    spectrum, frequency = spectra.mirror_spectrum(3 + cosine(4, 8, 0, 4))
    assert spectrum.shape == (1, 1, 8, 9) and frequency.shape == (8, 9)
    size = spectrum[0, 0].abs() / (8 * 16)
    expected = torch.zeros(8, 9, dtype=torch.float64)
    expected[0, 0], expected[0, 4] = 3, 0.5
    torch.testing.assert_close(size, expected)
    assert frequency[0, 4] == 0.25
    assert frequency[4, 8].item() == pytest.approx(0.5**0.5), "both as fast as they can be"
