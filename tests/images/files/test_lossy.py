"""What JPEG and WebP lose."""

import numpy as np
import pytest
from PIL import Image

from fcsr import images
from fcsr.errors import ImageError
from fcsr.images.files import writers
from fcsr.images.files.lossy import Lossy

LAYERS = {"4:4:4": (1, 1), "4:2:2": (2, 1), "4:2:0": (2, 2)}  # how often luma is as wide and high


def layers(path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.layer[0][1:3]


def write(path, lossy) -> None:
    pixels = np.asarray(images.sample("coffee").crop((200, 100, 264, 164)))
    writers.write(path, (64, 64), pixels, iter([pixels]), {}, lossy)


@pytest.mark.parametrize(
    ("quality", "given", "written"),
    [
        (95, None, "4:4:4"),
        (90, None, "4:4:4"),
        (89, None, "4:2:0"),
        (95, "4:2:0", "4:2:0"),
        (95, "4:2:2", "4:2:2"),
        (60, "4:4:4", "4:4:4"),
    ],
)
def test_a_jpegs_chroma_is_as_large_as_asked(quality, given, written, tmp_path):
    write(tmp_path / "out.jpg", Lossy(quality, given))
    assert layers(tmp_path / "out.jpg") == LAYERS[written]


def test_save_keeps_chroma_at_full_size(tmp_path):
    images.save(images.sample("coffee"), tmp_path / "out.jpg")
    assert layers(tmp_path / "out.jpg") == LAYERS["4:4:4"]


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_a_higher_quality_takes_more_bytes_and_loses_less(suffix, tmp_path):
    before = np.asarray(images.sample("coffee").crop((200, 100, 264, 164))).astype(int)
    bytes_, losses = [], []
    for quality in (1, 50, 100):
        path = tmp_path / f"{quality}{suffix}"
        write(path, Lossy(quality))
        bytes_.append(path.stat().st_size)
        losses.append(np.abs(np.asarray(images.load(path)) - before).mean())
    assert bytes_ == sorted(set(bytes_)) and losses == sorted(set(losses), reverse=True)


@pytest.mark.usefixtures("no_contracts")
@pytest.mark.parametrize("quality", [0, 101, -5, 9.5, True])
def test_a_quality_that_there_is_not_is_refused(quality):
    with pytest.raises(ImageError, match=f"quality is {quality}; it must be a whole number, 1 to"):
        Lossy(quality)


def test_a_subsampling_that_there_is_not_is_refused():
    with pytest.raises(ImageError, match="subsampling is '4:1:1'; it must be one of 4:4:4, 4:2:2"):
        Lossy(subsampling="4:1:1")
