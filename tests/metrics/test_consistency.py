"""LR-PSNR: SR, reduced, against LR."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data

from fcsr import images, metrics
from fcsr.errors import ImageError

SETS = Path(__file__).parents[3] / "shared" / "data" / "benchmark"


def test_hr_is_consistent_with_the_lr_that_matlab_made_of_it():
    hr = Image.fromarray(data.astronaut()[:96, 160:288])
    lr = images.imresize(hr, (24, 32))
    hr, lr = images.to_tensor(hr), images.to_tensor(lr)
    assert metrics.lr_psnr(hr, lr) == math.inf
    assert metrics.lr_psnr(hr[0], lr[0]) == math.inf


@pytest.mark.skipif(not SETS.is_dir(), reason=f"needs the benchmark images, {SETS}")
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_hr_is_consistent_with_the_lr_files_of_set5(scale):
    for path in sorted((SETS / "Set5" / "HR").glob("*.png")):
        folder = SETS / "Set5" / "LR_bicubic" / f"X{scale}"
        lr = images.load(folder / f"{path.stem}x{scale}.png")
        hr = images.load(path).crop((0, 0, lr.width * scale, lr.height * scale))
        assert metrics.lr_psnr(images.to_tensor(hr), images.to_tensor(lr)) == math.inf


def test_it_is_psnr_over_all_colours_of_the_reduced_image(photograph):
    sr, lr = photograph(50, 44), photograph(20, 11, seed=1)
    reduced = images.imresize(images.to_pil(sr), (20, 11))
    error = np.asarray(reduced, float) - np.asarray(images.to_pil(lr), float)
    expected = 10 * math.log10(255**2 / np.mean(error**2))
    assert metrics.lr_psnr(sr, lr) == pytest.approx(expected, abs=1e-6)


def test_detail_that_lr_cannot_have_does_not_count():
    dots = torch.zeros(3, 32, 32)
    dots[:, ::2, ::2] = dots[:, 1::2, 1::2] = 1  # alternating pixels, gray on the average
    flat = torch.full((3, 8, 8), 128 / 255)
    assert metrics.psnr(dots, torch.full_like(dots, 0.5)) < 7
    assert metrics.lr_psnr(dots, flat) > 45


def test_a_level_is_48_db_and_both_are_rounded():
    lr, sr = torch.full((3, 8, 8), 100 / 255), torch.full((1, 3, 24, 20), 101.4 / 255)
    assert metrics.lr_psnr(sr, lr) == pytest.approx(48.1308, abs=1e-4)


def test_sizes():
    image = torch.rand(3, 12, 12)
    assert metrics.lr_psnr(image, image) == math.inf
    for height, width in ((24, 11), (11, 24)):
        with pytest.raises(
            ImageError, match=f"LR has 12 x 12 pixels and SR only {height} x {width}"
        ):
            metrics.lr_psnr(torch.rand(3, height, width), image)


@pytest.mark.parametrize("value", [1.25, -0.5, math.nan])
def test_values_outside_the_range(value):
    good = torch.zeros(3, 12, 12)
    bad = good.clone()
    bad[1, 2, 3] = value
    with pytest.raises(ImageError, match=r"^SR "):
        metrics.lr_psnr(bad, good)
    with pytest.raises(ImageError, match=r"^LR "):
        metrics.lr_psnr(good, bad)
