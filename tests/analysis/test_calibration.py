"""Uncertainties against distributions and errors whose truth is known."""

import itertools
import math

import pytest
import torch

from fcsr import decoding, losses
from fcsr.analysis import calibration
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


def test_entropy_by_hand():
    p = torch.tensor([[0.5, 0.25, 0.125, 0.125], [0.25, 0.25, 0.25, 0.25], [1, 0, 0, 0]])
    bits = calibration.entropy(p.log())  # with logits of -infinity
    torch.testing.assert_close(bits, torch.tensor([1.75, 2, 0]))
    assert calibration.entropy(TEN).item() == pytest.approx(math.log2(10))
    assert calibration.entropy(TEN.half()).dtype == torch.float16


def counted(p: list[int], t: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Levels that occur as often as `p` says, and logits that predict so when divided by t."""
    levels = torch.arange(len(p)).repeat_interleave(torch.tensor(p))
    return t * torch.tensor(p).log().expand(len(levels), -1), levels


@pytest.mark.parametrize("t", [0.2, 1.0, 2.5])
def test_temperature_is_that_of_which_the_counts_are_true(t):
    assert calibration.temperature(*counted([8, 4, 2, 2], t)) == pytest.approx(t, rel=1e-3)


def test_no_other_temperature_is_likelier():
    torch.manual_seed(0)
    logits, levels = 4 * torch.randn(50, 3, 6), torch.randint(6, (50, 3))
    logits.scatter_add_(-1, levels[..., None], torch.full((50, 3, 1), 4.0))
    found = calibration.temperature(logits, levels)
    tried = [k / 100 for k in range(20, 800)]
    nats = [losses.cross_entropy(logits / t, levels).item() for t in tried]
    assert found == pytest.approx(tried[nats.index(min(nats))], abs=0.02)


def test_a_temperature_is_the_inverse_of_a_sharpness():
    logits = wide_and_narrow()
    by_sharpness = decoding.sharpened_mean(logits, sharpness=1 / 2.5)
    torch.testing.assert_close(decoding.mean(logits / 2.5), by_sharpness)


def test_where_no_temperature_is_the_likeliest_it_is_refused():
    logits = torch.tensor([[0.0, 1.0, 2.0]])
    impossible = torch.tensor([[0.0, 0.0, -torch.inf]])
    for case, level in ((logits, 2), (logits, 0), (0 * logits, 1), (impossible, 2)):
        with pytest.raises(FcsrError, match=r"no temperature from 0\.05 to 20"):
            calibration.temperature(case, torch.tensor([level]))
    with pytest.raises(FcsrError, match="these 0 values"):
        calibration.temperature(torch.zeros(0, 3), torch.zeros(0, dtype=torch.long))


def test_sparsification_by_hand():
    uncertainty, error = torch.tensor([3.0, 1, 2]), torch.tensor([7.0, 3, 2])
    curve = calibration.sparsification(uncertainty, error)
    torch.testing.assert_close(curve, torch.tensor([4, 2.5, 3]).double())
    # the best: 4, 2.5, 2; so a third of a mean error of 4 levels, over three points
    assert calibration.sparsification_error(uncertainty, error) == pytest.approx(1 / 12)
    assert calibration.sparsification_error(100 * uncertainty.exp(), error) == pytest.approx(1 / 12)
    assert calibration.sparsification_error(error, error) == 0


def test_equal_uncertainties_are_taken_in_every_order_alike():
    uncertainty, error = torch.tensor([2.0, 1, 2, 1, 2]), torch.tensor([9.0, 1, 0, 5, 3])
    curves = []
    for order in itertools.permutations(range(5)):
        taken = sorted(order, key=lambda k: -uncertainty[k])  # sorted keeps the order of equals
        left = [[error[k].item() for k in taken[n:]] for n in range(5)]
        curves.append([sum(errors) / len(errors) for errors in left])
    mean = torch.tensor(curves, dtype=torch.float64).mean(0)
    torch.testing.assert_close(calibration.sparsification(uncertainty, error), mean)


def test_sparsification_needs_uncertainties_and_errors():
    one = torch.ones(1)
    with pytest.raises(FcsrError, match="of 0 uncertainties 0 are NaN"):
        calibration.sparsification(one[:0], one[:0])
    with pytest.raises(FcsrError, match="of 1 uncertainties 1 are NaN"):
        calibration.sparsification(one * math.nan, one)
    with pytest.raises(FcsrError, match=r"the mean error is 0\.0"):
        calibration.sparsification_error(one, 0 * one)
