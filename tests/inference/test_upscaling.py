"""Any image to any size, the same kind of image back, a chunk at a time."""

import math
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from calls import count_calls
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import fcsr
from fcsr import CS, FCS, LTE, images, inference, models
from fcsr.errors import CheckpointError, FcsrError, ImageError
from fcsr.images.files import png, writers
from fcsr.inference import picture_tiles, tiling, upscaling
from fcsr.models import grid
from fcsr.models.saved import checkpoints

KINDS = pytest.mark.parametrize("kind", [LTE, CS, FCS])


def upscale(image, scale=None, **options):
    return fcsr.upscale(image, scale, progress=False, **options)


def bilinear_lte(tiny):
    """An LTE whose head says nothing: what remains is known, bilinear interpolation."""
    model = tiny(LTE)
    for parameter in model.estimators[0].head.parameters():
        torch.nn.init.zeros_(parameter)
    return model


@KINDS
@pytest.mark.parametrize("scale", [1, 1.7, 3.3, 0.5])
def test_every_pixel_is_one_query(kind, scale, tiny, photograph):
    model, image = tiny(kind), photograph(6, 9, batch=2)
    size = round(6 * scale), round(9 * scale)
    coord = grid(size).flatten(0, 1).expand(2, -1, -1)
    cell = torch.tensor([2 / size[0], 2 / size[1]]).expand_as(coord)
    with torch.no_grad():
        expected = model.decode(model(image, coord, cell)).transpose(1, 2).unflatten(2, size)
    assert torch.equal(upscale(image, scale, model=model), expected)


@given(
    st.integers(1, 9),
    st.integers(1, 9),
    st.floats(0.05, 5),
    st.sampled_from([LTE, CS, FCS]),
    st.integers(1, 4000),
)
def test_any_size_by_any_scale(tiny, photograph, height, width, scale, kind, chunk):
    image = photograph(height, width)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiling, "CHUNK", chunk)
        result = upscale(image, scale, model=tiny(kind))
    wanted = max(1, round(height * scale)), max(1, round(width * scale))
    assert result.shape == (1, 3, *wanted)
    assert result.min() >= 0
    assert result.max() <= 1


@given(st.tuples(*[st.integers(1, 9)] * 2), st.tuples(*[st.integers(1, 20)] * 2))
def test_bilinear_interpolation_is_where_it_belongs(tiny, photograph, size, wanted):
    image = photograph(*size)
    expected = F.interpolate(image, size=wanted, mode="bilinear")
    result = upscale(image, size=wanted, model=bilinear_lte(tiny))
    torch.testing.assert_close(result, expected, rtol=0, atol=1e-5)


PICTURES = {
    "PIL gray": Image.new("L", (5, 4), 90),
    "PIL gray alpha": Image.new("LA", (5, 4), (90, 30)),
    "PIL RGB": Image.new("RGB", (5, 4), (90, 30, 200)),
    "PIL RGBA": Image.new("RGBA", (5, 4), (90, 30, 200, 70)),
    "PIL 16 bit": Image.fromarray(np.full((4, 5), 40_000, np.uint16)),
    "array gray": np.full((4, 5), 90, np.uint8),
    "array RGB": np.full((4, 5, 3), 0.3, np.float32),
    "array RGBA 16 bit": np.full((4, 5, 4), 40_000, np.uint16),
    "tensor": torch.full((3, 4, 5), 0.3),
    "tensor batch": torch.full((2, 3, 4, 5), 90, dtype=torch.uint8),
    "tensor gray batch": torch.full((2, 1, 4, 5), 0.3, dtype=torch.float64),
}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("model", ["bilinear", "bicubic"])
def test_what_goes_in_comes_out(name, model, tiny):
    """Of the same kind and, since each of these pictures is of one colour, of the same values."""
    picture = PICTURES[name]
    result = upscale(picture, 2.5, model=bilinear_lte(tiny) if model == "bilinear" else model)
    assert type(result) is type(picture)
    if isinstance(picture, Image.Image):
        assert result.mode == picture.mode
        picture, result = np.asarray(picture), np.asarray(result)
    assert result.dtype == picture.dtype
    if isinstance(picture, torch.Tensor):
        assert result.shape == (*picture.shape[:-2], 10, 12)
        expected = picture[..., :1, :1].expand_as(result)
        torch.testing.assert_close(result, expected, rtol=1e-6, atol=0)
    else:
        assert result.shape == (10, 12, *picture.shape[2:])
        np.testing.assert_allclose(result, np.broadcast_to(picture[0, 0], result.shape), rtol=1e-6)


