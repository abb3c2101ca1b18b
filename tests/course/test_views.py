"""PNGs that follow their settings."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from fcsr import images, inference, models
from fcsr.course import previews, views
from fcsr.errors import FcsrError, ImageError

SETTINGS = {
    views.Frequencies: [{}, {"kind": "Box"}, {"width": 4.0}],
    views.Scales: [{}, {"scale": 2.35}, {"down": 0.1}, {"across": 0.9}],
    views.Pixel: [{}, {"row": 3}, {"column": 79}],
    views.Dial: [{}, {"sharpness": 4.0}, {"sharpness": views.MODE}],
}


@pytest.fixture(scope="module")
def photograph():
    return images.sample("coffee").crop((200, 100, 300, 180))


@pytest.fixture(scope="module", params=SETTINGS, ids=lambda view: view.__name__)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def view(kind):
    return kind(images.sample("coffee").crop((180, 80, 360, 260)))


def decoded(png):
    assert png.startswith(b"\x89PNG")
    return np.asarray(Image.open(io.BytesIO(png)))


def test_every_setting_changes_the_picture_but_not_its_size(kind, view):
    first, *others = [view(**settings) for settings in SETTINGS[kind]]
    for other in others:
        assert decoded(other).shape == decoded(first).shape
        assert (decoded(other) != decoded(first)).any()
    assert view(**SETTINGS[kind][0]) == first
    assert len(first) < 350_000, "notebooks keep it twice"


def test_too_small_a_photograph_is_refused(kind):
    with pytest.raises(ImageError, match="100 x 63 pixels is too small; give 64 x 64"):
        kind(Image.new("RGB", (100, 63)))


@pytest.mark.parametrize(
    ("kind", "settings", "words"),
    [
        (views.Frequencies, {"kind": "Box?"}, 'no filter "Box\\?"; choose from Gaussian, Box'),
        (views.Frequencies, {"width": 0.1}, "width is 0.1; give 0.5 to 16"),
        (views.Scales, {"scale": 9.0}, "scale is 9.0; this view goes from 1 to 8"),
        (views.Scales, {"down": 1.5}, "down is 1.5"),
        (views.Pixel, {"row": 80}, r"no pixel \(80, 64\) in 80 x 80 pixels"),
        (views.Pixel, {"column": -1}, "no pixel"),
        (views.Dial, {"sharpness": 0.0}, "sharpness is 0.0"),
        (views.Dial, {"across": -0.1}, "across is -0.1"),
    ],
    ids=str,
)
def test_bad_settings_are_refused(kind, settings, words, photograph):
    with pytest.raises(FcsrError, match=words):
        kind(photograph)(**settings)


@pytest.mark.parametrize(
    ("size", "box"), [((90, 70), (10, 0, 80, 70)), ((70, 91), (0, 10, 70, 80))]
)
def test_square_is_the_middle(size, box, photograph):
    image = photograph.resize(size)
    assert np.array_equal(previews.square(image, 512), image.crop(box))


def test_square_shrinks_what_is_too_large(photograph):
    assert previews.square(photograph.convert("LA"), 66).size == (66, 66)
    assert previews.square(photograph, 66).mode == "RGB"


def test_a_window_shows_what_upscale_gives(monkeypatch, photograph):
    shown = {}
    monkeypatch.setattr(views.mpl, "show", lambda _, image, title: shown.update({title: image}))
    view = views.Scales(photograph)  # 80 x 80 from 20 x 20
    view(scale=7.3, down=1.0, across=0.25)
    lr = view._encoded["lte"][1].image
    assert shown["LR, 20 x 20"].shape == (1, 3, 128, 128)
    for name in ("bicubic", "LTE", "CS", "FCS"):
        model = name if name == "bicubic" else f"{name.lower()}-compact"
        whole = inference.upscale(lr, size=(146, 146), model=model, progress=False)
        torch.testing.assert_close(shown[name].clamp(0, 1), whole[..., 18:, 4:132].clamp(0, 1))


def test_pixel_shows_the_distribution_of_that_pixel(monkeypatch, photograph):
    seen = {}
    monkeypatch.setattr(
        views.mpl,
        "draw_distribution",
        lambda figure, axes, p, truth: seen.update(p=p, truth=truth),
    )
    view = views.Pixel(photograph)
    view(row=7, column=50)
    assert seen["truth"] == previews.square(photograph, 256).getpixel((50, 7))
    cs = models.load("cs-compact")
    [mode] = inference.render(cs, view._encoded.image, (80, 80), ["mode"], progress=False)
    assert seen["p"].argmax(-1).tolist() == images.to_levels(mode)[0, :, 7, 50].tolist()


def test_dial_goes_from_the_mean_to_the_mode(monkeypatch, photograph):
    shown = {}
    monkeypatch.setattr(views.mpl, "show", lambda _, image, title: shown.update({title: image}))
    view = views.Dial(photograph)
    for sharpness in (1.0, views.MODE):
        view(sharpness=sharpness)
    lr = view._encoded["fcs"][1].image
    mean, mode = inference.render(
        models.load("fcs-compact"), lr, (80, 80), ["mean", "mode"], progress=False
    )
    torch.testing.assert_close(shown["FCS, t = 1"], mean)
    torch.testing.assert_close(shown["FCS, mode"], mode)
    assert torch.equal(shown["HR"], images.to_tensor(previews.square(photograph, 256)))
