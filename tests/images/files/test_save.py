"""What is saved is what is loaded; files are whole or as they were."""

import stat

import numpy as np
import pytest
from pictures import SRGB, noise, picture, written
from PIL import Image

from fcsr import images
from fcsr.errors import ImageError


@pytest.mark.parametrize(
    ("suffix", "mode"),
    [
        *[(".png", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")],
        *[(".tif", mode) for mode in ("L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK")],
        *[(".TIFF", "RGB"), (".bmp", "L"), (".bmp", "RGB")],
    ],
)
def test_lossless_files_round_trip(tmp_path, suffix, mode):
    image = Image.fromarray(noise((5, 7), "uint16")) if mode == "I;16" else picture(mode)
    images.save(image, tmp_path / f"image{suffix}")
    loaded = images.load(tmp_path / f"image{suffix}")
    assert loaded.mode == mode
    np.testing.assert_array_equal(np.asarray(loaded), np.asarray(image))


@pytest.mark.parametrize("suffix", [".jpg", ".JPEG", ".webp"])
def test_lossy_files_stay_close(tmp_path, suffix):
    image = images.sample("chelsea")
    images.save(image, tmp_path / f"image{suffix}")
    loaded = np.asarray(images.load(tmp_path / f"image{suffix}"), dtype=float)
    assert np.abs(loaded - np.asarray(image)).mean() < 2


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp"])
def test_profile_survives_a_file(tmp_path, suffix):
    image = picture("RGB")
    image.info["icc_profile"] = SRGB
    images.save(image, tmp_path / f"image{suffix}")
    assert images.load(tmp_path / f"image{suffix}").info["icc_profile"] == SRGB


def test_saved_files_have_ordinary_permissions(tmp_path):
    ordinary = written(tmp_path / "ordinary", b"")
    images.save(picture("RGB"), tmp_path / "image.png")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (ordinary, tmp_path / "image.png")]
    assert modes[0] == modes[1]


@pytest.mark.parametrize(
    ("name", "image", "message"),
    [
        ("old.jpg", picture("RGBA"), r"JPEG cannot hold an image of mode RGBA; use \.png or "),
        ("old.webp", Image.fromarray(noise((5, 7), "uint16")), "WEBP cannot hold .* I;16"),
        ("old.bmp", picture("RGBA"), "BMP cannot hold"),
        ("old.png", Image.new("F", (2, 2)), "PNG cannot hold"),
        ("old.xyz", picture("RGB"), r"no image suffix; use one of \.png, "),
        ("old", picture("RGB"), "no image suffix"),
        ("old.png", Image.new("RGB", (0, 5)), "cannot be written"),
        ("old.webp", Image.new("RGB", (20000, 1)), "cannot be written"),  # WebP ends at 16383
    ],
)
def test_failed_save_leaves_the_old_file(tmp_path, name, image, message):
    old = written(tmp_path / name, b"old")
    with pytest.raises(ImageError, match=message):
        images.save(image, old)
    assert old.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [old]


def test_save_into_a_missing_folder(tmp_path):
    with pytest.raises(ImageError, match=r"image.png cannot be written \(No such file"):
        images.save(picture("RGB"), tmp_path / "missing" / "image.png")
