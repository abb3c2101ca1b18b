"""The checks of notebook 02 know right answers from the usual wrong ones."""

import math

import pytest
import torch

from fcsr.course.exercises import functions
from fcsr.models import TextureEstimator


def waves(
    maps,
    index,
    offset,
    phase,
    *,
    pi=torch.pi,
    phase_pi=torch.pi,
    order=(0, 1),
    shift=1.0,
    first=torch.cos,
    second=torch.sin,
):
    cosine, sine, along_y, along_x = (m.flatten(1, 2)[:, index[0]] for m in maps)
    y, x = offset[..., order[0], None], offset[..., order[1], None]
    angle = pi * (along_y * y + along_x * x) + phase_pi * shift * phase
    return torch.cat((cosine * first(angle), sine * second(angle)), dim=-1)


@pytest.mark.parametrize("answer", [waves, TextureEstimator.texture])
def test_the_waves(answer):
    assert functions.texture(answer).right


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"order": (1, 0)}, "y with y, x with x"),
        ({"phase_pi": 1.0}, "pi belongs to the phase, too"),
        ({"pi": 1.0, "phase_pi": 1.0}, "where is pi?"),
        ({"shift": 0.0}, "where is the phase?"),
        ({"second": torch.cos}, "the cosines are right, the sines are not"),
        ({"first": torch.sin}, "the sines are right, the cosines are not"),
        ({"pi": 2.0, "phase_pi": 3.0}, "off, for amplitudes of about 1"),
    ],
)
def test_waves_that_are_wrong(change, part):
    verdict = functions.texture(lambda *given: waves(*given, **change))
    assert verdict.right is False and part in repr(verdict)


def test_waves_without_or_with_the_wrong_amplitudes():
    def bare(maps, *others):
        return waves(maps._replace(cosine=maps.cosine * 0 + 1, sine=maps.sine * 0 + 1), *others)

    def crossed(maps, *others):
        return waves(maps._replace(cosine=maps.sine, sine=maps.cosine), *others)

    assert "where are the amplitudes?" in repr(functions.texture(bare))
    assert "each amplitude goes with its own" in repr(functions.texture(crossed))


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (lambda *given: None, "return a tensor"),
        (torch.zeros(3), "write a function"),
        (lambda maps, index, offset, phase: offset, "12 numbers a place"),
    ],
)
def test_what_is_no_texture(answer, part):
    assert part in repr(functions.texture(answer))


def test_a_gap():
    def open_gap(maps, index, offset, phase):
        raise NotImplementedError("write this function")

    assert repr(functions.texture(open_gap)) == "not answered yet"


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (None, "not answered yet"),
        (lambda x, n: int((x + 1) / 2 * n), "right"),
        (lambda x, n: math.floor((x + 1) * n / 2), "right"),
        (lambda x, n: round((x + 1) / 2 * n), "lies in pixel"),
        (lambda x, n: int((x + 1) / 2 * n) + 1, "lies in pixel 0 of 1, not in 1"),
        (lambda x, n: int((x + 1) * n), "lies in pixel"),
        (lambda x, n: "0", "a whole number"),
        (3, "write a function"),
    ],
)
def test_pixels(answer, part):
    assert part in repr(functions.pixel(answer))


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (None, "not answered yet"),
        ((9 / 16, 3 / 16, 3 / 16, 1 / 16), "right"),
        ([0.5625, 0.1875, 0.1875, 0.0625], "right"),
        ((1 / 16, 3 / 16, 3 / 16, 9 / 16), "largest first"),
        ((9, 3, 3, 1), "add up to 16"),
        ((0.25, 0.25, 0.25, 0.25), "opposite"),
        ((0.75, 0.25), "four numbers"),
        (0.5, "four numbers"),
    ],
)
def test_weights(answer, part):
    assert part in repr(functions.weights(answer))


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (None, "not answered yet"),
        (0.86, "right"),
        (0.75, "right"),
        (0.1, "more of the gain"),
        (1.0, "right"),
        (86, "from 0 to 1"),
        ("most", "from 0 to 1"),
    ],
)
def test_a_share(answer, part):
    assert part in repr(functions.share_of_slow(answer, measured=0.86))


def test_a_share_that_is_too_high():
    assert "less of the gain" in repr(functions.share_of_slow(0.9, measured=0.5))


def turn(degrees, mirror=False):
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    matrix = torch.tensor([[c, s], [s, -c]] if mirror else [[c, s], [-s, c]])
    return lambda coord: coord @ matrix


@pytest.mark.parametrize("degrees", [30, -30])
def test_a_turn(degrees):
    assert functions.turned(turn(degrees)).right


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (None, "not answered yet"),
        (turn(0), "moved by 0 degrees"),
        (turn(math.degrees(30)), "moved by"),
        (turn(150, mirror=True), "a mirror"),
        (turn(30, mirror=True), "moved by"),
        (lambda coord: coord + 0.1, "nearer to the middle"),
        (lambda coord: coord[0], "(1, Q, 2)"),
        (30, "write a function"),
    ],
)
def test_what_is_no_turn(answer, part):
    assert part in repr(functions.turned(answer))
