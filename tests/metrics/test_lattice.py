"""The lattice at LR's pitch: patterns of known power, and images that have none."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from skimage import data

from fcsr import images, metrics
from fcsr.errors import FcsrError, ImageError

SETS = Path(__file__).parents[3] / "shared" / "data" / "benchmark"


def gray(levels) -> torch.Tensor:
    """A plane of levels as (3, H, W) in [0, 1]."""
    return torch.as_tensor(np.asarray(levels, dtype=np.float32) / 255).expand(3, -1, -1)


def noise(height: int, width: int, deviation: float) -> np.ndarray:
    return np.random.default_rng(0).normal(128, deviation, (height, width)).clip(0, 230)


@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_dots_in_noise_have_the_power_of_theory(scale):
    """Windowed, noise of variance v has the power v; dots of height a at every s-th pixel
    have a / s^2 at each frequency of the raster, that is (a / s^2)^2 (2/3 block)^2."""
    height, deviation = 20.0, 6.0
    image = noise(640, 600, deviation)
    image[::scale, ::scale] += height
    luma = 219 / 255  # of a gray level
    block = 32 * scale
    line = (luma * height / scale**2) ** 2 * (2 / 3 * block) ** 2
    floor = luma**2 * (deviation**2 + 1 / 12) + 1 / 12
    expected = 10 * math.log10(1 + line / floor)
    assert metrics.lattice(gray(image), scale) == pytest.approx(expected, abs=0.7)


@pytest.mark.parametrize("scale", [2.5, 3.7, 1.5])
def test_a_wave_at_the_pitch_of_a_scale_that_is_not_whole(scale):
    image, wave = noise(300, 311, 2.0), np.cos(2 * np.pi * np.arange(311) / scale)
    assert abs(metrics.lattice(gray(image), scale)) < 1.2
    # 2 of the 8 frequencies of this raster are those of lines along the columns.
    lines = metrics.lattice(gray(image + 10 * wave), scale)
    assert lines > 5
    assert metrics.lattice(gray(image + 10 * wave), scale + 0.7) < 1.5


def lattice_by_hand(plane: np.ndarray, scale: float) -> float:
    """One block and one frequency after the other, from a plane of luma."""
    block = round(32 * scale)
    place = np.arange(block)
    window = np.sin(np.pi * (place + 0.5) / block) ** 2
    window /= np.sqrt((window**2).sum())
    multiples = [k for k in range(-9, 10) if -0.5 < k / scale <= 0.5] if scale >= 2 else [-1, 0, 1]
    around = [-5, -4, -3, 3, 4, 5]
    wanted = list(itertools.product(multiples, range(-5, 6), multiples, range(-5, 6)))
    total = dict.fromkeys(wanted, 0.0)
    for top, left in itertools.product(*(block_starts(n, block) for n in plane.shape)):
        part = plane[top : top + block, left : left + block]
        part = part - part.mean()
        waves = {
            (k, near): window * np.exp(-2j * np.pi * (k / scale + near / block) * place)
            for k in multiples
            for near in range(-5, 6)
        }
        power = {
            (row, y, column, x): abs(waves[row, y] @ part @ waves[column, x]) ** 2 + 1 / 12
            for row, y, column, x in wanted
        }
        level = np.exp(np.mean(np.log(list(power.values()))))
        total = {key: total[key] + power[key] / level for key in wanted}
    ratios = [
        10 * np.log10(total[row, 0, column, 0])
        - np.mean(
            [
                10 * np.log10(total[row, y, column, x])
                for y in (around if row else [0])
                for x in (around if column else [0])
            ]
        )
        for row, column in itertools.product(multiples, repeat=2)
        if (row, column) != (0, 0)
    ]
    return float(np.mean(ratios))


def block_starts(length: int, block: int) -> list[int]:
    """As few as overlap by half, the last at the end."""
    steps = math.ceil((length - block) / (block / 2))
    return [round(i * (length - block) / steps) for i in range(steps + 1)] if steps else [0]


@pytest.mark.parametrize(
    ("scale", "height", "width"),
    [(2, 64, 101), (2.5, 130, 80), (1.5, 48, 90), (3.7, 118, 131), (4, 128, 140)],
)
def test_it_is_the_sum_that_defines_it(scale, height, width):
    random = np.random.default_rng(0)
    levels = random.integers(90, 120, (height, width)).astype(float)
    levels += np.linspace(0, 60, width) + 30 * (np.arange(height)[:, None] > height / 3)
    rows = np.cos(2 * np.pi * np.arange(height) / scale)
    columns = np.cos(2 * np.pi * np.arange(width) / scale + 1)
    levels = (levels + 6 * rows[:, None] * columns + 3 * columns).round()
    luma = 16 + 219 * levels / 255
    expected = lattice_by_hand(luma, scale)
    assert expected > 2
    assert metrics.lattice(gray(levels), scale) == pytest.approx(expected, abs=1e-3)


def test_dots_of_two_levels_in_a_photograph():
    image = data.astronaut()[:256, :256].copy()
    clean = metrics.lattice(images.to_tensor(image), 4)
    image[2::4, 2::4] = (image[2::4, 2::4].astype(int) + 2).clip(0, 255)
    dotted = metrics.lattice(images.to_tensor(image), 4)
    assert abs(clean) < 1.5
    assert dotted > clean + 5
    assert abs(metrics.lattice(images.to_tensor(image), 3)) < 1.5, "not the pitch of this scale"


def test_contrast_elsewhere_does_not_hide_dots():
    image = noise(256, 512, 1.0)
    image[::4, ::4] += 3
    image[:, 256:] = noise(256, 256, 30.0)
    assert metrics.lattice(gray(image), 4) > 3


def test_edges_along_the_axes_are_no_lattice():
    image = noise(300, 400, 1.0)
    image[:, 170:] += 60
    image[111:, :] -= 50
    assert abs(metrics.lattice(gray(image), 4)) < 1.5


def test_nothing_stands_out_of_a_constant():
    assert metrics.lattice(torch.full((1, 3, 130, 141), 0.5), 4) == pytest.approx(0, abs=1e-9)


@pytest.mark.skipif(not SETS.is_dir(), reason=f"needs the benchmark images, {SETS}")
@pytest.mark.parametrize(("scale", "low", "high"), [(2, -4, 3.2), (3, -2, 1), (4, -2, 2)])
def test_photographs_have_no_lattice(scale, low, high):
    paths = sorted((SETS / "Set5" / "HR").glob("*.png"))
    found = [metrics.lattice(images.to_tensor(images.load(path)), scale) for path in paths]
    assert len(found) == 5
    assert low < min(found) and max(found) < high
    assert abs(np.mean(found)) < 1.1


def test_whole_image_is_looked_at():
    image = noise(64, 64 + 30, 1.0)  # a block and a bit
    image[::2, 64:][:, ::2] += 40
    assert metrics.lattice(gray(image), 2) > metrics.lattice(gray(image[:, :64]), 2) + 10


def test_too_small_and_scales_that_have_no_raster():
    image = torch.zeros(3, 128, 127)
    with pytest.raises(ImageError, match=r"128 x 127 pixels are too few: .* 128 x 128"):
        metrics.lattice(image, 4)
    for scale in (1.2, 0, -4, math.nan, math.inf):
        with pytest.raises(FcsrError, match=r"a lattice is looked for at 1\.5 or more"):
            metrics.lattice(image, scale)
    with pytest.raises(ImageError, match=r"SR ranges from 0 to 2"):
        metrics.lattice(image + 2 * torch.eye(128)[:, :127], 2)
