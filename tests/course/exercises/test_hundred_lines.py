"""The checks of notebook 03a: the right answer, the typical wrong ones, and none."""

import math

import pytest
import torch
import torch.nn.functional as F

from fcsr import frequency
from fcsr.course.exercises import hundred_lines as exercises

SIGMA = 1.5


def kernel(reach=6, sigma=SIGMA):
    weights = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / sigma) ** 2)
    return weights / weights.sum()


def blur(image, weights, mode="constant", axes=2):
    reach = len(weights) // 2
    for _ in range(axes):
        if mode == "symmetric":
            ends = image[..., :reach].flip(-1), image[..., -reach:].flip(-1)
            image = torch.cat((ends[0], image, ends[1]), -1)
        else:
            image = F.pad(image, (reach, reach, 0, 0), mode=mode)
        image = F.conv2d(image, weights.view(1, 1, 1, -1)).mT
    return image


def rows_only(image):
    return blur(image, kernel(), "symmetric", axes=1).mT


@pytest.mark.parametrize(
    "function, shown",
    [
        (None, "not answered yet"),
        (frequency.Gaussian(SIGMA), "right"),
        (lambda image: blur(image, kernel(), "symmetric"), "right"),
        (lambda image: image, "not yet: a single bright pixel stays"),
        (rows_only, "not yet: a single bright pixel becomes a line"),
        (lambda image: blur(image, 2 * kernel(), "symmetric"), "not yet: inside of a gray image"),
        (lambda image: blur(image, kernel()), "not yet: a gray image gets another gray"),
        (lambda image: blur(image, kernel(reach=3), "symmetric"), "not yet: a bright pixel is"),
        (lambda image: blur(image, kernel(sigma=1.0), "symmetric"), "not yet: a bright pixel is"),
        (lambda image: blur(image, kernel(), "reflect"), "not yet: all is right but the border"),
        (lambda image: image[..., 1:], "not yet: (2, 1, 25, 28) becomes (2, 1, 25, 27)"),
        (lambda image: frequency.Gaussian(SIGMA)(image).mT, "not yet: rows and columns are sw"),
        (lambda image: frequency.Gaussian(SIGMA)(image).double(), "not yet: give float32, not f"),
        (lambda image: image.numpy(), "not yet: give a tensor, not ndarray"),
    ],
)
def test_gaussian(function, shown):
    assert repr(exercises.gaussian(function, SIGMA)).startswith(shown)


@pytest.mark.parametrize("sigma", [0.6, 1.0, 2.5])
def test_gaussian_of_another_width(sigma):
    assert exercises.gaussian(frequency.Gaussian(sigma), sigma).right
    assert not exercises.gaussian(frequency.Gaussian(SIGMA), sigma).right


@pytest.mark.parametrize(
    "answer, shown",
    [
        (None, "not answered yet"),
        (["mean", "median", "mode"], "right"),
        (("mean", "median", "mode"), "right"),
        (["median", "median", "mode"], "not yet: squared error: what number"),
        (["mean", "mean", "mode"], "not yet: absolute error: what number"),
        (["mean", "median", "mean"], "not yet: not exact: what number"),
        (["mean", "average", "mode"], 'not yet: "average" is none of mean, median, mode'),
        (["mean"], "not yet: give a name a measure"),
        ("mean", "not yet: give a name a measure"),
    ],
)
def test_winners(answer, shown):
    assert repr(exercises.winners(answer)).startswith(shown)


@pytest.mark.parametrize(
    "answer, shown",
    [
        (None, "not answered yet"),
        (4.0, "right"),
        (32.0, "not yet: those are kilobits"),
        (4000, "not yet: those are bytes"),
        (2.773, "not yet: a nat is more than a bit"),
        (9.0, "not yet: how many bits"),
        (4000 / 1024, "not yet: a kB has 1000 bytes here"),
        ("4 kB", "not yet: give one number"),
    ],
)
def test_file_size(answer, shown):
    assert repr(exercises.file_size(answer, nats=8 * math.log(2), pixels=4000)).startswith(shown)