def test_a_palette_comes_back_as_rgb(tiny):
    palette = images.sample("coffee").resize((6, 5)).quantize(8)
    result = upscale(palette, 2, model=tiny(LTE))
    expected = upscale(palette.convert("RGB"), 2, model=tiny(LTE))
    assert result.mode == "RGB"
    assert result.tobytes() == expected.tobytes()


def test_alpha_is_resampled_apart(tiny, photograph):
    rgb, alpha = photograph(6, 5), photograph(6, 5, seed=1)[:, :1]
    result = upscale(torch.cat((rgb, alpha), dim=1), 2.2, model=tiny(FCS))
    assert torch.equal(result[:, :3], upscale(rgb, 2.2, model=tiny(FCS)))
    expected = images.resize(alpha, (13, 11)).clamp(0, 1)
    torch.testing.assert_close(result[:, 3:], expected)


@KINDS
def test_a_single_pixel_becomes_an_image(kind, tiny):
    result = upscale(Image.new("RGB", (1, 1), (40, 50, 60)), 3.3, model=tiny(kind))
    assert result.size == (3, 3)
    assert upscale(Image.new("L", (7, 5)), 0.01, model=tiny(kind)).size == (1, 1)


@KINDS
def test_the_same_bytes_again_and_the_model_as_it_was(kind, tiny, photograph):
    model, image = tiny(kind), photograph(7, 8).requires_grad_()
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    first, second = (upscale(image, 2.7, model=model) for _ in range(2))
    assert first.numpy().tobytes() == second.numpy().tobytes()
    assert all(torch.equal(weight, before[name]) for name, weight in model.state_dict().items())


def test_bicubic_is_resize_within_unit_range():
    image = torch.zeros(1, 3, 8, 8)
    image[..., 4:] = 1
    resized = images.resize(image, (20, 20))
    assert resized.max() > 1.01
    expected = resized.clamp(0, 1)
    torch.testing.assert_close(upscale(image, 2.5, model="bicubic"), expected, rtol=0, atol=1e-6)


def test_a_decode_is_handed_on(tiny, photograph):
    model, image = tiny(CS), photograph(5, 6)
    by_default, mode, mean = (
        upscale(image, 2, model=model, decode=d) for d in (None, "mode", "mean")
    )
    assert torch.equal(by_default, mode)
    assert not torch.allclose(mode, mean, atol=1e-4)
    white = upscale(image, 2, model=model, decode=lambda logits: logits[..., 0] * 0 + 255)
    assert (white == 1).all()


def test_a_model_is_found_by_name_and_by_path(tiny, photograph, tmp_path, monkeypatch):
    path, image = tmp_path / "cs-compact.safetensors", photograph(4, 4)
    models.save(tiny(CS), path)
    expected = upscale(image, 2, model=tiny(CS))
    assert torch.equal(upscale(image, 2, model=path), expected)
    monkeypatch.setattr(checkpoints, "WEIGHTS", tmp_path)
    assert torch.equal(upscale(image, 2, model="cs-compact"), expected)
    with pytest.raises(CheckpointError, match=r'"esrgan" is neither .* \(cs-compact\)'):
        upscale(image, 2, model="esrgan")


@pytest.mark.parametrize(
    ("scale", "size", "expected"),
    [
        (1, None, (5, 8)),
        (1.7, None, (8, 14)),
        (0.05, None, (1, 1)),
        (np.float32(2), None, (10, 16)),
        (np.int8(100), None, (500, 800)),
        (np.float16(2), None, (10, 16)),
        (None, (7, 3), (7, 3)),
        (None, [np.int64(7), 3], (7, 3)),
    ],
)
@pytest.mark.usefixtures("no_contracts")
def test_output_size(scale, size, expected):
    found = upscaling.output_size((5, 8), scale, size)
    assert found == expected
    assert [type(n) for n in found] == [int, int]


