"""The LR images of the benchmark sets, bit for bit."""

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fcsr import images
from fcsr.errors import ImageError
from fcsr.images import imresize

SETS = Path(__file__).parents[3] / "shared" / "data" / "benchmark"
ALL = [(name, scale) for name in ("Set5", "Set14", "B100") for scale in (2, 3, 4)]


@pytest.mark.skipif(not SETS.is_dir(), reason=f"needs the benchmark sets in {SETS}")
@pytest.mark.parametrize(("name", "scale"), [*ALL, ("Urban100", 4)])
def test_lr_images_of_the_sets_come_out_to_the_last_bit(name, scale):
    paths = sorted((SETS / name / "HR").iterdir())[:20]
    assert paths
    for path in paths:
        lr = images.load(SETS / name / "LR_bicubic" / f"X{scale}" / f"{path.stem}x{scale}.png")
        hr = images.load(path).crop((0, 0, lr.width * scale, lr.height * scale))
        made = imresize(hr, (lr.height, lr.width))
        assert np.array_equal(np.asarray(made), np.asarray(lr.convert("RGB"))), path


def test_without_its_rounding_and_border_it_is_the_fast_resize():
    hr = images.sample("coffee").crop((0, 0, 200, 140))
    exact = np.asarray(imresize(hr, (35, 50)), dtype=int)
    fast = images.to_levels(images.resize(images.to_tensor(hr), (35, 50)))[0]
    difference = abs(exact - fast.permute(1, 2, 0).numpy())[2:-2, 2:-2]
    assert (difference == 0).mean() > 0.8
    assert (difference <= 1).mean() > 0.999


def reduce_row(row, length):
    """One row of one colour, pixel by pixel: Keys's cubic, the border repeated, halves up."""
    scale, reduced = len(row) / length, []
    for pixel in range(length):
        centre, total, weights = (pixel + 0.5) * scale - 0.5, 0.0, 0.0
        for place in range(-3 * len(row), 4 * len(row)):
            x = abs(centre - place) / scale
            if x < 2:
                near, far = 1.5 * x**3 - 2.5 * x**2 + 1, -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
                weight = near if x <= 1 else far
                total += weight * row[min(max(place, 0), len(row) - 1)]
                weights += weight
        reduced.append(math.floor(min(max(total / weights, 0), 255) + 0.5))
    return reduced


@pytest.mark.parametrize(("old", "new"), [(24, 12), (24, 8), (23, 9), (10, 7), (9, 9), (7, 1)])
def test_a_row_is_reduced_as_written_out_pixel_by_pixel(old, new):
    levels = np.random.default_rng(old).integers(0, 256, (1, old, 3), dtype=np.uint8)
    made = np.asarray(imresize(Image.fromarray(levels), (1, new)))
    expected = np.stack([reduce_row(levels[0, :, colour], new) for colour in range(3)], axis=-1)
    assert np.array_equal(made[0], expected)
    column = np.asarray(imresize(Image.fromarray(levels.swapaxes(0, 1)), (new, 1)))
    assert np.array_equal(column[:, 0], expected)


@pytest.mark.parametrize("scale", [2, 3])
def test_overshoots_at_an_edge_end_at_black_and_white(scale):
    row = np.repeat([0, 255, 0], 4 * scale).astype(np.uint8)
    levels = np.broadcast_to(row[None, :, None], (1, len(row), 3))
    made = np.asarray(imresize(Image.fromarray(levels.copy()), (1, 12)))
    assert made[0, :, 0].tolist() == reduce_row(row.tolist(), 12)
    assert {0, 255} <= set(made[0, :, 0].tolist())


@pytest.mark.parametrize(
    ("size", "between"),
    [
        ((35, 25), (140, 25)),  # columns shrink more
        ((14, 50), (14, 200)),  # rows shrink more
        ((35, 50), (35, 200)),  # both alike
    ],
)
def test_the_axis_that_shrinks_more_comes_first(size, between):
    hr = images.sample("coffee").crop((0, 0, 200, 140))
    made = np.asarray(imresize(hr, size))
    other = (size[0], 200) if between[0] == 140 else (140, size[1])
    assert np.array_equal(made, np.asarray(imresize(imresize(hr, between), size)))
    assert not np.array_equal(made, np.asarray(imresize(imresize(hr, other), size)))


@pytest.mark.parametrize("size", [(5, 7), (4, 8), (3, 3)])
def test_flat_stays_flat(size):
    assert set(imresize(Image.new("RGB", (9, 8), (255, 0, 77)), size).get_flattened_data()) == {
        (255, 0, 77)
    }


@pytest.mark.parametrize("size", [(0, 4), (4, 0), (9, 4), (4, 10), (-1, 4), (4, -1)])
def test_no_size_and_larger_ones_are_refused(size):
    with pytest.raises(ImageError, match=f"cannot make {size[0]} x {size[1]} of 8 x 9"):
        imresize(Image.new("RGB", (9, 8)), size)
