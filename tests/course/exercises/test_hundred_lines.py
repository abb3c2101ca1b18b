"""The checks of notebook 03a: the right answer, the typical wrong ones, and none."""

import math

import pytest
import torch
import torch.nn.functional as F

from fcsr import frequency, losses
from fcsr.analysis.costs import soft_cross_entropy
from fcsr.course.exercises import hundred_lines as exercises

SIGMA = 1.5
ERRORS = {
    "squared error": {"mean": 1.0, "mode": 3.0, "median": 2.0},
    "wrong": {"mean": 0.9, "mode": 0.8, "median": 0.801},
}


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
        (lambda image: image[..., 1:], "not yet: (1, 1, 25, 25) becomes (1, 1, 25, 24)"),
        (lambda image: image.numpy(), "not yet: give a tensor, not ndarray"),
    ],
)
def test_gaussian(function, shown):
    assert repr(exercises.gaussian(function, SIGMA)).startswith(shown)


@pytest.mark.parametrize("sigma", [0.6, 1.0, 2.5])
def test_gaussian_of_another_width(sigma):
    assert exercises.gaussian(frequency.Gaussian(sigma), sigma).right
    assert not exercises.gaussian(frequency.Gaussian(SIGMA), sigma).right


def by_softmax(logits, levels):
    p = logits.exp() / logits.exp().sum(-1, keepdim=True)
    return -p.gather(-1, levels[..., None].long()).log().mean()


def log_p(logits, levels):
    return logits.log_softmax(-1).gather(-1, levels[..., None].long())


def signed_index(logits, levels):  # fails for uint8
    return -logits.log_softmax(-1).gather(-1, levels[..., None]).mean()


def true_logit(logits, levels):
    return logits.gather(-1, levels[..., None].long()).mean().abs()


@pytest.mark.parametrize(
    "function, shown",
    [
        (None, "not answered yet"),
        (losses.cross_entropy, "right"),
        (lambda logits, levels: -log_p(logits, levels).mean(), "right"),
        (lambda logits, levels: log_p(logits, levels).mean(), "not yet: it is negative"),
        (lambda logits, levels: -log_p(logits, levels).sum(), "not yet: it grows"),
        (lambda logits, levels: -log_p(logits, levels).mean() / math.log(2), "not yet: these are"),
        (lambda logits, levels: -log_p(logits, levels).mean() / 256, "not yet: only the true"),
        (lambda logits, levels: 1 - log_p(logits, levels).exp().mean(), "not yet: that is a prob"),
        (true_logit, "not yet: that is the logit"),
        (lambda logits, levels: logits.square().mean(), "not yet: for these logits it should be"),
        (by_softmax, "not yet: with logits of some thousands"),
        (signed_index, "not yet: RuntimeError"),
        (lambda logits, levels: -log_p(logits, levels), "not yet: give one number"),
        (lambda logits, levels: 5.0, "not yet: give a tensor, not float"),
    ],
)
def test_cross_entropy(function, shown):
    assert repr(exercises.cross_entropy(function)).startswith(shown)


def soft(logits, levels, width, normalise=True):
    distances = (torch.arange(256) - levels[..., None]) / width
    targets = torch.exp(-0.5 * distances.square())
    total = targets.sum(-1, keepdim=True) if normalise else width * math.sqrt(2 * math.pi)
    return -(targets / total * logits.log_softmax(-1)).sum(-1).mean()


@pytest.mark.parametrize(
    "function, shown",
    [
        (None, "not answered yet"),
        (soft_cross_entropy, "right"),
        (soft, "right"),
        (lambda *given: soft(*given, normalise=False), "not yet: with a width of 0.01"),
        (lambda logits, levels, width: losses.cross_entropy(logits, levels), "not yet: the width"),
        (lambda *given: soft(*given) * given[2] ** 0.1, "not yet: with a width of 0.01"),
        (
            lambda logits, levels, width: soft(logits, levels, width, width < 1),
            "not yet: at the levels 0 and 255",
        ),
        (
            lambda logits, levels, width: soft(logits, levels, width) * (1 + (width > 1)),
            "not yet: is each target a distribution",
        ),
    ],
)
def test_soft_cross_entropy(function, shown):
    assert repr(exercises.soft_cross_entropy(function)).startswith(shown)


@pytest.mark.parametrize(
    "answer, shown",
    [
        (None, "not answered yet"),
        (["mean", "mode"], "right"),
        (("mean", "mode"), "right"),
        (["mean", "median"], "right"),  # a tie
        (["mode", "mode"], "not yet: squared error: what number"),
        (["mean", "mean"], "not yet: wrong: what number"),
        (["mean", "average"], 'not yet: "average" is none of mean, median, mode'),
        (["mean"], "not yet: give a name a measure"),
        ("mean", "not yet: give a name a measure"),
    ],
)
def test_winners(answer, shown):
    assert repr(exercises.winners(answer, ERRORS)).startswith(shown)


@pytest.mark.parametrize(
    "answer, shown",
    [
        (None, "not answered yet"),
        (4.0, "right"),
        (32.0, "not yet: those are kilobits"),
        (4000, "not yet: those are bytes"),
        (2.773, "not yet: a nat is more than a bit"),
        (9.0, "not yet: how many bits"),
        ("4 kB", "not yet: TypeError"),
    ],
)
def test_file_size(answer, shown):
    assert repr(exercises.file_size(answer, nats=8 * math.log(2), pixels=4000)).startswith(shown)
