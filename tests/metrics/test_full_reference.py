"""PSNR, SSIM and artifacts against values computed by hand, and the errors of all metrics."""

import math

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter, maximum_filter, minimum_filter
from skimage import data

from fcsr import metrics
from fcsr.errors import FcsrError, ImageError
from fcsr.metrics import levels


def from_levels(levels: np.ndarray) -> torch.Tensor:
    """(H, W, 3) of 0 ... 255 -> (3, H, W) in [0, 1]."""
    return torch.from_numpy(levels.astype(np.float32) / 255).permute(2, 0, 1)


def luma(levels: np.ndarray) -> np.ndarray:
    """Y of BT.601, in 16 ... 235, of (H, W, 3) of 0 ... 255."""
    return 16 + (levels / 255) @ [65.481, 128.553, 24.966]


@pytest.fixture
def photograph() -> np.ndarray:
    return data.astronaut()[:96, 160:288]


@pytest.fixture
def noisy(photograph) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, 8, photograph.shape)
    return (photograph + noise).clip(0, 255).round()


# PSNR


def test_psnr_of_one_level_everywhere():
    gray = torch.full((3, 8, 9), 100 / 255)
    assert metrics.psnr(gray + 1 / 255, gray) == pytest.approx(48.1308, abs=1e-4)
    # In luma a level of gray is 219 / 255 of a level.
    expected = 20 * math.log10(255 / (219 / 255))
    assert metrics.psnr(gray + 1 / 255, gray, channel="y") == pytest.approx(expected, abs=1e-9)


def test_psnr_rgb_has_one_mean_over_the_channels():
    sr = torch.zeros(3, 4, 4)
    sr[0] = 1.0  # one channel of three is wrong by the peak
    assert metrics.psnr(sr, torch.zeros(3, 4, 4)) == pytest.approx(10 * math.log10(3))


def test_psnr_y_is_the_luma_of_matlab(photograph, noisy):
    error = (luma(noisy.astype(float)) - luma(photograph.astype(float)))[3:-3, 3:-3]
    expected = 10 * math.log10(255**2 / np.mean(error**2))
    measured = metrics.psnr(from_levels(noisy), from_levels(photograph), channel="y", shave=3)
    assert measured == pytest.approx(expected, abs=1e-9)


def test_psnr_shaves_every_border(photograph):
    framed = photograph.copy()
    framed[:2] = framed[-2:] = framed[:, :2] = framed[:, -2:] = 0
    framed, hr = from_levels(framed), from_levels(photograph)
    assert metrics.psnr(framed, hr, shave=1) < 30
    assert metrics.psnr(framed, hr, shave=2) == math.inf


def test_images_are_rounded_to_8_bits(photograph):
    hr = from_levels(photograph.clip(1, 254))
    assert metrics.psnr(hr + 0.4 / 255, hr) == math.inf
    assert metrics.psnr(hr, hr - 0.4 / 255) == math.inf
    assert metrics.psnr(hr + 0.6 / 255, hr) == metrics.psnr(hr + 1 / 255, hr)


def test_psnr_refuses_unknown_channels(photograph):
    planes = from_levels(photograph)
    with pytest.raises(FcsrError, match='channel is "Y"; it is "rgb" or "y"'):
        levels.planes(planes, planes, "Y")


# SSIM


