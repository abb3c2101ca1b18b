"""Where a format has no alpha, one that hides nothing is left out, and any other is refused."""

import numpy as np
import pytest
from pictures import SRGB, encoded, noise, picture, written
from PIL import Image

from fcsr import images, inference
from fcsr.errors import ImageError
from fcsr.images.files import writers


def opaque(mode: str) -> Image.Image:
    image = picture(mode)
    image.putalpha(255)
    return image


@pytest.mark.parametrize("suffix", [".jpg", ".bmp"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_an_opaque_picture_is_saved_as_one_without_alpha(mode, suffix, tmp_path):
    for name, image in (("plain", picture(mode)), ("opaque", opaque(mode))):
        image.info |= {"dpi": (300, 300), **({"icc_profile": SRGB} if suffix == ".jpg" else {})}
        before = image.copy()
        images.save(image, tmp_path / f"{name}{suffix}")
        assert image == before and image.info == before.info
    plain, saved = (tmp_path / f"{name}{suffix}" for name in ("plain", "opaque"))
    assert plain.read_bytes() == saved.read_bytes()
    assert images.load(saved).info["dpi"] == pytest.approx((300, 300), abs=0.01)


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_a_format_with_alpha_keeps_it(suffix, mode, tmp_path):
    saved, large = tmp_path / f"saved{suffix}", tmp_path / f"large{suffix}"
    images.save(opaque(mode), saved)
    inference.upscale_file(saved, large, 2, model="bicubic", progress=False)
    assert [images.load(path).mode for path in (saved, large)] == [f"{mode}A"] * 2


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_single_pixel_that_is_not_opaque_is_enough_to_refuse(mode, tmp_path):
    image = opaque(mode)
    image.putpixel((6, 4), (*image.getpixel((6, 4))[:-1], 254))
    with pytest.raises(ImageError, match=rf"JPEG cannot hold an image of mode {mode}A; use \.png"):
        images.save(image, tmp_path / "clear.jpg")
    source = written(tmp_path / "clear.png", encoded(image, "PNG"))
    with pytest.raises(ImageError, match=rf"BMP cannot hold an image of mode {mode}A; use \.png"):
        inference.upscale_file(source, tmp_path / "large.bmp", 2, model="bicubic", progress=False)
    assert list(tmp_path.iterdir()) == [source]


def palette() -> Image.Image:
    """With an alpha for each of its colours."""
    image = picture("P")
    image.info["transparency"] = bytes([255] * 16)
    return image


@pytest.mark.parametrize("suffix", [".jpg", ".bmp"])
@pytest.mark.parametrize(
    ("image", "plain"),
    [(opaque("L"), picture("L")), (opaque("RGB"), picture("RGB")), (palette(), picture("P"))],
    ids=["LA", "RGBA", "P"],
)
def test_an_opaque_picture_is_upscaled_as_one_without_alpha(image, plain, suffix, tmp_path):
    made = []
    for name, source in (("opaque", image), ("plain", plain)):
        path, target = (
            written(tmp_path / name, encoded(source, "PNG")),
            tmp_path / f"{name}{suffix}",
        )
        inference.upscale_file(path, target, 2, model="bicubic", progress=False)
        made.append(target.read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize("channels", [2, 4])
def test_so_is_one_of_16_bits(channels, tmp_path):
    pixels = noise((5, 7, channels), "uint16")
    pixels[..., -1] = 65535
    colours = pixels[..., 0] if channels == 2 else pixels[..., :-1]
    made = []
    for name, array in (("opaque", pixels), ("plain", colours)):
        source, target = tmp_path / f"{name}.png", tmp_path / f"{name}.jpg"
        writers.write(source, (5, 7), array[:1, :1], iter([array]), {})
        with pytest.warns(UserWarning, match="of 16 bits a sample JPEG holds 8"):
            inference.upscale_file(source, target, 2, model="bicubic", progress=False)
        made.append(np.asarray(images.load(target)))
    np.testing.assert_array_equal(*made)