@pytest.mark.parametrize("wanted", [{"scale": 1e308}, {"scale": 1e5}, {"size": (10**6, 10**6)}])
def test_sizes_that_no_machine_holds_are_refused(photograph, wanted):
    with pytest.raises(FcsrError, match=r"the result would be of \d+ x \d+ pixels"):
        upscale(photograph(4, 4), model="bicubic", **wanted)


@pytest.mark.usefixtures("no_contracts")
@pytest.mark.parametrize("scale", [0, -2, math.nan, math.inf])
def test_a_scale_that_makes_no_image_is_refused(scale):
    with pytest.raises(FcsrError, match=r"scale is .*; it must be a finite number above 0"):
        fcsr.upscale(np.zeros((4, 4)), scale)


@pytest.mark.usefixtures("no_contracts")
@pytest.mark.parametrize("scale", ["3", (2, 3), True])
def test_a_scale_that_is_no_number_is_refused(scale):
    message = rf"scale is {re.escape(repr(scale))}, a {type(scale).__name__}; it must be a number"
    with pytest.raises(FcsrError, match=message):
        fcsr.upscale(np.zeros((4, 4)), scale)


@pytest.mark.usefixtures("no_contracts")
@pytest.mark.parametrize("size", [(0, 4), (4, -1), (4, 2.5), (math.nan, 4), (4,), (3, 4, 5), 7])
def test_a_size_that_makes_no_image_is_refused(size):
    with pytest.raises(FcsrError, match=r"size is .*; it must be \(height, width\)"):
        fcsr.upscale(np.zeros((4, 4)), size=size)


@pytest.mark.parametrize("options", [{}, {"scale": 2, "size": (8, 8)}])
def test_neither_or_both_of_scale_and_size_are_refused(options):
    with pytest.raises(FcsrError, match="give either scale or size"):
        fcsr.upscale(np.zeros((4, 4)), **options)


@pytest.mark.usefixtures("no_contracts")
@pytest.mark.parametrize(
    ("image", "message"),
    [
        ("photo.png", "open a file with fcsr.images.load"),
        (np.zeros((0, 4, 3)), "is empty"),
        (np.full((4, 4), np.nan), "NaN or infinity in 16 of its values"),
        (np.full((4, 4), 200.0), "divide it by 255"),
    ],
    ids=["path", "empty", "NaN", "range"],
)
def test_what_is_no_image_is_refused(image, message):
    with pytest.raises(ImageError, match=message):
        fcsr.upscale(image, 2)


@pytest.mark.parametrize(("kind", "decode"), [(CS, "best"), (FCS, "best"), (LTE, "mean")])
def test_a_wrong_decode_is_refused_before_any_work(kind, decode, tiny, photograph):
    model = tiny(kind)
    calls = count_calls(model.encoder)
    with pytest.raises(FcsrError, match="decode"):
        upscale(photograph(4, 4), 2, model=model, decode=decode)
    assert not calls


def test_bicubic_has_nothing_to_decode(photograph):
    with pytest.raises(FcsrError, match="decode is mean, but bicubic gives RGB"):
        upscale(photograph(4, 4), 2, model="bicubic", decode="mean")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@KINDS
def test_a_model_on_a_gpu_gives_a_picture_on_the_cpu(kind, tiny):
    picture = images.sample("chelsea").resize((40, 30)).convert("RGBA")
    on_cpu = upscale(picture, 2.5, model=tiny(kind))
    on_gpu = upscale(picture, 2.5, model=tiny(kind).cuda())
    difference = np.abs(np.asarray(on_cpu).astype(int) - np.asarray(on_gpu))
    assert (difference > 1).mean() < 0.01


@pytest.mark.parametrize(
    "name, least", [("lte-compact", 60), ("cs-compact", 35), ("fcs-compact", 40)]
)
def test_autocast_to_bfloat16_changes_an_image_a_little(name, least):
    """As docs/performance.md offers it; the measured PSNRs stand there."""
    image = images.to_tensor(images.sample("coffee").crop((200, 100, 232, 132)))
    exact = upscale(image, 3.3, model=name)
    with torch.autocast("cpu", torch.bfloat16):
        fast = upscale(image, 3.3, model=name)
    assert fast.dtype == exact.dtype
    assert least < -10 * F.mse_loss(fast, exact).log10() < 100


