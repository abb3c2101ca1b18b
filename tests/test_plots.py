"""fcsr.plots: figures show the pixels that they were given."""

import matplotlib
import numpy as np
import pytest
from PIL import Image

from fcsr import images, plots

matplotlib.use("agg")


@pytest.fixture(autouse=True)
def close():
    yield
    matplotlib.pyplot.close("all")


def test_crops_show_the_same_square_of_each_picture():
    pictures = {name: images.sample(name) for name in ("astronaut", "coffee")}
    figure = plots.crops(pictures, (20, 30, 40), columns=3)
    shown = [axis for axis in figure.axes if axis.images]
    assert [axis.get_title() for axis in shown] == ["astronaut", "coffee"]
    for axis, picture in zip(shown, pictures.values(), strict=True):
        expected = np.asarray(picture)[20:60, 30:70]
        assert np.array_equal(axis.images[0].get_array(), expected)


def test_where_marks_the_square():
    figure = plots.where(Image.new("RGB", (100, 80)), (20, 30, 40))
    assert {(p.get_x(), p.get_y(), p.get_width()) for p in figure.axes[0].patches} == {(30, 20, 40)}


def test_distribution_marks_mode_mean_and_truth():
    p = np.zeros((3, 256))
    p[:, 10], p[:, 30] = 0.75, 0.25
    figure = plots.distribution(p, truth=(1, 2, 3))
    for axis, truth in zip(figure.axes, (1, 2, 3), strict=True):
        lines = {line.get_label(): line.get_xdata() for line in axis.lines}
        assert lines["mode"][0] == 10
        assert lines["mean"][0] == pytest.approx(15)
        assert lines["truth"][0] == truth


def test_heatmap_shows_its_numbers_and_their_unit():
    values = np.arange(12.0).reshape(3, 4)
    figure = plots.heatmap(values, "bits")
    assert np.array_equal(figure.axes[0].images[0].get_array(), values)
    assert figure.axes[1].get_ylabel() == "bits"
