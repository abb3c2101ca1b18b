"""Nothing that a file holds is lost in silence: it is read, kept, or named."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms, TiffImagePlugin

from fcsr import images
from fcsr.errors import ImageError

CASES = Path(__file__).parents[1] / "cases"
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def noise(shape, dtype=np.uint16, most=65536) -> np.ndarray:
    return np.random.default_rng(0).integers(0, most, shape).astype(dtype)


def chunk(name: bytes, content: bytes) -> bytes:
    body = name + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def png(pixels: np.ndarray, *chunks: bytes, colour: int) -> bytes:
    """A PNG of 16 bits, without filters."""
    height, width = pixels.shape[:2]
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0))
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    end = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + end


def tiff(pixels: np.ndarray, photometric="rgb", **options) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, photometric=photometric, **options)
    return buffer.getvalue()


def read(data: bytes, tmp_path) -> images.Contents:
    (tmp_path / "case").write_bytes(data)
    return images.read(tmp_path / "case")


def floats(shape) -> np.ndarray:
    return np.random.default_rng(0).random(shape, np.float32)


# Depth


def test_gray_of_12_bits_has_the_white_of_12_bits():
    levels = np.asarray(images.load(CASES / "gray12.tif"))
    assert levels[0, 0] == 0 and levels[-1, -1] == 65535
    with Image.open(CASES / "gray12.tif") as opened:  # Pillow's own reading, 16 times too dark
        assert np.asarray(opened).max() == 4095
        assert np.array_equal(images.unpack(opened).pixels[0, 0], levels)


def test_jpeg_2000_of_12_bits_has_the_white_of_12_bits(tmp_path):
    levels = noise((40, 30), most=4096)
    levels[0] = 4095
    # one of 16 bits says that it has 12; 2**15 and 2**11 are what each subtracts
    buffer = io.BytesIO()
    Image.fromarray(levels + np.uint16(2**15 - 2**11)).save(buffer, "JPEG2000", no_jp2=True)
    data = bytearray(buffer.getvalue())
    assert data[42] == 15
    data[42] = 11
    found = np.asarray(read(data, tmp_path).picture)
    assert found.max() == 65535
    assert np.array_equal(found, np.rint(levels / 4095 * 65535))


COLOURS = {"LA": (2, 4), "RGB": (3, 2), "RGBA": (4, 6)}


@pytest.mark.parametrize("name", COLOURS)
def test_a_png_of_16_bits_is_read_with_16(name, tmp_path):
    channels, colour = COLOURS[name]
    pixels = noise((5, 7, channels))
    held = read(png(pixels, colour=colour), tmp_path)
    assert held.unread == ()
    np.testing.assert_array_equal(held.picture, pixels)


@pytest.mark.parametrize("storage", ["<", ">", "tiff_lzw", "tiff_adobe_deflate"])
@pytest.mark.parametrize("channels", [3, 4])
def test_a_tiff_of_16_bits_is_read_with_16(channels, storage, tmp_path):
    pixels = noise((5, 7, channels))
    alpha = {"extrasamples": ["unassalpha"]} if channels == 4 else {}
    if storage in "<>":
        data = tiff(pixels, byteorder=storage, **alpha)
    else:
        data = compressed(pixels, storage)
    np.testing.assert_array_equal(read(data, tmp_path).picture, pixels)


def compressed(pixels: np.ndarray, compression: str) -> bytes:
    """8-bit gray of 2 C W columns has the bytes of 16-bit colour; then its tags say so."""
    height, width, channels = pixels.shape
    buffer = io.BytesIO()
    rows = pixels.astype("<u2").view(np.uint8).reshape(height, -1)
    Image.fromarray(rows).save(buffer, "TIFF", compression=compression)
    with tifffile.TiffFile(io.BytesIO(buffer.getvalue())) as file:
        old = {tag.code: tag.value for tag in file.pages[0].tags}
        offset, count = old[273][0], old[279][0]
    strip = buffer.getvalue()[offset : offset + count]
    directory = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, value in {
        **{256: width, 257: height, 258: (16,) * channels, 259: old[259], 262: 2, 277: channels},
        **{278: height, 279: count, 284: 1, **({338: 2} if channels == 4 else {})},
    }.items():
        directory[tag] = value
    directory[273] = 0  # behind the directory
    result = io.BytesIO()
    directory.save(result)
    return result.getvalue() + strip


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_colours_one_after_the_other(dtype, compression, tmp_path):
    pixels = noise((3, 5, 7)) if dtype == np.uint16 else floats((3, 5, 7))
    data = tiff(pixels, planarconfig="separate", compression=compression)
    np.testing.assert_array_equal(read(data, tmp_path).picture, np.moveaxis(pixels, 0, -1))


def test_colours_one_after_the_other_that_pillow_has_misread_are_refused(tmp_path):
    (tmp_path / "case").write_bytes(tiff(noise((3, 5, 7)), planarconfig="separate"))
    with (
        Image.open(tmp_path / "case") as opened,
        pytest.raises(ImageError, match=r"Pillow misreads this TIFF.*fcsr\.images\.read\(path\)"),
    ):
        images.unpack(opened)


@pytest.mark.parametrize("name", ["rgb16.png", "rgb16.tif"])
def test_what_pillow_reads_with_8_of_16_bits_is_named(name):
    with Image.open(CASES / name) as opened, pytest.warns(UserWarning, match="8 of 16 bits"):
        images.unpack(opened)
    with pytest.warns(UserWarning, match=rf"{name}: of 16 bits a sample 8 are read"):
        loaded = images.load(CASES / name)
    assert loaded.mode == "RGB"
    levels = images.read(CASES / name).picture / 257
    np.testing.assert_array_equal(np.asarray(loaded), np.rint(levels))


def test_a_transparent_level_of_16_bits_becomes_alpha():
    held = images.read(CASES / "gray16_trns.png")
    gray = np.asarray(Image.open(CASES / "gray16_trns.png"))
    np.testing.assert_array_equal(held.picture[..., 0], gray)
    np.testing.assert_array_equal(held.picture[..., 1], np.where(gray == 0, 0, 65535))


def test_a_transparent_colour_of_16_bits_becomes_alpha(tmp_path):
    pixels = noise((5, 7, 3))
    pixels[2, 3] += 1  # of the low byte alone does it differ
    pixels[2, 4] = pixels[2, 3] - np.uint16(1)
    key = struct.pack(">3H", *pixels[2, 4])
    held = read(png(pixels, chunk(b"tRNS", key), colour=2), tmp_path)
    np.testing.assert_array_equal(held.picture[..., :3], pixels)
    transparent = np.argwhere(held.picture[..., 3] == 0)
    assert transparent.tolist() == [[2, 4]]


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_colours_are_divided_by_an_alpha_that_they_were_multiplied_by(dtype, tmp_path):
    white = 65535 if dtype == np.uint16 else 1
    alpha = np.array([[[0.0], [0.25], [1.0]]]) * white
    colour = np.full((1, 3, 3), 0.5)
    pixels = np.concatenate((colour * alpha, alpha), axis=2).astype(dtype)
    held = read(tiff(pixels, extrasamples=["assocalpha"]), tmp_path)
    expected = np.array([0, 0.5, 0.5]) * white
    np.testing.assert_allclose(held.picture[0, :, 0], expected, atol=4 if white > 1 else 0)
    np.testing.assert_array_equal(held.picture[..., 3:], pixels[..., 3:])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_pillow_cannot_hold_is_upright(orientation, tmp_path):
    stored = noise((5, 7, 3))
    exif = Image.Exif()
    exif[0x0112] = orientation
    eight_bit = Image.fromarray((stored >> 8).astype(np.uint8))
    eight_bit.save(tmp_path / "small.png", exif=exif)
    expected = np.asarray(images.load(tmp_path / "small.png"))
    tagged = {"extratags": [(0x0112, 3, 1, orientation, True)]}
    sources = [
        png(stored, chunk(b"eXIf", exif.tobytes()[6:]), colour=2),
        tiff(stored, **tagged),
        tiff(np.moveaxis(stored, -1, 0), planarconfig="separate", **tagged),
    ]
    for data in sources:
        np.testing.assert_array_equal(read(data, tmp_path).picture >> 8, expected)


# Floats


def test_tiffs_of_floats_are_read():
    colour = images.read(CASES / "float.tif").picture
    np.testing.assert_array_equal(colour, tifffile.imread(CASES / "float.tif"))
    gray = images.load(CASES / "floatgray.tif")
    assert gray.mode == "F"
    np.testing.assert_array_equal(np.asarray(gray), tifffile.imread(CASES / "floatgray.tif"))
    assert images.to_tensor(gray).max() == 1
    with pytest.warns(UserWarning, match=r"of 32 bits a sample 8 are read \(fcsr\.images\.read"):
        assert images.load(CASES / "float.tif").mode == "RGB"


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (5, 7, 4)])
def test_floats_of_any_width_are_read(shape, dtype, tmp_path):
    pixels = floats(shape).astype(dtype)
    photometric = "rgb" if len(shape) == 3 else "minisblack"
    alpha = {"extrasamples": ["unassalpha"]} if shape[2:] == (4,) else {}
    held = read(tiff(pixels, photometric, **alpha), tmp_path)
    np.testing.assert_array_equal(np.asarray(held.picture), pixels.astype(np.float32))


def test_floats_with_white_as_0_are_turned(tmp_path):
    pixels = floats((5, 7))
    held = read(tiff(pixels, "miniswhite"), tmp_path)
    np.testing.assert_array_equal(np.asarray(held.picture), 1 - pixels)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.nan, r"case has NaN or infinity in 1 of its values"),
        (1.00001, r"case ranges from 0(\.\d+)? to 1\.00001; floats lie in \[0, 1\]: clip"),
        (255, r"to 255; floats lie in \[0, 1\]: divide it by 255"),
        (-3, r"ranges from -3 to"),
    ],
)
@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3)])
def test_floats_outside_0_and_1_are_refused(shape, value, message, tmp_path):
    pixels = floats(shape)
    pixels.flat[9] = value
    with pytest.raises(ImageError, match=message):
        read(tiff(pixels, "rgb" if len(shape) == 3 else "minisblack"), tmp_path)


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (np.zeros((5, 7, 3), np.int32), "holds int32 samples, rgb; give 8 or 16 bits, or floats"),
        (np.zeros((5, 7, 3), np.uint32), "holds uint32 samples"),
        (np.zeros((5, 7), np.int8), "holds signed 8-bit samples; give unsigned ones"),
    ],
)
def test_samples_that_say_not_what_is_white_are_refused(pixels, message, tmp_path):
    with pytest.raises(ImageError, match=message):
        read(tiff(pixels, "rgb" if pixels.ndim == 3 else "minisblack"), tmp_path)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_a_volume_is_refused(dtype, tmp_path):
    pixels = floats((4, 16, 32)).astype(dtype)
    data = tiff(pixels, "minisblack", volumetric=True, tile=(4, 16, 16))
    with pytest.raises(ImageError, match=r"case is a volume; give one of its slices"):
        read(data, tmp_path)


# What is named


@pytest.mark.parametrize(
    ("name", "kind"), [("multi.tif", "page"), ("anim.gif", "frame"), ("anim.webp", "frame")]
)
def test_further_frames_are_named(name, kind):
    assert images.read(CASES / name).unread == (f"of 4 {kind}s the first is read",)
    with pytest.warns(UserWarning, match=rf"{name}: of 4 {kind}s the first is read"):
        images.load(CASES / name)


@pytest.mark.parametrize(
    ("kind", "unread"), [(0, ()), (0x20002, ("of 2 frames the first is read",))]
)
def test_of_a_jpeg_frames_are_named_and_previews_are_not(kind, unread, tmp_path):
    """Phones add a gain map or a preview, whose kind is 0 or that of a thumbnail."""
    image, buffer = images.sample("coffee").resize((40, 30)), io.BytesIO()
    image.save(buffer, "MPO", save_all=True, append_images=[image.resize((20, 15))])
    data = bytearray(buffer.getvalue())
    start = data.index(b"MPF\0") + 4
    order = "<" if data[start : start + 2] == b"II" else ">"
    kinds = struct.pack(order + "I", 0x030000), struct.pack(order + "I", 0)
    first = data.index(kinds[0], start + 50)  # behind the directory
    assert data[first + 16 : first + 20] == kinds[1]
    data[first + 16 : first + 20] = struct.pack(order + "I", kind)
    assert read(bytes(data), tmp_path).unread == unread


def raw() -> bytes:
    """A thumbnail whose file tells of a full picture elsewhere."""
    buffer = io.BytesIO()
    options = {"photometric": "rgb", "metadata": None}
    with tifffile.TiffWriter(buffer) as file:
        file.write(np.zeros((5, 7, 3), np.uint8), subfiletype=1, subifds=1, **options)
        file.write(np.zeros((20, 28, 3), np.uint8), subfiletype=0, **options)
    return buffer.getvalue()


DNG = tiff(np.zeros((5, 7, 3), np.uint8), extratags=[(50706, 1, 4, b"\1\4\0\0", True)])
CANON = b"II*\0\x10\0\0\0CR\2\0" + bytes(40)


@pytest.mark.parametrize("data", [raw(), DNG, CANON], ids=["thumbnail", "DNG", "CR2"])
def test_a_raw_file_is_to_be_developed_first(data, tmp_path):
    with pytest.raises(ImageError, match="case is a camera's raw file; develop the raw file first"):
        read(data, tmp_path)


def test_a_tiff_of_a_kind_that_has_no_name_is_refused(tmp_path):
    data = tiff(np.zeros((5, 7), np.float64), "minisblack")
    photometric = struct.pack("<HHII", 262, 3, 1, 1)
    unknown = data.replace(photometric, struct.pack("<HHII", 262, 3, 1, 999))
    assert unknown != data
    with pytest.raises(ImageError, match="case holds float64 samples, 999; give 8 or 16 bits"):
        read(unknown, tmp_path)


@pytest.mark.parametrize("dtype", [np.uint32, np.int32, np.int16])
def test_integers_beyond_16_bits_are_refused_by_the_name_of_the_file(dtype, tmp_path):
    outside = -1 if dtype == np.int16 else 65536
    data = tiff(np.full((5, 7), outside, dtype), "minisblack")
    with pytest.raises(
        ImageError, match=r"case holds \d\d-bit integers outside 0\.\.65535; give 16"
    ):
        read(data, tmp_path)


def test_pages_of_floats_are_named(tmp_path):
    held = read(tiff(floats((3, 5, 7, 3)), metadata=None), tmp_path)
    assert held.unread == ("of 3 pages the first is read",)


@pytest.mark.parametrize(
    ("shape", "dtype", "extra", "count"),
    [
        ((5, 7, 4), np.uint8, ["unspecified"], 1),
        ((5, 7, 4), np.uint8, ["unassalpha"], 0),
        ((5, 7, 6), np.uint8, ["unassalpha", "unspecified", "unspecified"], 2),
        ((5, 7, 4), np.uint16, ["unspecified"], 1),
        ((5, 7, 5), np.float32, ["unspecified", "unspecified"], 2),
        ((5, 7, 5), np.float32, ["unassalpha", "unspecified"], 1),
    ],
)
def test_extra_bands_are_named(shape, dtype, extra, count, tmp_path):
    pixels = (floats(shape) * (1 if dtype == np.float32 else 255)).astype(dtype)
    held = read(tiff(pixels, planarconfig="contig", extrasamples=extra), tmp_path)
    words = f"{count} extra band{'s' if count > 1 else ''} not read"
    assert held.unread == ((words,) if count else ())
    channels = shape[2] - count
    np.testing.assert_array_equal(np.asarray(held.picture), pixels[..., :channels])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"P6 1 1 65535\n" + bytes(6), "of 16 bits a sample 8 are read"),
        (tiff(np.zeros((5, 7, 4), np.uint16), "separated"), "of 16 bits a sample 8 are read"),
        (tiff(np.ones((5, 7), np.int16), "minisblack"), "white of its 16-bit integers"),
        (tiff(np.ones((5, 7), np.uint32), "minisblack"), "white of its 32-bit integers"),
    ],
)
def test_depths_that_are_not_kept_are_named(data, words, tmp_path):
    [found] = read(data, tmp_path).unread
    assert found.endswith(words)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP", "PPM", "JPEG2000"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_an_ordinary_file_has_nothing_to_name(kind, mode, tmp_path):
    images.sample("coffee").resize((40, 30)).convert(mode).save(tmp_path / "case", kind)
    held = images.read(tmp_path / "case")
    assert (held.unread, held.dropped) == ((), ())
    assert list(held.info) == (["dpi"] if kind == "BMP" else [])  # which has it always
