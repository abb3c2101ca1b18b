"""The checks of eq. (1) and of soft targets, in notebooks 03 and 03a."""

import math

import pytest
import torch

from fcsr import losses
from fcsr.analysis.costs import soft_cross_entropy
from fcsr.course.exercises import classification, hundred_lines
from fcsr.course.exercises import cross_entropies as exercises

pytestmark = pytest.mark.usefixtures("no_contracts")


def by_softmax(logits, levels):
    p = logits.exp() / logits.exp().sum(-1, keepdim=True)
    return -p.gather(-1, levels[..., None].long()).log().mean()


def log_of_softmax(logits, levels):
    return -logits.softmax(-1).log().gather(-1, levels[..., None].long()).mean()


def with_one_maximum(logits, levels):
    return by_softmax(logits - logits.max(), levels)


def of_copied_logits(logits, levels):
    copied = logits.detach().clone().requires_grad_()
    return losses.cross_entropy(copied, levels)


def signed_list(logits, levels):  # bytes as an index are a mask
    flat = logits.flatten(0, -2)
    return -flat.log_softmax(-1)[torch.arange(len(flat)), levels.flatten()].mean()


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
        (lambda logits, levels: -log_p(logits, levels).exp().mean(), "not yet: that is a prob"),
        (lambda logits, levels: -log_p(logits, levels).sum(0).mean(), "not yet: it grows"),
        (lambda logits, levels: -logits.log_softmax(-1).mean(), "not yet: right where all"),
        (true_logit, "not yet: that is the logit"),
        (lambda logits, levels: logits.square().mean(), "not yet: for these logits it should be"),
        (by_softmax, "not yet: with logits of some thousands"),
        (log_of_softmax, "not yet: with logits of some thousands it is not finite"),
        (with_one_maximum, "not yet: with logits of some thousands it is not finite"),
        (signed_index, "not yet: right for levels of the type int64, but they come as uint8"),
        (signed_list, "not yet: right for levels of the type int64, but they come as uint8"),
        (lambda logits, levels: -log_p(logits, levels), "not yet: give one number"),
        (lambda logits, levels: None, "not yet: give a tensor, not NoneType"),
        (lambda *given: losses.cross_entropy(*given).item(), "not yet: no gradient comes back"),
        (lambda *given: losses.cross_entropy(*given).detach(), "not yet: no gradient comes back"),
        (of_copied_logits, "not yet: no gradient comes back"),
        (lambda logits: logits, "not yet: TypeError"),
        (5.0, "not yet: TypeError"),
    ],
)
def test_cross_entropy(function, shown):
    assert repr(exercises.cross_entropy(function)).startswith(shown)


def soft(logits, levels, width, power=2, normalise=True, factor=-0.5):
    distances = (torch.arange(256) - levels[..., None]).abs() / width
    targets = torch.exp(factor * distances**power)
    total = targets.sum(-1, keepdim=True) if normalise else width * math.sqrt(2 * math.pi)
    return -(targets / total * logits.log_softmax(-1)).sum(-1).mean()


def not_normalised(logits, levels, width):
    distances = (torch.arange(256) - levels[..., None]) / width
    targets = torch.exp(-0.5 * distances.square())
    return -(targets * logits.log_softmax(-1)).sum(-1).mean()


@pytest.mark.parametrize(
    "function, shown",
    [
        (None, "not answered yet"),
        (soft_cross_entropy, "right"),
        (soft, "right"),
        (not_normalised, "not yet: with 256 equal logits it should be ln 256, and is 5.01 times"),
        (lambda logits, levels, width: losses.cross_entropy(logits, levels), "not yet: the width"),
        (lambda *given: soft(*given, power=1), "not yet: the targets sum to 1, but have another"),
        (lambda *given: soft(*given, factor=-1), "not yet: the targets sum to 1, but have another"),
        (lambda a, b, width: soft(a, b, width**0.5), "not yet: the targets sum to 1, but have"),
        (
            lambda logits, levels, width: soft(logits, levels, width, normalise=width < 1),
            "not yet: at the levels 0 and 255",
        ),
        (lambda a, b, width: soft(a, b, max(width, 1)), "not yet: with a width of 0.01"),
        (lambda *given: -soft(*given), "not yet: it is negative"),
        (lambda *given: soft(*given) / math.log(2), "not yet: these are bits"),
        (lambda *given: soft(*given) * given[1].numel(), "not yet: it grows with"),
        (lambda *given: soft(*given) / 256, "not yet: only the true level counts"),
        (lambda logits, *given: -logits.mean(), "not yet: that is the logit"),
        (lambda *given: soft(*given).item(), "not yet: no gradient comes back"),
    ],
)
def test_soft_cross_entropy(function, shown):
    assert repr(exercises.soft_cross_entropy(function)).startswith(shown)


def test_both_notebooks_have_the_same_check():
    assert classification.cross_entropy is hundred_lines.cross_entropy is exercises.cross_entropy
    assert hundred_lines.soft_cross_entropy is exercises.soft_cross_entropy
