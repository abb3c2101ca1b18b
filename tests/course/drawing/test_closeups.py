"""The pixels that were chosen, and their own distributions."""

import matplotlib
import numpy as np
import pytest
import torch

from fcsr import images
from fcsr.course import closeups
from fcsr.errors import ImageError

matplotlib.use("agg")


@pytest.fixture(autouse=True)
def close():
    yield
    matplotlib.pyplot.close("all")


@pytest.fixture
def hr():
    return images.sample("coffee").crop((0, 0, 60, 40))


def test_a_row_for_each_place(hr):
    places = {"here": (5, 50), "there": (30, 8)}
    p = torch.zeros(2, 3, 256)
    p[0, :, 10], p[1, :, 200] = 1, 1
    figure = closeups.pixels({"HR": hr, "again": hr}, places, p)
    rows = np.array(figure.axes).reshape(2, 5)
    assert [axis.get_title() for axis in rows[0]] == [
        "HR",
        "again",
        "p(red)",
        "p(green)",
        "p(blue)",
    ]
    assert [axis.get_ylabel() for axis in rows[:, 0]] == ["here", "there"]
    for axes, (row, column), mode in zip(rows, places.values(), (10, 200), strict=True):
        assert np.array_equal(axes[0].images[0].get_array(), np.asarray(hr))
        assert np.mean(axes[0].get_xlim()) == column and np.mean(axes[0].get_ylim()) == row
        for axis, truth in zip(axes[2:], hr.getpixel((column, row)), strict=True):
            lines = {line.get_label(): line.get_xdata()[0] for line in axis.lines}
            assert (lines["truth"], lines["mode"], lines["mean"]) == (truth, mode, mode)


@pytest.mark.parametrize("spot", [(40, 0), (0, 60), (-1, 3)])
def test_a_place_outside_is_refused(hr, spot):
    with pytest.raises(ImageError, match=r"corner: no pixel .* in 40 x 60 pixels"):
        closeups.pixels({"HR": hr}, {"corner": spot}, torch.ones(1, 3, 256))
