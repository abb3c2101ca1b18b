"""Other costs of classes than cross-entropy, against sums written out."""

import math

import pytest
import torch

from fcsr import losses
from fcsr.analysis.costs import rebalanced_cross_entropy, soft_cross_entropy

LEVELS = torch.tensor([[0, 3, 3], [200, 255, 3]], dtype=torch.uint8)


@pytest.fixture
def logits():
    return torch.randn(2, 3, 256, generator=torch.Generator().manual_seed(0))


def test_soft_targets_weigh_the_levels_around_the_true_one(logits):
    expected = 0.0
    for level, nats in zip(LEVELS.flatten(), -logits.log_softmax(-1).flatten(0, 1), strict=True):
        shares = [math.exp(-((k - int(level)) ** 2) / (2 * 0.75**2)) for k in range(256)]
        expected += sum(share / sum(shares) * nats[k] for k, share in enumerate(shares)) / 6
    torch.testing.assert_close(soft_cross_entropy(logits, LEVELS, width=0.75), expected)


def test_soft_targets_without_width_are_cross_entropy(logits):
    narrow = soft_cross_entropy(logits, LEVELS, width=0.05)
    torch.testing.assert_close(narrow, losses.cross_entropy(logits, LEVELS))


def test_a_rare_class_weighs_more(logits):
    levels = torch.full((100,), 10)
    levels[0] = 200
    logits = torch.zeros(100, 256)
    logits[0, 200] = 5.0  # the rare one is known
    known = 5.5452 - rebalanced_cross_entropy(logits, levels)
    logits = torch.zeros(100, 256)
    logits[1, 10] = 5.0  # one of the many is known
    assert known > 8 * (5.5452 - rebalanced_cross_entropy(logits, levels))


def test_classes_of_one_frequency_weigh_the_same():
    levels = torch.arange(256).repeat(2)
    logits = torch.randn(512, 256, generator=torch.Generator().manual_seed(0))
    even = rebalanced_cross_entropy(logits, levels)
    torch.testing.assert_close(even, losses.cross_entropy(logits, levels), rtol=0.01, atol=0)
