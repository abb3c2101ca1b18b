"""Figures show the pixels that they were given."""

import itertools

import matplotlib
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fcsr import images
from fcsr.course import figure2, plots
from fcsr.errors import ImageError
from fcsr.evaluation import paper
from fcsr.frequency import spectra

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


def test_comparison_marks_artifacts_where_they_are():
    hr = Image.new("RGB", (64, 48), (100, 100, 100))
    sr = hr.copy()
    sr.putpixel((20, 10), (255, 255, 255))
    sr.putpixel((25, 12), (0, 0, 0))
    figure = figure2.comparison({"HR": hr, "SR": sr}, (4, 16, 20))
    pixels, maps = figure.axes[:2], figure.axes[2:4]
    assert [axis.get_title() for axis in pixels] == ["HR", "SR"]
    assert np.array_equal(pixels[1].images[0].get_array(), np.asarray(sr)[4:24, 16:36])
    shown = maps[1].images[0].get_array()
    assert shown[6, 4].tolist() == [255, 0, 0] and shown[8, 9].tolist() == [0, 0, 255]
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) == 3
    labels = [axis.get_xlabel() for axis in maps]
    assert labels == ["black 0.0, bright 0.0 ‰", "black 2.5, bright 2.5 ‰"]


def test_comparison_draws_spectra_of_the_box():
    hr, sr = (images.sample(name).crop((0, 0, 64, 64)) for name in ("coffee", "rocket"))
    figure = figure2.comparison({"HR": hr, "SR": sr}, (10, 10, 40))
    of_hr, of_sr = (axis.lines for axis in figure.axes[4:])
    part = 255 * images.to_tensor(sr.crop((10, 10, 50, 50)).convert("L"))
    power = spectra.radial_spectrum(part, bins=24)[1][0, 0]
    assert np.array_equal(of_sr[1].get_ydata(), power)
    assert np.array_equal(of_hr[1].get_ydata(), of_sr[0].get_ydata()), "HR is behind each"


def test_lpips_ranges_shows_every_cell_of_the_paper():
    [axis] = plots.lpips_ranges().axes
    assert [text.get_text() for text in axis.get_yticklabels()][:3] == ["0.02", "0.05", "0.1"]
    lines = {line.get_label(): list(line.get_ydata()) for line in axis.lines}
    both = paper.side_by_side()
    assert lines["paper, CS"] == both["CS"].tolist()
    assert lines["IMDN, [0, 255]"] == both["lpips_255"].tolist()


def test_plane_sorts_the_path_of_the_control():
    points = pd.DataFrame({"psnr": [28.5], "lpips": [0.22]}, index=["CS"])
    control = pd.DataFrame({"psnr": [31.0, 28.0, 30.0], "lpips": [0.18, 0.24, 0.17]})
    [axis] = plots.plane(points, control, published=points[:0], matched=points[:0]).axes
    path, point = axis.lines
    assert list(path.get_xdata()) == [28.0, 30.0, 31.0]
    assert list(path.get_ydata()) == [0.24, 0.17, 0.18]
    assert (point.get_label(), *point.get_xydata()[0]) == ("CS", 28.5, 0.22)
    assert path.get_marker() == "o", "what was measured, not a line through it alone"
    assert not axis.texts


def test_plane_tells_the_two_controls_apart():
    points = pd.DataFrame({"psnr": [28.5, 29.0], "lpips": [0.22, 0.2]}, index=["CS", "FCS"])
    control = pd.DataFrame({"psnr": [31.0, 28.0], "lpips": [0.18, 0.24]})
    matched = points.assign(lpips=0.1).rename("noise at {}'s PSNR".format)
    figure = plots.plane(points, control, published=points[:0], matched=matched)
    [axis] = figure.axes
    of_cs, of_fcs = axis.lines[3:]
    assert of_cs.get_xydata().tolist() == [[28.5, 0.1]]
    assert of_fcs.get_label() == "noise at FCS's PSNR"
    assert of_cs.get_markerfacecolor() == "white" != axis.lines[1].get_markerfacecolor()
    assert len(figure.legends[0].get_texts()) == 5


@pytest.mark.parametrize("dataset", ["Set5", "Set14", "B100"])
def test_plane_names_published_points_so_that_they_can_be_read(dataset):
    networks = pd.concat([paper.published(), paper.imdn().assign(method="IMDN")])
    networks = networks.query("dataset == @dataset and scale == 4").set_index("method")
    networks = networks.drop("bicubic")
    figure = plots.plane(networks[:1], networks[:2], published=networks, matched=networks[:0])
    [axis] = figure.axes
    [crosses] = [line for line in axis.lines if line.get_label() == "published"]
    assert crosses.get_xydata().tolist() == networks[["psnr", "lpips"]].values.tolist()
    assert [text.get_text() for text in axis.texts] == ["SRGAN", "ESRGAN", "NatSR", "SPSR", "IMDN"]
    figure.canvas.draw()
    frames = [text.get_window_extent() for text in axis.texts]
    assert not [pair for pair in itertools.combinations(frames, 2) if pair[0].overlaps(pair[1])]


@pytest.mark.parametrize("box", [(-1, 0, 8), (0, 57, 8), (41, 0, 8), (0, 0, 0)])
@pytest.mark.parametrize("draw", [plots.crops, figure2.comparison])
def test_a_box_outside_is_refused(draw, box):
    with pytest.raises(ImageError, match="does not lie in 48 x 64"):
        draw({"HR": Image.new("RGB", (64, 48))}, box)
