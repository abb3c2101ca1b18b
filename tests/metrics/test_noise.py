"""Noise of a wanted strength."""

import pytest
import torch

from fcsr import metrics
from fcsr.errors import FcsrError
from fcsr.metrics import add_noise, add_noise_to_psnr


def test_noise_has_its_deviation_and_no_bias():
    grey = torch.full((1, 3, 800, 800), 0.5)
    levels = 255 * (add_noise(grey, deviation=6.0) - grey)
    assert levels.std().item() == pytest.approx(6, abs=0.012)  # four standard errors
    assert levels.mean().item() == pytest.approx(0, abs=0.017)
    colours = torch.corrcoef(levels[0].flatten(1))
    assert (colours - torch.eye(3)).abs().max() < 0.02, "each colour has a noise of its own"


def test_a_seed_gives_one_pattern():
    grey = torch.full((1, 3, 8, 8), 0.5)
    assert torch.equal(add_noise(grey, 5), add_noise(grey, 5))
    assert not torch.equal(add_noise(grey, 5), add_noise(grey, 5, seed=1))


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_the_pattern_is_the_same_everywhere_and_always(dtype):
    """Tables that were printed with it can be made again."""
    grey = torch.full((1, 3, 8, 8), 0.5, dtype=dtype)
    pattern = torch.randn(grey.shape, generator=torch.Generator().manual_seed(3)).to(dtype)
    noisy = add_noise(grey, 5.1, seed=3)
    assert noisy.dtype == dtype
    assert torch.equal(noisy, (grey + 5.1 / 255 * pattern).clamp(0, 1))
    assert torch.equal(add_noise(grey, 5.1), add_noise(grey, 5.1, seed=0))


def test_noise_stays_in_the_range():
    low, high = add_noise(torch.tensor([[[[0.0, 1.0]]]]).repeat(1, 3, 50, 1), 60).aminmax()
    assert (low, high) == (0, 1)


@pytest.mark.parametrize("wanted", [15.0, 24.0, 27.9])
def test_psnr_comes_out_as_wanted(photograph, wanted):
    hr = photograph(60, 60)
    sr = add_noise(hr, 10, seed=7)  # 28.2 dB

    def psnr(image):
        return metrics.psnr(image, hr)

    assert psnr(sr) > wanted
    assert psnr(add_noise_to_psnr(sr, wanted, psnr)) == pytest.approx(wanted, abs=0.01)


@pytest.mark.parametrize(("deviation", "more"), [(1, 1.1), (1, 1.5), (3, 120)])
def test_weak_and_strong_noise_is_found_as_exactly(photograph, deviation, more):
    hr = photograph(60, 60)
    sr = add_noise(hr, deviation, seed=7)
    wanted = metrics.psnr(add_noise(hr, more * deviation if more < 9 else more), hr)
    found = metrics.psnr(add_noise_to_psnr(sr, wanted, lambda image: metrics.psnr(image, hr)), hr)
    assert found == pytest.approx(wanted, abs=0.01)


def test_no_noise_where_psnr_is_low_enough(photograph):
    hr, sr = photograph(40, 40), photograph(40, 40, seed=1)
    for wanted in (90.0, metrics.psnr(sr, hr)):
        assert add_noise_to_psnr(sr, wanted, lambda image: metrics.psnr(image, hr)) is sr


def test_no_noise_lowers_psnr_to_nothing(photograph):
    hr = photograph(40, 40)
    with pytest.raises(FcsrError, match=r"no noise is strong enough .* 1\.00 dB"):
        add_noise_to_psnr(hr, 1.0, lambda image: metrics.psnr(image, hr))


def test_up_to_128_levels_of_noise_are_added_and_no_more(photograph):
    hr = photograph(40, 40)

    def psnr(image):
        return metrics.psnr(image, hr)

    lowest = psnr(add_noise(hr, 128.0))
    assert psnr(add_noise_to_psnr(hr, lowest, psnr)) == pytest.approx(lowest, abs=0.01)
    with pytest.raises(FcsrError, match="no noise is strong enough"):
        add_noise_to_psnr(hr, lowest - 0.1, psnr)
