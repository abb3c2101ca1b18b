"""Checks of notebook 08: right answers, typical wrong ones, and what is no answer."""

import math

import pytest
import torch

from fcsr.analysis import calibration
from fcsr.course.exercises import uncertainty


def test_bits():
    assert uncertainty.bits((3, 5)).right
    assert uncertainty.bits(None).right is None


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (3, "two numbers"),
        ((3 * math.log(2), 5 * math.log(2)), "nats"),
        ((5, 3), "other way round"),
        ((math.log2(17), 5), "not the entropy"),  # as if all levels were alike
        ((3, 4), "probability of 187"),
        (("three", "five"), "give two numbers"),
    ],
)
def test_wrong_bits(wrong, hint):
    verdict = uncertainty.bits(wrong)
    assert verdict.right is False and hint in verdict.hint


@pytest.fixture(scope="module")
def asked():
    """Bell curves of many widths around 128, and the errors that these widths lead to."""
    random = torch.Generator().manual_seed(0)
    width = 40 * torch.rand(400, 3, generator=random) + 1
    logits = -((torch.arange(256.0) - 128) ** 2) / (2 * width.unsqueeze(-1) ** 2)
    return {"bells": logits}, {"bells": width.mean(-1)}


def expected_error(logits):
    """The mean distance from 128, where all means are."""
    return (logits.softmax(-1) * (torch.arange(256.0) - 128).abs()).sum(-1)


def test_better_measure(asked):
    assert uncertainty.better_measure(expected_error, *asked).right


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (calibration.entropy, "entropy has"),
        (lambda logits: 0.0, "give a tensor"),
        (lambda logits: logits.mean(-1).mean(-1), "give (2, 3), not (2,)"),
        (lambda logits: -expected_error(logits), "turn it round"),
        (lambda logits: logits.argmax(-1) + missing, "NameError"),  # noqa: F821
    ],
)
def test_wrong_better_measure(asked, wrong, hint):
    verdict = uncertainty.better_measure(wrong, *asked)
    assert verdict.right is False and hint in verdict.hint


def test_an_open_gap_is_no_answer(asked):
    def gap(logits):
        raise NotImplementedError

    assert repr(uncertainty.better_measure(gap, *asked)) == "not answered yet"


@pytest.mark.parametrize("flat", [None, 0, 1, 2])
def test_most_uncertain_colour(flat):
    logits = torch.zeros(4, 3, 256)
    if flat is not None:
        logits[:, [colour for colour in range(3) if colour != flat], 7] = 10.0
    right = "none" if flat is None else uncertainty.COLOURS[flat]
    for answer in (*uncertainty.COLOURS, "none"):
        verdict = uncertainty.most_uncertain_colour(answer, {"one": logits})
        assert verdict.right == (answer == right)
    assert "answer with one of" in uncertainty.most_uncertain_colour(5.0, {"one": logits}).hint
