"""Pictures of every kind make the round trip; files are whole or refused."""

import contextlib
import io
import stat
import subprocess
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import tifffile
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from fcsr import frequency, images
from fcsr.errors import ImageError
from fcsr.frequency import FIXED_POINT

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
EIGHT_BIT = {
    **{"1": "L", "L": "L", "LA": "LA", "La": "LA", "P": "RGB", "PA": "RGBA"},
    **{"RGB": "RGB", "RGBX": "RGB", "RGBA": "RGBA", "RGBa": "RGBA"},
    **{"CMYK": "RGB", "YCbCr": "RGB", "HSV": "RGB", "LAB": "RGB"},
}
SHAPES = [(5, 7), (5, 7, 1), (5, 7, 2), (5, 7, 3), (5, 7, 4)]
ARRAY_DTYPES = ["bool", "uint8", "uint16", ">u2", "float16", "float32", "float64", ">f4"]
TENSOR_DTYPES = [torch.bool, torch.uint8, torch.uint16]
TENSOR_DTYPES += [torch.float16, torch.bfloat16, torch.float32, torch.float64]


def noise(shape, dtype="uint8", seed=0) -> np.ndarray:
    unit = np.random.default_rng(seed).random(shape)
    white = {"bool": 1, "uint8": 255, "uint16": 65535}.get(np.dtype(dtype).name)
    return (np.rint(unit * white) if white else unit).astype(dtype)


def picture(mode: str) -> Image.Image:
    if mode == "P":
        return picture("RGB").quantize(16)
    if mode == "LAB":  # Pillow does not convert to it
        return Image.frombytes("LAB", (7, 5), noise((5, 7, 3)).tobytes())
    if mode in ("La", "RGBa"):  # colours that are multiplied by alpha
        return picture(mode.upper()).convert(mode)
    if mode in ("L", "LA", "RGB", "RGBA"):
        return Image.fromarray(noise((5, 7, len(mode)) if len(mode) > 1 else (5, 7)))
    return picture("RGBA" if mode == "PA" else "RGB").convert(mode)


def back(image):
    unpacked = images.unpack(image)
    return unpacked.pack(unpacked.rgb, unpacked.alpha)


