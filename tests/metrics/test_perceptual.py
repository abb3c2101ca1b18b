"""LPIPS and DISTS against known values, and what may change no digit of them."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.ndimage import gaussian_filter
from skimage import data

from fcsr import metrics
from fcsr.errors import FcsrError, ImageError
from fcsr.metrics import dists_network, lpips_network, trunks

BENCHMARK = Path(__file__).parents[3] / "shared" / "data" / "benchmark"
CPU = torch.device("cpu")

needs_trunk = pytest.mark.skipif(
    find_spec("lpips") is None or trunks.trunk_path("vgg") is None,
    reason=f"needs lpips and the networks behind it: {trunks.TRUNK_COMMAND}",
)
needs_weights = pytest.mark.skipif(
    dists_network.weights_path() is None, reason="needs dists-pytorch"
)
VGG = [
    pytest.param(lambda sr, hr: metrics.lpips(sr, hr, net="vgg"), id="lpips_vgg"),
    pytest.param(metrics.dists, marks=needs_weights),
]
ALL = pytest.mark.parametrize("metric", [metrics.lpips, *VGG])


def from_levels(levels: np.ndarray) -> torch.Tensor:
    """(H, W, 3) of 0 ... 255 -> (3, H, W) in [0, 1]."""
    return torch.from_numpy(levels.astype(np.float32) / 255).permute(2, 0, 1)


@pytest.fixture
def astronaut() -> np.ndarray:
    return data.astronaut()[:96, 160:288].astype(float)


@pytest.fixture
def hr(astronaut) -> torch.Tensor:
    return from_levels(astronaut)


@pytest.fixture
def noisy(astronaut) -> torch.Tensor:
    noise = np.random.default_rng(0).normal(0, 8, astronaut.shape)
    return from_levels((astronaut + noise).clip(0, 255).round())


@pytest.fixture
def blurred(astronaut):
    return lambda sigma: from_levels(gaussian_filter(astronaut, (sigma, sigma, 0)))


@needs_trunk
@ALL
def test_they_grow_with_blur(metric, hr, blurred):
    distances = [metric(sr, hr) for sr in (hr, *map(blurred, (0.5, 1, 2, 4)))]
    assert distances[0] == 0
    assert distances == sorted(set(distances))


@needs_trunk
@pytest.mark.parametrize("net", ["alex", "vgg"])
@pytest.mark.parametrize("input_range", metrics.LPIPS_RANGES.values())
def test_lpips_range_is_what_enters_the_network(hr, noisy, input_range, net):
    network = lpips_network.network(net, CPU)
    direct = {
        (-1.0, 1.0): lambda: network(noisy[None], hr[None], normalize=True),
        (0.0, 1.0): lambda: network(noisy[None], hr[None]),
        (0.0, 255.0): lambda: network(noisy[None] * 255, hr[None] * 255),
    }
    measured = metrics.lpips(noisy, hr, input_range, net)
    assert measured == pytest.approx(direct[input_range]().item(), rel=1e-5)


@needs_trunk
def test_lpips_is_of_alexnet_in_its_own_range(hr, noisy):
    assert metrics.lpips(noisy, hr) == metrics.lpips(noisy, hr, (-1.0, 1.0), "alex")


@needs_trunk
def test_lpips_of_a_known_pair(hr, blurred):
    """Measured with the networks that gave LPIPS's own example pair its published 0.722, 0.138."""
    assert metrics.lpips(blurred(2), hr) == pytest.approx(0.4802, abs=1e-4)


@needs_trunk
def test_lpips_of_vgg_of_a_known_pair(hr, blurred):
    """Measured with the VGG16 by which DISTS gives its authors' example pair their 0.3347."""
    assert metrics.lpips(blurred(2), hr, net="vgg") == pytest.approx(0.3915, abs=1e-4)


@needs_trunk
@needs_weights
def test_dists_of_a_known_pair(hr, blurred):
    """Measured with the network that gave the authors' example pair their 0.3347."""
    assert metrics.dists(blurred(2), hr) == pytest.approx(0.3024, abs=1e-4)


@needs_trunk
@pytest.mark.parametrize("size", [(301, 61), (336, 48), (207, 52)])
@pytest.mark.parametrize("metric", VGG)
def test_strips_give_what_the_whole_image_gives(monkeypatch, metric, size):
    hr = from_levels(data.astronaut()[: size[0], : size[1]])
    sr = metrics.add_noise(hr, 10)
    whole = metric(sr, hr)
    assert len(list(trunks.strips(*size))) == 1
    monkeypatch.setattr(trunks, "STRIP_PIXELS", 1000)
    assert len(list(trunks.strips(*size))) > 2
    assert metric(sr, hr) == pytest.approx(whole, abs=1e-7)


@needs_trunk
@ALL
def test_autocast_changes_no_digit(metric, hr, noisy):
    with torch.autocast("cpu", torch.bfloat16):
        measured = metric(noisy, hr)
    assert measured == metric(noisy, hr)


@needs_trunk
@ALL
def test_images_are_rounded_to_8_bits(metric, hr, noisy):
    hr = hr.clamp(1 / 255, 254 / 255)
    assert metric(noisy, hr + 0.4 / 255) == metric(noisy, hr)


@needs_trunk
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
@ALL
def test_they_are_the_same_on_a_gpu(metric, hr, noisy):
    assert metric(noisy.cuda(), hr.cuda()) == pytest.approx(metric(noisy, hr), abs=5e-6)


@needs_trunk
def test_smallest_images_are_those_of_the_networks():
    small, smaller = torch.zeros(1, 3, 31, 31), torch.zeros(1, 3, 30, 31)
    assert metrics.lpips(small, small) == metrics.lpips(small, small, net="vgg") == 0
    with pytest.raises(RuntimeError, match="Output size is too small"):
        lpips_network.network("alex", CPU)(smaller, smaller)
    with pytest.raises(ImageError, match=r"30 x 31 pixels .* needs 31 x 31"):
        metrics.lpips(smaller, smaller)


@needs_trunk
@needs_weights
def test_smallest_image_of_dists():
    small = torch.zeros(1, 3, 16, 16)
    assert metrics.dists(small, small) == 0
    with pytest.raises(ImageError, match=r"16 x 15 pixels .* needs 16 x 16"):
        metrics.dists(small[..., 1:], small[..., 1:])


def test_lpips_refuses_unknown_ranges_and_networks(hr, no_contracts):
    with pytest.raises(FcsrError, match=r"input_range is \(1.0, -1.0\)"):
        metrics.lpips(hr, hr, (1.0, -1.0))
    with pytest.raises(FcsrError, match='net is "squeeze"; LPIPS has alex and vgg'):
        metrics.lpips(hr, hr, net="squeeze")


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
