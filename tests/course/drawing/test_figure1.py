"""Figure 1 shows what the models really predict."""

import dataclasses

import matplotlib
import numpy as np
import pytest
import torch

import fcsr
from fcsr import frequency, images
from fcsr.course import figure1
from fcsr.course.drawing import diagram
from fcsr.errors import ImageError

matplotlib.use("agg")
SIDE = 32


@pytest.fixture(scope="module")
def hr():
    return images.sample("astronaut").crop((208, 100, 208 + SIDE, 100 + SIDE))


@pytest.fixture(scope="module")
def axis(hr):
    figure = figure1.architectures(hr, scale=4, pixel=(10, 20))
    yield figure.axes[0]
    matplotlib.pyplot.close("all")


def column(axis, x: float) -> list[np.ndarray]:
    """The pictures in one column of the drawing, from top to bottom."""
    found = [image for image in axis.images if sum(image.get_extent()[:2]) / 2 == x]
    found.sort(key=lambda image: -image.get_extent()[2])
    return [np.asarray(image.get_array()) for image in found]


def test_outputs_are_those_of_the_models(axis, hr):
    lr = images.resize(images.to_tensor(hr), (SIDE // 4, SIDE // 4)).clamp(0, 1)
    lte, cs, low, fcs = column(axis, figure1.OUTPUTS)
    for name, shown in {"lte": lte, "cs": cs, "fcs": fcs}.items():
        sr = fcsr.upscale(lr, size=(SIDE, SIDE), model=f"{name}-compact", progress=False)
        assert np.array_equal(shown, sr[0].permute(1, 2, 0).numpy()), name
    assert 0 < np.abs(low - fcs).mean() < 0.1


def test_targets_are_hr_and_its_low_band(axis, hr):
    tensor = images.to_tensor(hr)
    low, _ = frequency.split(tensor, fcsr.load("fcs-compact").low_pass)
    targets = column(axis, figure1.TARGETS)
    for shown, expected in zip(targets, (tensor, low), strict=True):
        assert np.array_equal(shown, expected[0].permute(1, 2, 0).clamp(0, 1).numpy())


def test_bars_are_the_distributions_of_the_pixel(axis, hr):
    bars = [np.array([line[1, 1] - line[0, 1] for line in c.get_segments()]) for c in lines(axis)]
    y, truth, high, residual = bars
    assert truth.argmax() == hr.getpixel((20, 10))[0] and (truth > 0).sum() == 1
    assert residual.argmax() == pytest.approx(128, abs=60) and (residual > 0).sum() == 1
    lr = images.resize(images.to_tensor(hr), (SIDE // 4, SIDE // 4)).clamp(0, 1)
    sr = fcsr.upscale(lr, size=(SIDE, SIDE), model="cs-compact", progress=False)
    assert y.argmax() == torch.round(255 * sr[0, 0, 10, 20])
    assert high.max() == pytest.approx(0.9 * diagram.THUMB, rel=1e-3)


def lines(axis) -> list:
    return [c for c in axis.collections if hasattr(c, "get_segments")]


def test_it_names_both_equations_and_every_model(axis):
    words = " ".join(text.get_text() for text in axis.texts)
    assert all(name in words for name in ("LTE", "CS", "FCS", "eq. (1)", "eq. (2)", "EDSR"))


@pytest.mark.parametrize("pixel", [(SIDE, 0), (0, -1)])
def test_refuses_a_pixel_outside(hr, pixel):
    with pytest.raises(ImageError, match="give a square and a pixel in it"):
        figure1.architectures(hr, pixel=pixel)


def test_refuses_what_is_not_square(hr):
    with pytest.raises(ImageError, match="20 x 32 pixels"):
        figure1.architectures(hr.crop((0, 0, 32, 20)))


@pytest.mark.parametrize("ensemble, last", [("hidden", "average"), ("texture", "MLP")])
def test_the_average_stands_where_the_model_has_it(hr, monkeypatch, ensemble, last):
    size = dataclasses.replace(fcsr.load("lte-compact").size, ensemble=ensemble)
    load = figure1.models.load

    def other_order(name):
        model = load(name)
        model.size = size
        return model

    monkeypatch.setattr(figure1.models, "load", other_order)
    drawn = figure1.architectures(hr).axes[0].texts
    steps = [text for text in drawn if text.get_text().startswith(("average", "MLP"))]
    assert len(steps) == 2
    assert min(steps, key=lambda text: text.get_position()[1]).get_text().startswith(last)
