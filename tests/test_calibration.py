"""fcsr.calibration: coverage against distributions whose truth is known."""

import pytest
import torch

from fcsr import calibration
from fcsr.errors import FcsrError

TEN = torch.full((10,), 1.0)  # ten levels, all alike


def wide_and_narrow() -> torch.Tensor:
    """(2, 256): Laplace distributions around 100, 20 and 2 levels wide."""
    distance = (torch.arange(256) - 100).abs()
    return torch.stack((-distance / 20, -distance / 2))


def test_interval_leaves_out_no_more_than_half_of_the_rest_on_each_side():
    assert [end.item() for end in calibration.interval(TEN, 0.7)] == [1, 8]
    assert [end.item() for end in calibration.interval(TEN, 0.5)] == [2, 7]
    assert [end.item() for end in calibration.interval(TEN, 0.99)] == [0, 9]
    logits = wide_and_narrow()
    first, last = calibration.interval(logits, 0.9)
    for p, low, high in zip(logits.double().softmax(-1), first, last, strict=True):
        assert p[:low].sum() <= 0.05 < p[: low + 1].sum()
        assert p[high + 1 :].sum() <= 0.05 < p[high:].sum()


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_coverage_of_true_distributions_is_the_share_itself(share):
    p = wide_and_narrow().double().softmax(-1)
    logits = p.log()[:, None].expand(2, 256, 256)  # each level once, weighted by hand
    levels = torch.arange(256).expand(2, 256)
    hits = torch.tensor(
        [
            [
                calibration.coverage(logits[k, i : i + 1], levels[k, i : i + 1], share)
                for i in range(256)
            ]
            for k in range(2)
        ]
    )
    torch.testing.assert_close((p * hits).sum(-1), torch.full((2,), share).double())


def test_coverage_tells_too_narrow_from_too_wide():
    wide, narrow = wide_and_narrow()
    levels = torch.distributions.Categorical(logits=wide).sample((2000,))
    assert calibration.coverage(narrow.expand(2000, -1), levels, 0.5) < 0.2
    levels = torch.distributions.Categorical(logits=narrow).sample((2000,))
    assert calibration.coverage(wide.expand(2000, -1), levels, 0.5) > 0.9


def test_a_level_at_the_end_of_the_interval_counts_in_part():
    levels = torch.tensor([2])
    assert calibration.coverage(TEN[None], levels, 0.6) == pytest.approx(1)
    assert calibration.coverage(TEN[None], levels, 0.5) == pytest.approx(0.5)
    assert calibration.coverage(TEN[None], levels, 0.2) == 0


def test_what_a_distribution_rules_out_is_never_inside():
    certain = torch.full((1, 256), -2000.0)
    certain[0, 7] = 0
    assert calibration.coverage(certain, torch.tensor([200]), 0.99) == 0
    assert calibration.coverage(certain, torch.tensor([7]), 0.3) == pytest.approx(0.3)


@pytest.mark.parametrize("share", [0, 1, -0.1, 90, float("nan")])
def test_other_shares_are_refused(share):
    with pytest.raises(FcsrError, match=f"share is {share}"):
        calibration.interval(TEN, share)
    with pytest.raises(FcsrError, match=f"share is {share}"):
        calibration.coverage(TEN[None], torch.tensor([1]), share)
