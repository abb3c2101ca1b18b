"""What must hold for every model, picture and size, tried on those that hypothesis thinks of.

That compiled models give the same is in `tests/models/test_compile.py`: a compiler is slow.
"""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import fcsr
from fcsr import CS, FCS, LTE
from fcsr.inference import tiling
from fcsr.inference.upscaling import output_size

KINDS = {
    "lte": (LTE, {}),
    "cs": (CS, {"decode": "mean"}),
    "fcs": (FCS, {"decode": "mean"}),
    "fcs separate": (FCS, {"decode": "mean", "shared": False, "prior": False}),
    "cs mixture": (CS, {"head": "mixture", "decode": "mean"}),
}
MODELS = st.sampled_from(sorted(KINDS))
SIDE, WANTED = st.integers(1, 12), st.integers(1, 30)
FEW = settings(max_examples=15)


@pytest.fixture(scope="module")
def make(tiny):
    """A model of each name in `KINDS`, or "bicubic" itself."""
    models = {name: tiny(kind, **options) for name, (kind, options) in KINDS.items()}
    models["lte texture"] = tiny(LTE)
    models["lte texture"].estimators[0].ensemble = "texture"
    return {**models, "bicubic": "bicubic"}.__getitem__


def upscale(picture, scale=None, **options):
    return fcsr.upscale(picture, scale, progress=False, **options)


@FEW
@given(name=st.sampled_from([*KINDS, "lte texture", "bicubic"]), data=st.data())
def test_tiles_and_chunks_are_not_seen(name, data, make, photograph):
    model, wanted = make(name), (data.draw(WANTED), data.draw(WANTED))
    image = photograph(data.draw(SIDE), data.draw(SIDE), batch=data.draw(st.integers(1, 2)))
    whole = upscale(image, size=wanted, model=model)
    limits = {
        "TILE": data.draw(st.integers(1, 6)),
        "MAX_TILE_SIDE": data.draw(st.integers(3, 12)),
        "MAX_STRIP_PIXELS": data.draw(st.integers(1, 200)),
    }
    if model != "bicubic":
        limits["CHUNK"] = data.draw(st.integers(1, 100))
    with pytest.MonkeyPatch.context() as patch:
        for limit, value in limits.items():
            patch.setattr(tiling, limit, value)
        parts = upscale(image, size=wanted, model=model)
    torch.testing.assert_close(parts, whole, rtol=0, atol=2e-5)


@FEW
@given(st.sampled_from([*KINDS, "lte texture", "bicubic"]), SIDE, SIDE, WANTED, WANTED)
def test_a_batch_is_its_images(make, photograph, name, height, width, new_height, new_width):
    images, options = photograph(height, width, batch=3), {"model": make(name)}
    together = upscale(images, size=(new_height, new_width), **options)
    for image, result in zip(images, together, strict=True):
        alone = upscale(image, size=(new_height, new_width), **options)
        torch.testing.assert_close(result, alone, rtol=0, atol=2e-5)


@given(SIDE, SIDE, WANTED, WANTED, st.sampled_from([(-1,), (-2,), (-1, -2)]), st.booleans())
def test_bicubic_of_a_mirror_image_is_the_mirror_image(
    photograph, height, width, new_height, new_width, axes, swapped
):
    def mirror(image):
        return image.flip(axes).mT if swapped else image.flip(axes)

    image, wanted = photograph(height, width), (new_height, new_width)
    expected = mirror(upscale(image, size=wanted, model="bicubic"))
    found = upscale(mirror(image), size=wanted[::-1] if swapped else wanted, model="bicubic")
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


@FEW
@given(st.sampled_from([*KINDS, "bicubic"]), SIDE, SIDE, st.floats(0.1, 4))
def test_a_scale_is_the_size_that_it_makes(make, photograph, name, height, width, scale):
    image, model = photograph(height, width), make(name)
    size = output_size((height, width), scale, None)
    assert size == tuple(max(1, round(n * scale)) for n in (height, width))
    by_scale = upscale(image, scale, model=model)
    assert torch.equal(by_scale, upscale(image, size=size, model=model))


def pictures(height, width):
    """One of each kind."""
    random = np.random.default_rng(0)
    for dtype in (np.uint8, np.uint16, np.float32, np.float64, bool):
        for channels in ((), (1,), (2,), (3,), (4,)):
            values = random.random((height, width, *channels))
            most = np.iinfo(dtype).max if np.issubdtype(dtype, np.integer) else 1
            array = (values * most).round().astype(dtype) if most > 1 else values.astype(dtype)
            yield array
            if channels and dtype is not bool:
                yield torch.from_numpy(array).movedim(-1, 0)
    for mode in ("1", "L", "LA", "RGB", "RGBA", "I;16"):
        yield Image.new(mode, (width, height))


def kind(picture):
    """What must not change."""
    if isinstance(picture, Image.Image):
        return Image.Image, picture.mode, picture.size
    return type(picture), picture.dtype, tuple(picture.shape)


@settings(max_examples=2)
@given(SIDE, SIDE)
def test_the_same_size_is_the_same_kind_of_picture(make, height, width):
    for picture in pictures(height, width):
        found = kind(upscale(picture, 1, model="bicubic"))
        expected = kind(picture)
        if expected[:2] == (Image.Image, "1"):
            expected = Image.Image, "L", expected[2]
        assert found == expected
        assert kind(upscale(picture, 1, model=make("lte"))) == expected


@given(SIDE, SIDE)
def test_bicubic_to_the_same_size_changes_nothing(photograph, height, width):
    image = photograph(height, width)
    torch.testing.assert_close(upscale(image, 1, model="bicubic"), image, rtol=0, atol=1e-6)