# From file to file

FILES = {
    "RGB": (images.sample("coffee").crop((200, 100, 221, 117)), ".png"),
    "gray": (Image.new("L", (9, 8), 90), ".png"),
    "gray alpha": (images.sample("coffee").crop((0, 0, 9, 8)).convert("LA"), ".png"),
    "RGBA": (images.sample("coffee").crop((200, 100, 215, 117)).convert("RGBA"), ".tif"),
    "16 bit": (Image.fromarray(np.arange(99, dtype=np.uint16).reshape(9, 11) * 600), ".png"),
    "16 bit TIFF": (Image.fromarray(np.arange(99, dtype=np.uint16).reshape(9, 11) * 600), ".tif"),
    "webp": (images.sample("coffee").crop((200, 100, 221, 117)), ".webp"),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", [CS, "bicubic"])
def test_a_file_holds_what_memory_would(name, kind, tiny, tmp_path, monkeypatch):
    """The same bytes, from small and from large tiles, or, where they are lost, the same losses."""
    image, suffix = FILES[name]
    image.info["icc_profile"] = b"a profile"
    images.save(image, tmp_path / "in.tif")
    model = kind if kind == "bicubic" else tiny(kind)
    expected = upscale(image, 3.3, model=model)
    images.save(expected, tmp_path / f"whole{suffix}")
    monkeypatch.setattr(picture_tiles, "BAND", 7)
    monkeypatch.setattr(tiling, "TILE", 6)
    target = tmp_path / f"out{suffix}"
    sizes = inference.upscale_file(tmp_path / "in.tif", target, 3.3, model=model, progress=False)
    assert sizes == (image.size[::-1], expected.size[::-1])
    result, whole = images.load(target), images.load(tmp_path / f"whole{suffix}")
    assert result.mode == whole.mode == image.mode
    assert result.info["icc_profile"] == b"a profile"
    difference = np.asarray(result).astype(int) - np.asarray(whole)
    assert np.abs(difference).max() <= (0 if image.mode != "I;16" else 1)


CASES = Path(__file__).parents[1] / "images" / "cases"


@pytest.mark.parametrize("name", ["rgb16.png", "rgb16.tif", "gray16_trns.png"])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("kind", [CS, "bicubic"])
def test_16_bits_stay_16(name, suffix, kind, tiny, tmp_path):
    model = kind if kind == "bicubic" else tiny(kind)
    target = tmp_path / f"out{suffix}"
    inference.upscale_file(CASES / name, target, 1.5, model=model, progress=False)
    expected = upscale(images.read(CASES / name).picture, 1.5, model=model)
    found = images.read(target).picture
    assert found.dtype == np.uint16
    assert np.abs(found.astype(int) - expected).max() <= 1
    assert len(np.unique(found & 255)) > 50  # the low bytes are there


def test_floats_stay_floats(tmp_path):
    inference.upscale_file(
        CASES / "float.tif", tmp_path / "out.tif", 2, model="bicubic", progress=False
    )
    expected = upscale(images.read(CASES / "float.tif").picture, 2, model="bicubic")
    np.testing.assert_allclose(images.read(tmp_path / "out.tif").picture, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "target", "words"),
    [
        ("multi.tif", "out.tif", "of 4 pages the first is read"),
        ("anim.webp", "out.webp", "of 4 frames the first is read"),
        ("rgb16.tif", "out.jpg", "of 16 bits a sample JPEG holds 8"),
        ("gray12.tif", "out.webp", "of 16 bits a sample WEBP holds 8"),
        ("float.tif", "out.png", "of 32 bits a sample PNG holds 16"),
    ],
)
def test_what_a_result_lacks_is_named_once(name, target, words, tmp_path):
    options = {"model": "bicubic", "progress": False}
    with pytest.warns(UserWarning) as found:
        inference.upscale_file(CASES / name, tmp_path / target, 2, **options)
    assert [str(warning.message) for warning in found] == [f"{CASES / name}: {words}"]


