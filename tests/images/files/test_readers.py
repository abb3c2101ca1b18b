"""Files are read whole and upright, or refused."""

import contextlib
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import tifffile
from pictures import SRGB, encoded, picture, written
from PIL import Image

from fcsr import images
from fcsr.errors import ImageError


@pytest.mark.parametrize("name", images.SAMPLES)
def test_samples_come_with_scikit_image(name):
    [file] = [
        f for f in (resources.files("skimage") / "data").iterdir() if Path(f.name).stem == name
    ]
    image = images.sample(name)
    assert image.mode == "RGB"
    np.testing.assert_array_equal(np.asarray(image), np.asarray(images.load(str(file))))


def test_unknown_sample_names_the_known():
    with pytest.raises(ImageError, match=r"no sample image 'lena'; choose from astronaut, .*_left"):
        images.sample("lena")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(tmp_path, orientation):
    upright = picture("RGB")
    stored_as = {
        **{1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180},
        **{4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE},
        **{6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE},
        **{8: Image.Transpose.ROTATE_270},
    }[orientation]
    stored = upright if stored_as is None else upright.transpose(stored_as)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "image.png", exif=exif)
    assert np.array_equal(np.asarray(images.load(tmp_path / "image.png")), np.asarray(upright))
    opened = images.unpack(Image.open(tmp_path / "image.png"))
    assert np.array_equal(np.asarray(opened.pack(opened.rgb, None)), np.asarray(upright))


def test_load_takes_the_first_frame(tmp_path):
    frames = [Image.new("L", (4, 3), level) for level in (10, 200)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    with pytest.warns(UserWarning, match=r"film\.gif: of 2 frames the first is read"):
        loaded = images.load(written(tmp_path / "film.gif", data))
    assert images.to_levels(images.to_tensor(loaded)).unique().tolist() == [10]


def test_unreadable_paths(tmp_path):
    with pytest.raises(ImageError, match=r"missing\.png cannot be read \(No such file"):
        images.load(tmp_path / "missing.png")
    for path in (tmp_path, "zero\0byte.png", "long" * 5000):
        with pytest.raises(ImageError, match="cannot be read"):
            images.load(path)


@pytest.mark.parametrize("data", [b"", b"To be or not to be", bytes(100)])
def test_other_files_are_no_images(tmp_path, data):
    with pytest.raises(ImageError, match=r"hamlet\.png is not an image"):
        images.load(written(tmp_path / "hamlet.png", data))


def test_decompression_bombs_are_refused(tmp_path, monkeypatch):
    images.save(picture("RGB"), tmp_path / "bomb.png")
    pixels = picture("RGB").width * picture("RGB").height
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", (pixels + 1) // 2)  # twice as many are read
    assert images.load(tmp_path / "bomb.png").size == picture("RGB").size
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", (pixels - 1) // 2)
    with pytest.raises(ImageError, match=r"bomb\.png has too many pixels .*cut it into parts"):
        images.load(tmp_path / "bomb.png")


def test_no_memory_is_no_damage(tmp_path, monkeypatch):
    images.save(picture("RGB"), tmp_path / "large.png")
    monkeypatch.setattr(Image.Image, "load", lambda self: (_ for _ in ()).throw(MemoryError()))
    with pytest.raises(ImageError, match=r"large\.png needs more memory than there is"):
        images.load(tmp_path / "large.png")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_negative_tiff_is_turned(tmp_path, dtype):
    white = np.iinfo(dtype).max
    levels = np.linspace(0, white, 12 * 9).round().astype(dtype).reshape(12, 9)
    tifffile.imwrite(tmp_path / "film.tif", white - levels, photometric="miniswhite")
    assert np.array_equal(np.asarray(images.load(tmp_path / "film.tif")), levels)


@pytest.mark.parametrize("file_format", ["EPS", "PCX", "TGA", "PDF"])
def test_what_is_no_photograph_is_refused(tmp_path, file_format):
    with pytest.raises(ImageError, match="is not an image that fcsr reads; give a PNG, JPEG, WebP"):
        images.load(written(tmp_path / "drawing", encoded(picture("RGB"), file_format)))


def test_a_jpeg_that_never_ends_is_refused(tmp_path):
    data = encoded(images.sample("chelsea").resize((60, 40)), "JPEG", progressive=True)
    start = data.rfind(b"\xff\xda")
    for scans, refused in ((80, False), (120, True)):
        path = written(tmp_path / "scans.jpg", data[:start] + data[start:-2] * scans + data[-2:])
        if refused:
            with pytest.raises(ImageError, match="more than 100 scans"):
                images.load(path)
        else:
            assert images.load(path).size == (60, 40)


def test_padding_before_a_marker_costs_no_more_than_its_length(tmp_path):  # hours, if squared
    data = encoded(images.sample("chelsea").resize((60, 40)), "JPEG")
    start = data.rfind(b"\xff\xda")
    padded = data[: start + 14] + b"\xff" * 3_000_000 + b"\0" + data[start + 14 :]
    with contextlib.suppress(ImageError):
        images.load(written(tmp_path / "padded.jpg", padded))


def test_scans_are_counted_in_the_photograph_alone(tmp_path):
    image, thumbnail = images.sample("chelsea").resize((60, 40)), b"\xff\xda" * 1000
    data = encoded(image, "JPEG", exif=b"Exif\0\0" + thumbnail) + thumbnail
    assert images.load(written(tmp_path / "scans.jpg", data)).size == (60, 40)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF"])
def test_truncated_files_are_refused(tmp_path, file_format):
    data = encoded(images.sample("chelsea").resize((60, 40)), file_format)
    for share in (0.02, 0.3, 0.5, 0.9):
        with pytest.raises(ImageError, match=r"cut (is corrupt|is not an image|cannot)"):
            images.load(written(tmp_path / "cut", data[: int(share * len(data))]))


def flipped_everywhere(data: bytes):
    for position in range(len(data)):
        damaged = bytearray(data)
        damaged[position] ^= 1 << position % 8
        yield bytes(damaged)


def test_no_flipped_bit_of_a_png_goes_unseen(tmp_path):
    image = picture("RGB")
    refused = 0
    for data in flipped_everywhere(encoded(image, "PNG")):
        try:
            assert images.load(written(tmp_path / "flipped.png", data)) == image
        except ImageError:
            refused += 1
    assert refused == len(data) - 8  # the length and checksum of the empty last chunk do not matter


@pytest.mark.filterwarnings("ignore")  # of damaged EXIF, say: a warning is as good as an error
def test_flipped_bits_of_a_jpeg_raise_nothing_else(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(picture("RGB"), "JPEG", exif=exif, icc_profile=SRGB)
    refused = 0
    for damaged in flipped_everywhere(data):
        try:  # JPEG has no checksum: many a flip only changes some pixels
            images.load(written(tmp_path / "flipped.jpg", damaged))
        except ImageError:
            refused += 1
    assert refused > 0
