"""The LR images of the benchmark sets, bit for bit."""

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


@pytest.mark.parametrize("size", [(5, 7), (4, 8), (3, 3)])
def test_flat_stays_flat(size):
    assert set(imresize(Image.new("RGB", (9, 8), (255, 0, 77)), size).get_flattened_data()) == {
        (255, 0, 77)
    }


@pytest.mark.parametrize("size", [(0, 4), (9, 4), (4, 10), (-1, 4)])
def test_no_size_and_larger_ones_are_refused(size):
    with pytest.raises(ImageError, match=f"cannot make {size[0]} x {size[1]} of 8 x 9"):
        imresize(Image.new("RGB", (9, 8)), size)