def ssim_map(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Wang et al. (2004), eq. (13), at every pixel whose 11 x 11 window fits."""

    def mean(z):
        return gaussian_filter(z, 1.5, radius=5)[5:-5, 5:-5]

    mx, my = mean(x), mean(y)
    vx, vy, vxy = mean(x * x) - mx**2, mean(y * y) - my**2, mean(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return (2 * mx * my + c1) * (2 * vxy + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))


def test_ssim_is_the_formula_of_the_paper(photograph, noisy):
    sr, hr = from_levels(noisy), from_levels(photograph)
    channels = zip(noisy.astype(float).T, photograph.astype(float).T, strict=True)
    expected = np.mean([ssim_map(x, y) for x, y in channels])
    assert metrics.ssim(sr, hr) == pytest.approx(expected, abs=1e-9)
    assert metrics.ssim(sr[None], hr) == metrics.ssim(sr, hr)
    expected = ssim_map(*(luma(x)[2:-2, 2:-2] for x in (noisy, photograph))).mean()
    assert metrics.ssim(sr, hr, channel="y", shave=2) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("channel", ["rgb", "y"])
def test_ssim_of_equal_images_is_one(photograph, channel):
    image = from_levels(photograph)
    assert metrics.ssim(image, image, channel) == pytest.approx(1, abs=1e-12)
    window = image[:, :11, :11]
    assert metrics.ssim(window, window, channel) == pytest.approx(1, abs=1e-12)


# Input that no metric can use


def test_what_is_no_tensor_and_no_whole_shave_is_named(photograph, no_contracts):
    image = from_levels(photograph)
    for sr, hr, name in ((image, photograph, "HR"), (photograph, image, "SR")):
        with pytest.raises(ImageError, match=rf"^{name} is a ndarray; fcsr\.images\.to_tensor"):
            metrics.psnr(sr, hr)
    with pytest.raises(ImageError, match=r"shave is 2\.5; give a whole number"):
        metrics.psnr(image, image, shave=2.5)


ALL = pytest.mark.parametrize(
    "metric", [metrics.psnr, metrics.ssim, metrics.lpips, metrics.dists, metrics.artifact_rate]
)


@ALL
def test_different_sizes(metric):
    with pytest.raises(ImageError, match="SR has 40 x 50 pixels and HR 40 x 51"):
        metric(torch.zeros(3, 40, 50), torch.zeros(3, 40, 51))


@ALL
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (1.25, "ranges from 0 to 1.25"),
        (-0.5, "ranges from -0.5 to 0"),
        (math.inf, "NaN or infinity in 1 of its values"),
        (math.nan, "NaN or infinity in 1 of its values"),
    ],
)
def test_values_outside_the_range(metric, value, message):
    good = torch.zeros(3, 40, 40)
    bad = good.clone()
    bad[1, 2, 3] = value
    with pytest.raises(ImageError, match=f"SR .*{message}"):
        metric(bad, good)
    with pytest.raises(ImageError, match=f"HR .*{message}"):
        metric(good, bad)


@ALL
def test_more_than_one_image(metric):
    batch = torch.zeros(2, 3, 40, 40)
    with pytest.raises(ImageError, match=r"one image at a time"):
        metric(batch, batch)


@pytest.mark.parametrize(
    ("metric", "size", "shave"),
    [
        (metrics.psnr, (8, 9), 4),
        (metrics.psnr, (8, 9), -1),
        (metrics.psnr, (0, 9), 0),
        (metrics.ssim, (10, 40), 0),
        (metrics.ssim, (40, 14), 2),
    ],
)
def test_too_little_is_left(metric, size, shave):
    image = torch.zeros(3, *size)
    with pytest.raises(ImageError, match=f"{size[0]} x {size[1]} pixels with {shave} shaved"):
        metric(image, image, shave=shave)


def test_one_pixel_is_enough_for_psnr():
    sr = torch.zeros(3, 5, 7)
    sr[..., 2, 2:5] = 1 / 255
    assert metrics.psnr(sr, torch.zeros(3, 5, 7), shave=2) == pytest.approx(48.1308, abs=1e-4)


# Artifacts


def test_planted_specks_are_counted_and_mapped(photograph):
    sr = photograph.copy()
    sr[10, 20], sr[30, 40], sr[30, 41] = 0, 255, 255
    artifacts = metrics.artifact_rate(from_levels(sr), from_levels(photograph), margin=0)
    size = photograph.shape[0] * photograph.shape[1]
    assert artifacts.black == pytest.approx(1000 * 1 / size)
    assert artifacts.bright == pytest.approx(1000 * 2 / size)
    marked = {
        tuple(place): int(artifacts.map[*place]) for place in artifacts.map.nonzero().tolist()
    }
    assert marked == {(10, 20): -1, (30, 40): 1, (30, 41): 1}


def test_blur_and_shifts_are_no_artifacts(photograph):
    blurred = gaussian_filter(photograph.astype(float), (1, 1, 0), radius=(2, 2, 0))
    shifted = np.pad(photograph, ((1, 0), (0, 2), (0, 0)), mode="edge")[:-1, 2:]
    for sr in (blurred.round(), shifted):
        artifacts = metrics.artifact_rate(from_levels(sr), from_levels(photograph), margin=1)
        assert artifacts.black == artifacts.bright == 0
        assert not artifacts.map.any()


@pytest.mark.parametrize(("radius", "margin"), [(0, 0), (1, 4), (2, 16), (3, 10)])
def test_artifacts_against_scipy(photograph, radius, margin):
    sr = (
        (photograph + np.random.default_rng(1).normal(0, 25, photograph.shape)).clip(0, 255).round()
    )
    y, hr = luma(sr), luma(photograph.astype(float))
    size = 2 * radius + 1
    black = y < minimum_filter(hr, size, mode="nearest") - margin
    bright = y > maximum_filter(hr, size, mode="nearest") + margin
    assert black.any() and bright.any()
    found = metrics.artifact_rate(from_levels(sr), from_levels(photograph), radius, margin)
    assert found.black == pytest.approx(1000 * black.mean())
    assert found.bright == pytest.approx(1000 * bright.mean())
    assert np.array_equal(found.map, bright.astype(int) - black.astype(int))
    if (radius, margin) == (2, 16):  # as in all tables
        assert torch.equal(
            found.map, metrics.artifact_rate(from_levels(sr), from_levels(photograph)).map
        )


@pytest.mark.parametrize("wrong", [{"radius": -1}, {"margin": -2.0}])
def test_artifacts_refuse_negative_bounds(photograph, wrong):
    image = from_levels(photograph)
    with pytest.raises(FcsrError, match="neither may be negative"):
        metrics.artifact_rate(image, image, **wrong)
