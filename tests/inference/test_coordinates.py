"""However long an image is, its pixels are where they are."""

from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fcsr import CS, FCS, LTE, images
from fcsr.errors import FcsrError
from fcsr.images import Region
from fcsr.inference import coordinates, render, tiling
from fcsr.inference.tiling import Task, render_tiles, resample
from fcsr.models import base, grid

LENGTH, SHOWN = 4_000_000, 300


@given(st.data())
def test_pixels_lie_where_fractions_put_them(data):
    size = tuple(data.draw(st.integers(1, 10**9)) for _ in range(2))
    wanted = tuple(data.draw(st.integers(1, 2**33)) for _ in range(2))
    top, left = (data.draw(st.integers(0, n - 1)) for n in wanted)
    bottom = data.draw(st.integers(top + 1, min(top + 20, wanted[0])))
    right = data.draw(st.integers(left + 1, min(left + 20, wanted[1])))
    region = Region(top, left, bottom, right)
    part = coordinates.frame(tiling.needed(region, size, wanted), size)
    found, cell = coordinates.locate_pixels(region, size, wanted, part)
    assert found.shape == (region.area, 2)
    for axis in (0, 1):
        n, many, first, length = size[axis], wanted[axis], part[axis], part.size[axis]
        for query in (0, -1):
            pixel = (region[axis], region[axis + 2] - 1)[query]
            place = Fraction((2 * pixel + 1) * n, 2 * many) - first
            expected = float(2 * place / length - 1)
            assert found[query, axis].item() == pytest.approx(expected, abs=3e-7)
        assert cell[axis].item() == pytest.approx(2 * n / (many * length))


@pytest.mark.parametrize(("n", "whole"), [(30, True), (4096, True), (4097, False)])
def test_up_to_4096_pixels_coordinates_are_those_of_the_whole_image(n, whole):
    lr, cut = Region(3, 5, 9, 11), 0 if whole else 5
    assert coordinates.frame(lr, (12, n)) == Region(0, cut, 12, n if whole else 11)
    assert coordinates.frame(Region(5, 3, 11, 9), (n, 12)) == Region(cut, 0, n if whole else 11, 12)


def test_up_to_4096_pixels_coordinates_are_to_the_bit_those_of_the_whole_image():
    size, wanted, region = (4096, 12), (12_289, 37), Region(7000, 3, 7300, 30)
    part = coordinates.frame(tiling.needed(region, size, wanted), size)
    found, _ = coordinates.locate_pixels(region, size, wanted, part)
    assert torch.equal(found, grid(wanted)[7000:7300, 3:30].flatten(0, 1))


def make(model, image, size):
    decode = None if model.default_decode is None else "mean"
    [result] = render(model, image, size, [decode], progress=False)
    return result


@pytest.mark.parametrize("kind", [LTE, CS, FCS])
@pytest.mark.parametrize("size", [(33, 35), (42, 51), (9, 60)])  # x3 lies on exact ties
def test_coordinates_of_a_part_leave_no_trace(kind, size, tiny, photograph, monkeypatch):
    model, image = tiny(kind), photograph(14, 17, batch=2)
    expected = make(model, image, size)
    monkeypatch.setattr(coordinates, "LONG", 4)
    monkeypatch.setattr(tiling, "TILE", 3)
    found = make(model, image, size)
    torch.testing.assert_close(found, expected, rtol=0, atol=2e-5)
    assert not torch.equal(found, expected)  # other coordinates, other roundings


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("model", [LTE, CS, "bicubic"])
def test_the_end_of_a_very_long_image_is_what_it_would_be_alone(
    model, wide, tiny, photograph, monkeypatch
):
    """In float32 coordinates of all of it not one pixel could be told from its neighbours."""
    end = photograph(3, SHOWN) if wide else photograph(3, SHOWN).mT
    hidden = LENGTH - SHOWN
    before = Region(0, hidden, 0, 0) if wide else Region(hidden, 0, 0, 0)
    size, wanted, alone = (
        (height, n) if wide else (n, height)
        for height, n in ((3, LENGTH), (9, 3 * LENGTH), (9, 3 * SHOWN))
    )
    last = Region(*(max(0, n - 90) for n in wanted), *wanted)
    monkeypatch.setattr(tiling, "strips", lambda *_: [(last, [last])])
    task = Task(lambda region: region.within(before).cut(end), 1, size, wanted, False)
    with torch.no_grad():
        if model == "bicubic":
            [(_, _, [found])] = resample(task)
            expected = images.resize(end, alone).clamp(0, 1)
        else:
            model = tiny(model)
            [(_, _, [found])] = render_tiles(model, task, [model.default_decode and "mean"])
            monkeypatch.undo()
            expected = make(model, end, alone)
    expected = expected[..., -90:] if wide else expected[..., -90:, :]
    torch.testing.assert_close(found, expected, rtol=0, atol=2e-5)


def test_a_query_of_too_long_an_image_is_refused(tiny, photograph):
    model, coord = tiny(LTE), torch.zeros(1, 5, 2)
    fits = model.encode(torch.zeros(1, 3, 1, base.MAX_SIDE))
    assert model.query(fits, coord, coord + 0.1).shape == (1, 5, 3)
    long = model.encode(torch.zeros(1, 3, 1, base.MAX_SIDE + 1))
    with pytest.raises(FcsrError, match=r"1 x 16385 pixels .* fcsr\.upscale"):
        model.query(long, coord, coord + 0.1)


def test_rows_of_tiles_of_a_long_bicubic_image_are_one(photograph, monkeypatch):
    image = photograph(1, 5000)
    made = torch.full((1, 3, 1, 6850), torch.nan)
    for _, region, [rgb] in resample(Task(lambda r: r.cut(image), 1, (1, 5000), (1, 6850), False)):
        region.cut(made).copy_(rgb)
    expected = images.resize(image, (1, 6850)).clamp(0, 1)
    torch.testing.assert_close(made, expected, rtol=0, atol=1e-6)