def test_all_that_a_format_cannot_hold_is_named(tmp_path):
    image, exif = Image.new("RGB", (4, 4)), Image.Exif()
    exif[271] = "a maker"
    image.info |= {"icc_profile": b"a profile", "exif": exif.tobytes()}
    images.save(image, tmp_path / "in.png")
    with pytest.warns(UserWarning, match=r"the result lacks its colour profile[^,]*, EXIF$"):
        inference.upscale_file(
            tmp_path / "in.png", tmp_path / "out.bmp", 2, model="bicubic", progress=False
        )


@pytest.mark.parametrize(
    ("target", "size", "message"),
    [
        ("out", (9, 9), "no image suffix"),
        ("out.bmp", (9, 9), "BMP cannot hold an image of mode RGBA"),
        ("out.webp", (9, 16_384), "16384 x 9 pixels are more than WEBP can hold"),
        ("missing/out.png", (9, 9), "No such file or directory"),
        ("missing/out.webp", (9, 9), "No such file or directory"),
        ("out.tif", (90_000, 90_000), "GiB, more than is free there"),
    ],
)
def test_a_target_that_cannot_be_is_refused_before_any_work(
    target, size, message, tiny, tmp_path, monkeypatch
):
    monkeypatch.setattr(writers.shutil, "disk_usage", lambda _: SimpleNamespace(free=2**30))
    images.save(Image.new("RGBA", (9, 9)), tmp_path / "in.png")
    model = tiny(LTE)
    calls = count_calls(model.encoder)
    with pytest.raises(ImageError, match=message):
        inference.upscale_file(tmp_path / "in.png", tmp_path / target, size=size, model=model)
    assert not calls
    assert [path.name for path in tmp_path.iterdir()] == ["in.png"]


def test_rows_are_handed_on_a_few_at_a_time():
    pixels = torch.rand(1, 3, 150, 20)
    strips = [images.Region(0, 0, 100, 20), images.Region(100, 0, 150, 20)]
    tiles = [
        (strip, region, region.cut(pixels))
        for strip in strips
        for region in (strip._replace(right=12), strip._replace(left=12))
    ]
    rows = list(picture_tiles.bands(iter(tiles)))
    assert [band.shape[2] for band in rows] == [64, 36, 50]
    assert torch.equal(torch.cat(rows, 2), pixels)


def test_a_model_is_compiled_once_its_target_can_be_written(tiny, tmp_path, monkeypatch):
    """Which takes long; tests/models/test_compile.py does it."""
    images.save(images.sample("coffee").crop((200, 100, 212, 109)), tmp_path / "in.png")
    model, compiled = tiny(LTE), []
    monkeypatch.setattr(model, "compile", lambda: compiled.append("compiled"))

    def upscale_to(name, **options):
        inference.upscale_file(
            tmp_path / "in.png", tmp_path / name, 2, progress=False, compile=True, **options
        )

    with pytest.raises(ImageError, match="No such file or directory"):
        upscale_to("missing/out.png", model=model)
    assert not compiled
    upscale_to("out.png", model=model)
    assert compiled == ["compiled"]
    expected = upscale(images.load(tmp_path / "in.png"), 2, model=model)
    assert np.array_equal(images.load(tmp_path / "out.png"), expected)
    with pytest.raises(FcsrError, match="bicubic is no model: there is nothing to compile"):
        upscale_to("out.png", model="bicubic")


