"""The checks of notebook 00 know right answers from the usual wrong ones."""

import math

import pytest
import torch

from fcsr.course.exercises import quickstart


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (None, "not answered yet"),
        (34.15, "right"),
        (20 * math.log10(51), "right"),
        (torch.tensor(34.15), "right"),
        (10 * math.log10(51), "not yet: half of it: the error is squared, and so is the peak"),
        (
            48.13,
            "not yet: 48.13 dB belong to an error of 1.0 levels at every value, not 5",
        ),
        ("34", "not yet: give one number, in dB"),
        (True, "not yet: give one number, in dB"),
    ],
)
def test_a_picture_that_is_too_bright(answer, verdict):
    assert repr(quickstart.too_bright(answer)) == verdict


def by_hand(sr, hr):
    return -10 * torch.log10((sr - hr).square().mean())


def test_psnr_by_hand_is_right():
    assert quickstart.psnr(by_hand).right


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (lambda sr, hr: by_hand(sr, hr) + 20 * math.log10(255), "in which unit is the error"),
        (lambda sr, hr: by_hand(sr, hr) / 2, "where is the square"),
        (lambda sr, hr: -10 * (sr - hr).square().mean().log(), "which logarithm"),
        (lambda sr, hr: -by_hand(sr, hr), "what is divided by what"),
        (lambda sr, hr: -20 * torch.log10((sr - hr).abs().mean()), "differ by 1 level"),
        (lambda sr, hr: sr - hr, "give a number, in dB"),
        (34.2, "write a function"),
    ],
)
def test_psnr_by_hand_that_is_wrong(answer, part):
    assert quickstart.psnr(answer).right is False
    assert part in repr(quickstart.psnr(answer))


def unwritten(sr, hr):
    raise NotImplementedError


def test_psnr_that_is_not_written_yet():
    assert repr(quickstart.psnr(unwritten)) == "not answered yet"


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (None, "not answered yet"),
        (1.0, "right"),
        (1.8, "right"),
        (2.0, "smaller"),
        (0.8, "larger"),
        (-1, "larger"),
        ("more", "give one number, in dB"),
    ],
)
def test_a_prediction_of_a_gain(answer, part):
    assert part in repr(quickstart.gain(answer, measured=1.4))
