"""Notebook 04's checks: right answers, typical wrong ones, and what is no answer at all."""

import math

import pytest
import torch

from fcsr import decoding, frequency
from fcsr.course.exercises import two_losses as exercises

pytestmark = pytest.mark.usefixtures("no_contracts")


def by_hand(residual, zero=128, unit=255, rounded=torch.round, clip=True, dtype=torch.uint8):
    levels = rounded(unit * residual) + zero
    return (levels.clamp(0, 255) if clip else levels).to(dtype)


@pytest.mark.parametrize("function", [by_hand, decoding.residual_to_levels])
def test_classes_are_right(function):
    assert repr(exercises.classes(function)) == "right"


@pytest.mark.parametrize(
    ("function", "hint"),
    [
        (lambda residual: by_hand(residual, zero=127), "0 becomes class 127"),
        (lambda residual: by_hand(residual, unit=1), "which units"),
        (lambda residual: by_hand(residual, unit=512), "class 130"),
        (lambda residual: by_hand(residual, rounded=torch.trunc), "nearest"),
        (lambda residual: by_hand(residual, rounded=torch.floor), "nearest"),
        (lambda residual: by_hand(residual, clip=False, dtype=torch.int32), "beyond the classes"),
        (lambda residual: by_hand(residual, dtype=torch.float32), "give torch.uint8"),
        (lambda residual: by_hand(residual).flatten(), "it makes (8,)"),
        (lambda residual: residual.nothing, "AttributeError"),
        (128, "TypeError"),
    ],
)
def test_hints_on_classes(function, hint):
    assert hint in exercises.classes(function).hint


def inner_mode(logits):
    return logits[..., 1:-1].argmax(-1) + 1.0


def in_place(logits):
    logits[..., [0, 255]] = -math.inf
    return decoding.mode(logits)


def test_a_decoding_without_ends_is_right():
    assert repr(exercises.without_ends(inner_mode)) == "right"
    assert repr(exercises.without_ends(lambda logits: in_place(logits.clone()))) == "right"


@pytest.mark.parametrize(
    ("decode", "hint"),
    [
        (decoding.mode, "class 255 is the likeliest"),
        (lambda logits: decoding.mode(logits[..., :-1]), "class 0 is the likeliest"),
        (lambda logits: decoding.mode(logits[..., 1:-1]), "one class too low"),
        (lambda logits: decoding.mode(logits).clamp(1, 254), "does not take the likeliest"),
        (decoding.median, "class 255 is the likeliest"),
        (in_place, "copy them"),
        (lambda logits: logits, "one class a distribution"),
        ("mode", "TypeError"),
    ],
)
def test_hints_on_a_decoding_without_ends(decode, hint):
    assert hint in exercises.without_ends(decode).hint


def test_the_border_is_where_the_gain_is_one_half():
    sigma = math.sqrt(math.log(2) / 2) / (math.pi / 4)
    assert repr(exercises.border(sigma)) == "right"
    frequencies, gains = frequency.gain(frequency.Gaussian(sigma))
    assert frequencies[128] == 0.25
    assert gains[128].item() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [(1.5, "0.06"), (3.0, "0.00"), (-0.75, "above 0"), ("0.75", "TypeError")],
)
def test_hints_on_the_border(answer, hint):
    assert hint in exercises.border(answer).hint


@pytest.mark.parametrize(
    ("answer", "hint"),
    [(1000.0, "that is the mode"), (8, "made for that"), ("mean", "TypeError")],
)
def test_hints_on_the_power(answer, hint):
    assert exercises.best_power(1.0).right
    assert hint in exercises.best_power(answer).hint


@pytest.mark.parametrize(
    "check",
    [exercises.classes, exercises.without_ends, exercises.border, exercises.best_power],
)
def test_no_answer(check):
    assert repr(check(None)) == "not answered yet"
