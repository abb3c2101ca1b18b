"""The checks of notebook 01 know right answers from the usual wrong ones."""

import math

import pytest
import torch

from fcsr import frequency
from fcsr.course.exercises import frequencies


def weights(sigma, reach=4):
    distance = torch.arange(-math.ceil(reach * sigma), math.ceil(reach * sigma) + 1)
    return torch.exp(-(distance**2) / (2 * sigma**2))


def blur(image, weight, axes=(2, 3)):
    reach = len(weight) // 2
    for axis in axes:
        size = image.shape[axis]
        parts = (image.narrow(axis, 0, reach).flip(axis), image)
        image = torch.cat((*parts, image.narrow(axis, size - reach, reach).flip(axis)), axis)
        image = sum(w * image.narrow(axis, i, size) for i, w in enumerate(weight))
    return image


def right(image, sigma):
    return blur(image, weights(sigma) / weights(sigma).sum())


@pytest.mark.parametrize("answer", [right, lambda image, sigma: frequency.Gaussian(sigma)(image)])
def test_a_gaussian(answer):
    assert frequencies.gaussian(answer).right


def not_normalised(image, sigma):
    return blur(image, weights(sigma))


def one_direction(image, sigma):
    return blur(image, weights(sigma) / weights(sigma).sum(), axes=(3,))


def variance_for_deviation(image, sigma):
    return right(image, sigma**0.5)


def without_the_half(image, sigma):
    return right(image, sigma / 2**0.5)


def too_short(image, sigma):
    return blur(image, weights(sigma, 1) / weights(sigma, 1).sum())


def shifted(image, sigma):
    return right(image, sigma).roll(1, 3)


def wrapped(image, sigma):
    weight = weights(sigma) / weights(sigma).sum()
    reach = len(weight) // 2
    for axis in (2, 3):
        image = sum(w * image.roll(i - reach, axis) for i, w in enumerate(weight))
    return image


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (not_normalised, "what do the weights add up to?"),
        (one_direction, "rows and columns, both"),
        (variance_for_deviation, "a standard deviation of 0.89"),
        (without_the_half, "a standard deviation of 0.5"),
        (too_short, "a standard deviation of 0."),
        (shifted, "a peak 1.0 pixels beside it: does the window stand around its pixel?"),
        (wrapped, "right inside, but not at the border"),
        (lambda image, sigma: image, "must become a peak"),
        (lambda image, sigma: image[..., 1:, 1:], "must keep their size"),
        (lambda image, sigma: 1.0, "a tensor"),
        (1.5, "write a function"),
        (lambda image, sigma: frequency.Box(2)(image), "a standard deviation of 1.41"),
        (lambda image, sigma: image / 0, "not yet"),
    ],
)
def test_what_is_no_gaussian(answer, part):
    assert frequencies.gaussian(answer).right is False
    assert part in repr(frequencies.gaussian(answer))


def test_a_gap():
    def open_gap(image, sigma):
        raise NotImplementedError("write this function")

    assert repr(frequencies.gaussian(open_gap)) == "not answered yet"


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (None, "not answered yet"),
        ((200, 16384), "right"),
        ([200.0, 128**2], "right"),
        ((torch.tensor(200.0), torch.tensor(16384)), "right"),
        ((torch.tensor([200.0, 0.0]), 16384), "two numbers"),
        ((400, 16384), "mean of a squared cosine"),
        ((20, 16384), "do not have 20"),
        ((200, 128), "mean of squares"),
        ((200, 0), "the gray is a wave, too"),
        ((200, 16584), "does not have 16584"),
        (200, "two numbers"),
        (("200", 1), "two numbers"),
    ],
)
def test_energies(answer, part):
    assert part in repr(frequencies.energies(answer))


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (lambda scale: scale * math.sqrt(2 * math.log(2)) / math.pi, "right"),
        (lambda scale: 0.375 * scale, "right"),
        (lambda scale: 1.5, "at x2 the gain at the limit is 0.06"),
        (lambda scale: scale * math.sqrt(2 * math.log10(2)) / math.pi, "0.79"),
        (lambda scale: None, "a number of pixels"),
        (lambda scale: -1.0, "above 0"),
        (0.375, "write a function"),
    ],
)
def test_sigma(answer, part):
    assert part in repr(frequencies.sigma_for(answer))


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (None, "not answered yet"),
        ((1, 2), "right"),
        ((0.9, 2.1), "right"),
        ((0.0, 2.0), "does a mirror change"),
        ((1.0, 1.0), "wrong is higher"),
        ((1.0, 3.0), "wrong is lower"),
        ((97, 198), "as shares"),
        (1.0, "two numbers"),
    ],
)
def test_kept_and_wrong(answer, part):
    assert part in repr(frequencies.kept_and_wrong(answer, measured=(0.97, 1.98)))
