"""Rows that come one after the other make the file of the whole."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from fcsr import images
from fcsr.errors import FcsrError, ImageError
from fcsr.images.files import writers

MODES = ("L", "LA", "RGB", "RGBA", "I;16")


def picture(mode: str) -> Image.Image:
    generator = np.random.default_rng(0)
    if mode == "I;16":
        return Image.fromarray(generator.integers(0, 65536, (23, 17), np.uint16))
    coffee = images.sample("coffee").crop((200, 100, 217, 123)).convert(mode)
    if mode.endswith("A"):
        coffee.putalpha(Image.fromarray(generator.integers(0, 256, (23, 17), np.uint8)))
    return coffee


def bands(image, heights):
    top = 0
    for height in heights:
        yield np.asarray(image)[top : top + height]
        top += height


def write(path, image, heights):
    profile = {key: v for key, v in image.info.items() if key == "icc_profile"}
    pixels = np.asarray(image)
    writers.write(path, pixels.shape[:2], pixels[:1, :1], bands(image, heights), profile)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("profile", [None, bytes(range(256))])
def test_bands_make_the_file_of_the_whole(mode, suffix, profile, tmp_path):
    image, path = picture(mode), tmp_path / f"out{suffix}"
    if profile:
        image.info["icc_profile"] = profile
    write(path, image, (9, 1, 13))
    loaded = images.load(path)
    assert loaded.mode == mode
    assert loaded.info.get("icc_profile") == profile
    np.testing.assert_array_equal(np.asarray(loaded), np.asarray(image))


@pytest.mark.parametrize(
    ("suffix", "mode"), [(".jpg", "RGB"), (".jpg", "L"), (".webp", "RGBA"), (".bmp", "RGB")]
)
def test_what_pillow_writes_is_what_save_writes(suffix, mode, tmp_path):
    image = picture(mode)
    if suffix != ".bmp":
        image.info["icc_profile"] = b"a profile"
    write(tmp_path / f"bands{suffix}", image, (20, 3))
    writers.save(image, tmp_path / f"whole{suffix}")
    assert (tmp_path / f"bands{suffix}").read_bytes() == (tmp_path / f"whole{suffix}").read_bytes()


def test_a_photograph_is_not_larger_than_by_pillow(tmp_path):
    image = images.sample("coffee")
    write(tmp_path / "ours.png", image, (400,))
    image.save(tmp_path / "theirs.png")
    ours, theirs = ((tmp_path / f"{name}.png").stat().st_size for name in ("ours", "theirs"))
    assert ours < 1.05 * theirs


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg"])
def test_errors_of_who_makes_the_bands_are_theirs(suffix, tmp_path):
    image = picture("RGB")

    def failing():
        yield from bands(image, (9,))
        raise FcsrError("no memory")

    with pytest.raises(FcsrError, match=r"^no memory$"):
        like = np.asarray(image)[:1, :1]
        writers.write(tmp_path / f"out{suffix}", (23, 17), like, failing(), {})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("path", "mode", "size"),
    [
        ("a.jpg", "RGB", (65_501, 1)),
        ("a.webp", "RGB", (1, 16_384)),
        ("a.bmp", "RGB", (40_000, 40_000)),
    ],
)
def test_sizes_that_a_format_cannot_hold_are_refused(path, mode, size):
    with pytest.raises(ImageError, match=r"more than \w+ can hold\); use \.png or \.tif"):
        writers.check(path, mode, size, {})
    assert writers.check("a.png", mode, size, {}) == "PNG"
    assert writers.check("a.jpg", mode, (65_500, 1), {}) == "JPEG"


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(ImageError, match=r"a\.png is a folder; name a file in it"):
        writers.check(tmp_path / "a.png", "RGB", (1, 1), {})


@pytest.mark.parametrize(("side", "version"), [(50_000, 42), (70_000, 43)])
def test_large_tiffs_have_large_offsets(side, version, tmp_path, monkeypatch):
    """Beyond 4 GB a file is a BigTIFF: number 43. Here it is then cut short."""
    monkeypatch.setattr(writers.shutil, "disk_usage", lambda _: SimpleNamespace(free=2**40))
    versions = []

    def look():
        yield np.zeros((1, side), np.uint8)
        [draft] = tmp_path.iterdir()
        versions.append(draft.read_bytes()[2])

    with pytest.raises(ImageError, match="wrong number of bytes"):
        like = np.zeros((1, 1), np.uint8)
        writers.write(tmp_path / "out.tif", (side, side), like, look(), {})
    assert versions == [version]


@pytest.mark.parametrize(
    ("suffix", "dtype", "expected"),
    [
        (".png", np.uint16, np.uint16),
        (".png", np.float32, np.uint16),
        (".tif", np.uint16, np.uint16),
        (".tif", np.float32, np.float32),
        (".bmp", np.uint16, np.uint8),
        (".bmp", np.float32, np.uint8),
    ],
)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_samples_keep_the_bits_that_the_format_holds(channels, suffix, dtype, expected, tmp_path):
    if suffix == ".bmp" and channels in (2, 4):
        with pytest.raises(ImageError, match=r"BMP cannot hold an image of mode .*A; use \.png or"):
            writers.check("a.bmp", writers.mode_of(np.zeros((1, 1, channels))), (1, 1), {})
        return
    unit = np.random.default_rng(0).random((23, 17, channels))
    white = {np.uint8: 255, np.uint16: 65535, np.float32: 1}
    pixels = np.rint(unit * 65535).astype(np.uint16) if dtype == np.uint16 else unit.astype(dtype)
    pixels = pixels[..., 0] if channels == 1 else pixels
    path = tmp_path / f"out{suffix}"
    writers.write(path, (23, 17), pixels[:1, :1], iter((pixels[:9], pixels[9:])), {})
    found = np.asarray(images.read(path).picture)
    assert found.dtype == expected
    exact = pixels * (white[expected] / white[dtype])
    np.testing.assert_allclose(found, exact, atol=0 if dtype == expected else 0.5 + 1e-2)


@pytest.mark.parametrize("mode, colour", [("RGB", (255, 0, 0)), ("L", 76), ("P", 1)])
@pytest.mark.parametrize("suffix", ["png", "webp", "tif", "jpg"])
def test_a_colour_that_stands_for_nothing_is_not_lost(mode, colour, suffix, tmp_path):
    picture = Image.new("RGB", (8, 6), (0, 0, 255))
    picture.paste((255, 0, 0), (0, 0, 4, 6))
    picture = picture.quantize(2) if mode == "P" else picture.convert(mode)
    hidden = picture.getpixel((0, 0)) if mode == "P" else colour
    picture.info["transparency"] = hidden
    path = tmp_path / f"picture.{suffix}"
    if suffix == "jpg":
        with pytest.raises(ImageError, match=r"JPEG cannot hold an image of mode (LA|RGBA)"):
            images.save(picture, path)
        return
    images.save(picture, path)
    with Image.open(path) as saved:
        alpha = np.asarray(saved.convert("RGBA"))[..., 3]
    assert (alpha[:, :4] == 0).all() and (alpha[:, 4:] == 255).all()
