"""Pictures of every kind make the round trip, or are refused."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pictures import SRGB, encoded, noise, picture
from PIL import Image

from fcsr import frequency, images
from fcsr.errors import ImageError
from fcsr.frequency import FIXED_POINT

EIGHT_BIT = {
    **{"1": "L", "L": "L", "LA": "LA", "La": "LA", "P": "RGB", "PA": "RGBA"},
    **{"RGB": "RGB", "RGBX": "RGB", "RGBA": "RGBA", "RGBa": "RGBA"},
    **{"CMYK": "RGB", "YCbCr": "RGB", "HSV": "RGB", "LAB": "RGB"},
}
SHAPES = [(5, 7), (5, 7, 1), (5, 7, 2), (5, 7, 3), (5, 7, 4)]
ARRAY_DTYPES = ["bool", "uint8", "uint16", ">u2", "float16", "float32", "float64", ">f4"]
TENSOR_DTYPES = [torch.bool, torch.uint8, torch.uint16]
TENSOR_DTYPES += [torch.float16, torch.bfloat16, torch.float32, torch.float64]


def back(image):
    unpacked = images.unpack(image)
    return unpacked.pack(unpacked.rgb, unpacked.alpha)


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
    "complex": (torch.zeros(3, 8, 9, dtype=torch.complex64), "is complex .*give real numbers"),
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


@pytest.mark.parametrize("dtype", ["bool", "uint8", "uint16", "float32"])
@pytest.mark.parametrize("channels", [2, 4])
def test_an_alpha_that_hides_nothing_can_be_left_out(channels, dtype):
    array = noise((5, 7, channels), dtype)
    array[..., -1] = {"bool": 1, "uint8": 255, "uint16": 65535, "float32": 1}[dtype]
    unpacked = images.unpack(array).without_opaque_alpha()
    colours = array[..., 0] if channels == 2 else array[..., :3]
    np.testing.assert_array_equal(unpacked.pack(unpacked.rgb), colours)
    array[4, 6, -1] = 0
    assert images.unpack(array).without_opaque_alpha().has_alpha


def test_what_has_no_alpha_stays_as_it_is():
    for image in (Image.new("RGB", (3, 2), "white"), np.ones((2, 3, 1))):
        unpacked = images.unpack(image)
        assert unpacked.without_opaque_alpha() is unpacked


def test_to_tensor_drops_alpha():
    array = noise((5, 7, 4))
    assert torch.equal(images.to_tensor(array), images.to_tensor(array[..., :3]))


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
