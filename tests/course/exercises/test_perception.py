"""Checks of notebook 07: right answers, typical wrong ones, and what is no answer."""

import math

import pytest
import torch
import torch.nn.functional as F

from fcsr.course.exercises import perception
from fcsr.metrics import add_noise


def test_sharpened_means():
    assert perception.sharpened_means((112, 109.23)).right
    assert perception.sharpened_means(None).right is None


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (112, "two numbers"),
        ((115, 109.2), "not the mean"),
        ((112, 112), "still the mean"),
        ((112, 56.8), "sum to 1"),  # not renormalised
        ((112, 113.5), "likelier level"),  # the root in place of the square
        ((112, 106.9), "which power"),  # the cube
        (("mean", "mode"), "give two numbers"),
    ],
)
def test_wrong_sharpened_means(wrong, hint):
    verdict = perception.sharpened_means(wrong)
    assert verdict.right is False and hint in verdict.hint


def test_cost_of_a_sample():
    assert perception.cost_of_a_sample((2, math.sqrt(10**0.1 - 1))).right


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (2, "two numbers"),
        ((1, 0.51), "the mean alone"),
        ((math.sqrt(2), 0.51), "root"),
        ((3, 0.51), "independent draws"),
        ((2, 10**0.1 - 1), "that is s squared"),
        ((2, 1), "falls by 3.01 dB"),
    ],
)
def test_wrong_cost_of_a_sample(wrong, hint):
    verdict = perception.cost_of_a_sample(wrong)
    assert verdict.right is False and hint in verdict.hint


@pytest.mark.parametrize(("shared", "right"), [(27.1, "lower"), (28.04, "equal"), (29.0, "higher")])
def test_shared_colours(shared, right):
    answers = [perception.shared_colours(order, 28.0, shared) for order in perception.ORDERS]
    assert [verdict.answer for verdict in answers if verdict.right] == [right]
    assert "answer with one of" in perception.shared_colours(27.1, 28.0, shared).hint


def by_contrast(image, deviation, seed, power=1):
    """Noise in proportion to the range of brightness within 7 x 7 pixels."""
    gray = image.mean(1, keepdim=True)
    most, least = (sign * F.max_pool2d(sign * gray, 7, 1, 3) for sign in (1, -1))
    weight = (most - least) ** power
    weight = weight / weight.square().mean().sqrt()
    random = torch.Generator().manual_seed(seed)
    noise = torch.randn(image.shape, generator=random)
    return (image + deviation / 255 * weight * noise).clamp(0, 1)


def test_noise_by_contrast():
    assert perception.noise_by_contrast(by_contrast).right


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (add_noise, "the flat half"),
        (lambda image, deviation, seed: None, "give an image"),
        (lambda image, deviation, seed: 255 * by_contrast(image, deviation, seed), "clamp"),
        (lambda image, deviation, seed: by_contrast(image, deviation, 0), "another seed"),
        (lambda *of: by_contrast(*of[:2], torch.seed() % 1000), "the same seed"),
        (lambda image, deviation, seed: by_contrast(image, 3 * deviation, seed), "root mean"),
        (lambda image, deviation, seed: by_contrast(image, 6.0, seed), "half the noise"),
        (lambda image, deviation, seed: by_contrast(image, 1.0, seed), "too few"),
    ],
)
def test_wrong_noise_by_contrast(wrong, hint):
    verdict = perception.noise_by_contrast(wrong)
    assert verdict.right is False and hint in verdict.hint


def test_an_open_gap_is_no_answer():
    def gap(image, deviation, seed):
        raise NotImplementedError

    assert repr(perception.noise_by_contrast(gap)) == "not answered yet"
