"""Notebook 03's checks: right answers, typical wrong ones, and what is no answer at all."""

import pytest
import torch
import torch.nn.functional as F

from fcsr import decoding
from fcsr.course.exercises import classification as exercises

pytestmark = pytest.mark.usefixtures("no_contracts")


def test_three_decodings_are_those_of_fcsr():
    p = torch.full((256,), 1e-9)
    p[[10, 240, 250]] = torch.tensor([0.45, 0.20, 0.35])
    ways = (decoding.mode, decoding.median, decoding.mean)
    answer = tuple(way(p.log()).item() for way in ways)
    assert repr(exercises.three_decodings(answer)) == "right"
    assert repr(exercises.three_decodings([torch.tensor(level) for level in answer])) == "right"


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ((250, 240, 140), "the mode is not 250"),
        ((10, 10, 140), "less than half"),
        ((10, 250, 140), "from the left"),
        ((10, 240, 500 / 3), "not all alike"),
        ((10, 240, 130), "the mean is not 130"),
        ((10, 240), "give three numbers"),
        (140, "give three numbers"),
    ],
)
def test_hints_on_three_decodings(answer, hint):
    assert hint in exercises.three_decodings(answer).hint


def test_a_sample_costs_three_decibels():
    levels = torch.arange(256.0)
    p = torch.softmax(-((levels - 100) ** 2) / 200, 0)
    draws = torch.multinomial(p, 200_000, True, generator=torch.Generator().manual_seed(0)).double()
    truth, sample = draws.view(2, -1)
    worse = (truth - sample).square().mean() / (truth - (p @ levels)).square().mean()
    decibels = round(10 * worse.log10().item(), 1)
    assert repr(exercises.sample_costs(decibels)) == "right"


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (0, "less squared error than the mean"),
        (-3, "less squared error than the mean"),
        (6, "four times"),
        (2, "in decibels"),
        (1.5, "two independent draws"),
        ("three", "give a number, in dB"),
    ],
)
def test_hints_on_a_sample(answer, hint):
    assert hint in exercises.sample_costs(answer).hint


def window(logits):
    p = logits.softmax(-1)[:, None]
    return F.avg_pool1d(p, 17, stride=1, padding=8)[:, 0].argmax(-1).float()


def not_padded(logits):
    p = logits.softmax(-1)[:, None]
    return F.avg_pool1d(p, 17, stride=1)[:, 0].argmax(-1).float()


MODE, MEAN = (4.0, 0.6), (0.1, 0.1)


def without_artifacts(decode, measured=(1.0, 0.3)):
    return exercises.without_artifacts(decode, lambda decode: measured, MODE, MEAN)


def test_a_window_has_no_artifacts():
    assert repr(without_artifacts(window)) == "right"
    assert repr(without_artifacts(decoding.NAMED["smoothed"])) == "right"


@pytest.mark.parametrize(
    ("decode", "measured", "hint"),
    [
        (decoding.mode, MODE, "yours takes 255"),
        (decoding.mean, MEAN, "yours takes neither"),
        (not_padded, (1.0, 0.3), "a peak at 120 becomes 112: does the window stand"),
        (lambda logits: decoding.mode(logits[..., 1:-1]) + 1, MODE, "takes the taller"),
        (window, (3.0, 0.3), "over half of the mode's artifacts"),
        (window, (1.0, 0.1), "no more of the highest"),
        (lambda logits: None, MEAN, "AttributeError"),
    ],
)
def test_hints_on_a_decoding_without_artifacts(decode, measured, hint):
    assert hint in without_artifacts(decode, measured).hint


@pytest.mark.parametrize(
    "check",
    [exercises.three_decodings, exercises.sample_costs, without_artifacts],
)
def test_no_answer(check):
    assert repr(check(None)) == "not answered yet"