@pytest.mark.parametrize(("pixels", "compiles"), [(24 * 18, True), (24 * 18 + 1, False)])
@pytest.mark.parametrize("fails", [False, True])
def test_large_results_are_compiled_for_where_that_works(
    pixels, compiles, fails, tiny, tmp_path, monkeypatch
):
    images.save(images.sample("coffee").crop((200, 100, 212, 109)), tmp_path / "in.png")
    model, calls = tiny(LTE), []

    def compile():
        calls.append("called")
        if fails:
            raise FcsrError("torch.compile failed: no compiler")

    monkeypatch.setattr(model, "compile", compile)
    monkeypatch.setattr(picture_tiles, "COMPILED_PIXELS", pixels)
    size = inference.upscale_file(
        tmp_path / "in.png", tmp_path / "out.png", 2, model=model, progress=False, compile=None
    )
    assert size[1] == (18, 24) and images.load(tmp_path / "out.png").size == (24, 18)
    assert calls == ["called"] * compiles
    inference.upscale_file(
        tmp_path / "in.png", tmp_path / "out.png", 2, model="bicubic", progress=False, compile=None
    )


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
def test_a_full_disk_leaves_the_old_file(suffix, tiny, tmp_path, full_disk):
    source, target = tmp_path / "in.png", tmp_path / f"out{suffix}"
    images.save(images.sample("coffee").crop((200, 100, 230, 130)), source)
    target.write_bytes(b"old")
    with full_disk(500), pytest.raises(ImageError, match=rf"out\{suffix} cannot be written"):
        inference.upscale_file(source, target, 4, model=tiny(LTE), progress=False)
    assert target.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.png", target.name]


def test_an_interruption_ends_the_bar_and_leaves_the_old_file(tiny, tmp_path, monkeypatch):
    """As Ctrl-C does in a notebook, which lives on and keeps the traceback."""
    images.save(Image.new("L", (9, 9)), tmp_path / "in.png")
    bars, model = [], tiny(LTE)
    bar = tiling.Task.bar
    monkeypatch.setattr(tiling.Task, "bar", lambda task: bars.append(bar(task)) or bars[-1])
    monkeypatch.setattr(picture_tiles, "BAND", 1)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(png, "_filter", interrupt)
    with pytest.raises(KeyboardInterrupt):
        inference.upscale_file(tmp_path / "in.png", tmp_path / "out.png", 2, model=model)
    assert [shown.disable for shown in bars] == [True]  # which is what closing one sets
    assert [path.name for path in tmp_path.iterdir()] == ["in.png"]


MEMORY = """
import resource, sys, torch
from fcsr import EDSR, LTE, images, inference
from fcsr.models import EstimatorSize
torch.set_num_threads(1)
torch.manual_seed(0)
model = LTE(EDSR(1, 8), EstimatorSize(4, (4,), "texture"))
source, target, side = sys.argv[1:]
inference.upscale_file(source, target, size=(int(side), int(side)), model=model, progress=False)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_result(tmp_path):
    """4096 x 4096 pixels, 48 MB of bytes and 192 MB of floats, against a quarter of them."""
    source = tmp_path / "in.png"
    images.sample("coffee").crop((0, 0, 256, 256)).save(source)
    peaks, unit = [], 1 if sys.platform == "darwin" else 2**10  # of what the system counts
    for side in (2048, 4096):
        command = [sys.executable, "-c", MEMORY, source, tmp_path / "out.tif", str(side)]
        run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
        peaks.append(int(run.stdout) * unit)
    assert peaks[1] - peaks[0] < 60 * 2**20


def test_a_model_of_another_precision_is_refused(tiny, photograph):
    with pytest.raises(FcsrError, match=r"weights of the model are torch\.float16; model\.float"):
        inference.upscale(photograph(6, 6), 2, model=tiny(LTE).half())


def test_what_is_no_model_is_refused(photograph, no_contracts):
    with pytest.raises(CheckpointError, match="not a NoneType"):
        inference.upscale(photograph(6, 6), 2, model=None)


@pytest.mark.parametrize("model", ["bicubic", "lte-compact", "fcs-compact"])
def test_what_is_transparent_leaves_no_dark_rim(model):
    y, x = np.mgrid[:24, :24] - 11.5
    disc = np.hypot(y, x)[..., None] < 8
    white = (255 * np.repeat(disc, 4, axis=2)).astype(np.uint8)  # black where nothing is drawn
    large = Image.fromarray(fcsr.upscale(white, 3, model=model, progress=False))
    page = Image.new("RGBA", large.size, "white")
    page.alpha_composite(large)
    assert np.asarray(page).min() >= 250


def test_a_picture_that_is_all_transparent_stays_so():
    batch = torch.zeros(2, 4, 6, 6)
    batch[1, :, 2:4, 2:4] = 1
    large = fcsr.upscale(batch, 2, model="bicubic", progress=False)
    assert (large[0] == 0).all() and (large[1, :3] > 0.999).all()