def encoded(image: Image.Image, file_format: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


# Unpacking and packing


@pytest.mark.parametrize(("mode", "expected"), EIGHT_BIT.items())
def test_pil_round_trip(mode, expected):
    image = picture(mode)
    result = back(image)
    assert result.mode == expected
    np.testing.assert_array_equal(np.asarray(result), np.asarray(image.convert(expected)))


@pytest.mark.parametrize("mode", ["I;16", "I;16L", "I;16B", "I"])
def test_sixteen_bit_gray_round_trip(mode):
    values = noise((5, 7), "uint16")
    layout = {"I;16B": ">u2", "I": "<i4"}.get(mode, "<u2")
    result = back(Image.frombytes(mode, (7, 5), values.astype(layout).tobytes()))
    assert result.mode == "I;16"
    np.testing.assert_array_equal(np.asarray(result), values)


@pytest.mark.parametrize(
    ("mode", "key", "expected"), [("L", 9, "LA"), ("RGB", (9, 9, 9), "RGBA"), ("1", 255, "LA")]
)
def test_transparent_colour_becomes_alpha(mode, key, expected):
    image = Image.new(mode, (2, 1))
    image.putpixel((1, 0), key)
    image.info["transparency"] = key
    result = back(image)
    assert result.mode == expected
    np.testing.assert_array_equal(np.asarray(result)[0, :, -1], [255, 0])


@pytest.mark.parametrize(("transparency", "opacity"), [(1, [255, 0]), (b"\x80", [128, 255])])
def test_transparent_palette_becomes_rgba(transparency, opacity):
    image = Image.frombytes("P", (2, 1), bytes([0, 1]))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.info["transparency"] = transparency
    result = back(image)
    assert result.mode == "RGBA"
    expected = [[10, 20, 30, opacity[0]], [40, 50, 60, opacity[1]]]
    np.testing.assert_array_equal(np.asarray(result)[0], expected)


@pytest.mark.parametrize("mode", ["RGB", "P", "L", "RGBA"])
def test_a_profile_stays_where_it_holds(mode):
    image = picture(mode)
    image.info["icc_profile"] = SRGB
    assert back(image).info["icc_profile"] == SRGB


def test_a_profile_that_holds_no_longer_is_dropped_with_a_warning():
    image = picture("CMYK")
    image.info["icc_profile"] = SRGB
    with pytest.warns(UserWarning, match="CMYK becomes RGB without regard to its colour profile"):
        assert "icc_profile" not in back(image).info


def test_a_warning_names_the_file_and_tells_the_line_of_the_caller(tmp_path):
    """In a process of its own: here the checks of shapes put frames of their own between."""
    picture("CMYK").save(tmp_path / "print.jpg", icc_profile=SRGB)
    script = tmp_path / "script.py"
    script.write_text(
        "import sys, PIL.Image, fcsr\n"
        "fcsr.upscale(fcsr.images.load(sys.argv[1]), scale=1, model='bicubic')\n"
        "fcsr.upscale(PIL.Image.open(sys.argv[2]), scale=1, model='bicubic')\n"
    )
    deep = Path(__file__).parent / "cases" / "rgb16.png"
    command = [sys.executable, script, tmp_path / "print.jpg", deep]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    assert f"{script}:2: UserWarning: {tmp_path / 'print.jpg'} of mode CMYK becomes RGB" in found
    assert f"{script}:3: UserWarning: Pillow reads 8 of 16 bits" in found


@pytest.mark.parametrize("dtype", ARRAY_DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_array_round_trip(shape, dtype):
    array = noise(shape, dtype)
    if array.dtype.name == "float64":  # inside, pixels are float32
        array = array.astype("float32").astype("float64")
    result = back(array)
    assert result.dtype == array.dtype
    assert result.flags.c_contiguous
    np.testing.assert_array_equal(result, array)


def test_views_and_read_only_arrays():
    array = noise((6, 8, 3))
    array.flags.writeable = False
    for view in (array, array[::-1, ::-2], array.transpose(1, 0, 2), array[..., ::-1]):
        np.testing.assert_array_equal(back(view), view)


@pytest.mark.parametrize("dtype", TENSOR_DTYPES)
@pytest.mark.parametrize("batch", [(), (1,), (2,)])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_tensor_round_trip(channels, batch, dtype):
    white = {torch.bool: 1, torch.uint8: 255, torch.uint16: 65535}.get(dtype)
    tensor = torch.from_numpy(noise((*batch, channels, 5, 7), "float32"))
    tensor = (tensor * white).round().to(dtype) if white else tensor.to(dtype)
    result = back(tensor)
    assert result.dtype == dtype
    assert torch.equal(result.float(), tensor.float())  # equal() itself knows no uint16


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_tensor_stays_on_its_device():
    for dtype in TENSOR_DTYPES:
        tensor = torch.eye(5, device="cuda").expand(4, 5, 5).to(dtype)
        result = back(tensor)
        assert result.device == tensor.device and result.dtype == dtype
        assert torch.equal(result.cpu().float(), tensor.cpu().float())


@given(
    old=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    new=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    channels=st.integers(1, 4),
)
def test_packs_any_size_as_the_given_kind(old, new, channels):
    array = noise((*old, channels))
    for image in (
        array,
        torch.from_numpy(array).movedim(-1, 0),
        Image.fromarray(array.squeeze(2) if channels == 1 else array),
    ):
        unpacked = images.unpack(image)
        assert unpacked.rgb.shape == (1, 3, *old)
        rgb, alpha = (
            None if part is None else images.resize(part, new)
            for part in (unpacked.rgb, unpacked.alpha)
        )
        result = unpacked.pack(rgb, alpha)
        assert type(result) is type(image)
        if isinstance(image, Image.Image):
            assert (result.mode, result.size) == (image.mode, new[::-1])
        else:
            last = isinstance(image, np.ndarray)
            assert tuple(result.shape) == ((*new, channels) if last else (channels, *new))


@pytest.mark.parametrize(("dtype", "white"), [("uint8", 255), ("uint16", 65535)])
def test_integers_become_fixed_point(dtype, white):
    levels = np.arange(white + 1, dtype=dtype).reshape(1, -1)
    expected = np.rint(levels / white / FIXED_POINT) * FIXED_POINT
    got = images.to_tensor(levels)
    assert got.dtype == torch.float32
    np.testing.assert_array_equal(got[0, 0].numpy(), expected)


def test_split_of_a_photograph_is_exact():
    hr = images.to_tensor(images.sample("chelsea"))
    low, high = frequency.split(hr, frequency.Gaussian())
    assert torch.equal(low + high, hr)


def test_gray_is_replicated_and_returns_as_the_mean():
    unpacked = images.unpack(np.full((1, 1), 100, dtype=np.uint8))
    assert unpacked.gray and unpacked.rgb.shape == (1, 3, 1, 1)
    rgb = torch.tensor([10.0, 20.0, 60.0]).view(1, 3, 1, 1) / 255
    assert unpacked.pack(rgb).item() == 30


def test_packing_rounds_and_clamps():
    unpacked = images.unpack(np.zeros((1, 1, 3), dtype=np.uint8))
    rgb = torch.tensor([-0.1, 99.6 / 255, 1.1]).view(1, 3, 1, 1)
    assert unpacked.pack(rgb).tolist() == [[[0, 100, 255]]]
    unpacked = images.unpack(np.zeros((1, 1, 3), dtype=np.float32))
    np.testing.assert_array_equal(unpacked.pack(rgb)[0, 0, [0, 2]], [0, 1])


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_gradients_flow_through_tensors(channels):
    tensor = torch.rand(channels, 3, 3, dtype=torch.float64, requires_grad=True)
    back(tensor).sum().backward()
    torch.testing.assert_close(tensor.grad, torch.ones_like(tensor))


def test_arrays_come_back_from_results_with_gradients():
    unpacked = images.unpack(noise((2, 2, 3)))
    result = unpacked.pack(unpacked.rgb.requires_grad_() * 1)
    np.testing.assert_array_equal(result, noise((2, 2, 3)))


def test_float_noise_at_the_ends_is_tolerated():
    rgb = images.to_tensor(np.array([[-5e-7, 1 + 5e-7]]))
    assert rgb.min() == 0 and rgb.max() == 1


BAD = {
    "a path": ("photo.png", r"not a str; open a file with fcsr.images.load"),
    "a list": ([[0.5]], "not a list"),
    "no rows": (np.zeros((0, 4)), "empty: 1 x 1 channels of 0 x 4 pixels"),
    "no columns": (Image.new("RGB", (0, 5)), "empty: 1 x 3 channels of 5 x 0"),
    "no images": (torch.zeros(0, 3, 4, 4), "empty: 0 x 3 channels"),
    "no 16-bit pixels": (Image.new("I", (0, 5)), "empty"),
    "NaN": (np.array([[0.5, np.nan]]), "NaN or infinity in 1 of its values"),
    "infinity": (torch.full((1, 2, 2), torch.inf), "NaN or infinity in 4 of"),
    "levels as floats": (np.array([[0.0, 255.0]]), "ranges from 0 to 255; .* divide it by 255"),
    "16 bits as floats": (np.array([[0.0, 65535.0]]), "divide it by 65535"),
    "slightly too bright": (np.array([[0.0, 1.0001]]), r"from 0 to 1\.0001; .* clip what lies"),
    "negative": (torch.full((3, 2, 2), -0.5), r"from -0\.5 to -0\.5; .* clip what lies"),
    "channels first": (np.zeros((3, 8, 9)), r"not \(3, 8, 9\); move .*transpose\(1, 2, 0\)"),
    "five channels": (np.zeros((8, 9, 5)), r"C = 1 to 4, not \(8, 9, 5\)$"),
    "batch of arrays": (np.zeros((2, 8, 9, 3)), r"not \(2, 8, 9, 3\)$"),
    "row of pixels": (np.zeros(9), r"not \(9,\)"),
    "channels last": (torch.zeros(8, 9, 3), r"not \(8, 9, 3\); move .*movedim\(-1, -3\)"),
    "batch, channels last": (torch.zeros(2, 8, 9, 3), r"movedim\(-1, -3\)"),
    "plain matrix": (torch.zeros(8, 9), r"\(\[B,\] C, H, W\) with C = 1 to 4, not \(8, 9\)$"),
    "five dimensions": (torch.zeros(1, 1, 3, 8, 9), r"not \(1, 1, 3, 8, 9\)$"),
    "long integers": (np.zeros((8, 9), dtype=np.int64), "type int64 are not supported; convert"),
    "objects": (np.zeros((8, 9), dtype=object), "type object are not supported"),
    "complex": (torch.zeros(3, 8, 9, dtype=torch.complex64), "type complex64 are not"),
    "mode F": (Image.new("F", (2, 2), 3), r"from 3 to 3; floats lie in \[0, 1\]"),
    "mode I, negative": (Image.new("I", (2, 2), -1), r"0\.\.65535, got -1\.\.-1"),
    "mode I, too bright": (Image.new("I", (2, 2), 65536), r"0\.\.65535, got 65536\.\.65536"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_pictures_are_refused(name, no_contracts):
    image, message = BAD[name]
    with pytest.raises(ImageError, match=message):
        images.unpack(image)


def test_transparent_sixteen_bit_gray_is_refused():
    image = Image.fromarray(noise((2, 2), "uint16"))
    image.info["transparency"] = 7
    with pytest.raises(ImageError, match="cannot hold 16-bit gray with alpha"):
        images.unpack(image)


def test_pack_wants_alpha_exactly_where_there_was_one():
    opaque, clear = (images.unpack(noise((2, 2, channels))) for channels in (3, 4))
    with pytest.raises(ImageError, match="has no alpha"):
        opaque.pack(clear.rgb, clear.alpha)
    with pytest.raises(ImageError, match="has an alpha"):
        clear.pack(opaque.rgb)


# Tensors, levels, sizes


def test_to_tensor_drops_alpha():
    array = noise((5, 7, 4))
    assert torch.equal(images.to_tensor(array), images.to_tensor(array[..., :3]))


@pytest.mark.parametrize("batch", [(), (1,)])
def test_to_pil_inverts_to_tensor(batch):
    image = picture("RGB")
    tensor = images.to_tensor(image).reshape(*batch, 3, 5, 7)
    assert images.to_pil(tensor) == image


@pytest.mark.parametrize("shape", [(2, 3, 4, 4), (1, 4, 4), (4, 4), (3, 0, 4), (1, 1, 3, 4, 4)])
def test_to_pil_refuses_other_shapes(shape):
    with pytest.raises(ImageError, match=r"give one image \(3, H, W\)"):
        images.to_pil(torch.zeros(shape))


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_to_pil_refuses_nan(value):
    with pytest.raises(ImageError, match="NaN or infinite"):
        images.to_pil(torch.full((3, 2, 2), value))


def test_levels_are_rounded_and_clamped():
    levels = images.to_levels(torch.tensor([-1.0, 0.4, 0.6, 99.4, 99.6, 254.6, 300.0]) / 255)
    assert levels.dtype == torch.uint8
    assert levels.tolist() == [0, 0, 1, 99, 100, 255, 255]


@pytest.mark.parametrize("size", [(137, 201), (700, 513)])
def test_resize_agrees_with_pillow(size):
    # one channel of mode F, because Pillow rounds and clamps 8-bit pixels between its two passes
    channel = images.to_tensor(images.sample("astronaut"))[:, 1:2]
    theirs = Image.fromarray(channel[0, 0].numpy()).resize(size[::-1], Image.Resampling.BICUBIC)
    ours = images.resize(channel, size)[0, 0].numpy()
    np.testing.assert_allclose(ours, np.asarray(theirs), atol=1e-4)


def test_resize_to_nothing_is_refused():
    with pytest.raises(ImageError, match=r"cannot resize to \(0, 4\)"):
        images.resize(torch.zeros(1, 3, 4, 4), (0, 4))


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


# Files


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


@pytest.mark.parametrize("function", [images.to_pil, images.to_levels])
@pytest.mark.parametrize("dtype", [torch.uint8, torch.uint16, torch.bool])
def test_what_is_no_float_is_not_made_to_levels(function, dtype, no_contracts):
    with pytest.raises(ImageError, match=f"values are {dtype}, not floats"):
        function(torch.ones(3, 4, 5, dtype=dtype))


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


def test_truncated_pil_images_are_refused():
    data = encoded(images.sample("chelsea"), "JPEG")
    with pytest.raises(ImageError, match="the PIL image is corrupt or truncated"):
        images.unpack(Image.open(io.BytesIO(data[: len(data) // 2])))


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP", "AVIF"])
@pytest.mark.parametrize("loaded", [True, False])
def test_a_closed_pil_image_is_said_to_be_closed(loaded, file_format, tmp_path):
    picture("RGB").save(tmp_path / "file", file_format)
    with Image.open(tmp_path / "file") as image:
        if loaded:
            image.load()
    if loaded:
        assert images.unpack(image).size == (5, 7)  # leaving `with` closes the file alone
        image.close()
    elif file_format in ("WEBP", "AVIF"):
        image.close()  # Pillow reads all of these when it opens them
    with pytest.raises(ImageError, match="the PIL image is closed; use it inside its `with`"):
        images.unpack(image)


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
