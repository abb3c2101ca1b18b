"""L1, eq. (1) and eq. (2) against values worked out by hand and against torch."""

import math

import pytest
import torch
import torch.nn.functional as F

from fcsr import losses
from fcsr.errors import FcsrError


def test_l1_by_hand():
    sr, hr = torch.tensor([[0.0, 0.5, 1.0]]), torch.tensor([[0.25, 0.5, 0.25]])
    assert losses.l1(sr, hr).item() == pytest.approx((0.25 + 0 + 0.75) / 3)


def test_equation_1_by_hand():
    """Three classes: probabilities 1/2, 1/4, 1/4 with the first true; 1/6, 1/3, 1/2, the last."""
    logits = torch.tensor([[2.0, 1.0, 1.0], [1.0, 2.0, 3.0]]).log()
    loss = losses.cross_entropy(logits, torch.tensor([0, 2]))
    assert loss.item() == pytest.approx((math.log(2) + math.log(2)) / 2)
    loss = losses.cross_entropy(logits, torch.tensor([1, 0]))
    assert loss.item() == pytest.approx((math.log(4) + math.log(6)) / 2)


@pytest.mark.parametrize(
    "levels", [torch.zeros(3, 2, dtype=torch.long), torch.zeros(2, 3)], ids=["shape", "type"]
)
def test_levels_that_are_not_of_the_distributions_are_refused(levels, no_contracts):
    with pytest.raises(FcsrError, match=r"these distributions take whole numbers \(2, 3\)"):
        losses.cross_entropy(torch.zeros(2, 3, 256), levels)


def test_equation_1_is_minus_the_papers_sum_over_one_hot_pixels():
    logits = torch.randn(2, 5, 3, 256)
    levels = torch.randint(0, 256, (2, 5, 3), dtype=torch.uint8)
    one_hot = F.one_hot(levels.long(), 256)
    paper = (one_hot * logits.softmax(-1).log()).sum(-1)
    torch.testing.assert_close(losses.cross_entropy(logits, levels), -paper.mean())
    torch.testing.assert_close(
        losses.cross_entropy(logits, levels), F.cross_entropy(logits.movedim(-1, 1), levels.long())
    )


def test_knowing_nothing_costs_eight_bits():
    loss = losses.cross_entropy(torch.zeros(4, 3, 256), torch.randint(0, 256, (4, 3)))
    assert loss.item() == pytest.approx(8 * math.log(2))


def test_equation_2_by_hand():
    low, hr_low = torch.tensor([0.5, 0.75]), torch.tensor([0.0, 0.5])
    logits = torch.tensor([[2.0, 1.0, 1.0], [1.0, 2.0, 3.0]]).log()
    levels = torch.tensor([0, 1])
    entropy = (math.log(2) + math.log(3)) / 2
    for weight in (0.0, 1.0, 100.0):
        loss = losses.frequency_specific(low, logits, hr_low, levels, weight)
        assert loss.item() == pytest.approx(entropy + weight * (0.25 + 0.0625) / 2)


def test_255_squared_weighs_the_low_band_in_levels():
    low, hr_low = torch.rand(4, 3), torch.rand(4, 3)
    logits, levels = torch.randn(4, 3, 256), torch.randint(0, 256, (4, 3))
    loss = losses.frequency_specific(low, logits, hr_low, levels, weight=255.0**2)
    in_levels = (255 * low - 255 * hr_low).square().mean()
    torch.testing.assert_close(loss, losses.cross_entropy(logits, levels) + in_levels)


def test_each_term_of_equation_2_trains_its_own_band():
    low, logits = torch.rand(4, 3, requires_grad=True), torch.randn(4, 3, 8, requires_grad=True)
    hr_low, levels = torch.rand(4, 3), torch.randint(0, 8, (4, 3))
    losses.frequency_specific(low, logits, hr_low, levels, weight=5.0).backward()
    torch.testing.assert_close(low.grad, 5 * 2 * (low - hr_low).detach() / 12)
    expected = (logits.softmax(-1) - F.one_hot(levels, 8)).detach() / 12
    torch.testing.assert_close(logits.grad, expected)


def test_psnr_is_the_mean_of_each_images():
    hr = torch.zeros(2, 64, 3)
    sr = torch.stack([torch.full((64, 3), 0.1), torch.full((64, 3), 0.01)])
    rough, smooth = -10 * math.log10(0.1**2 + 1e-4), -10 * math.log10(0.01**2 + 1e-4)
    assert losses.psnr(sr, hr).item() == pytest.approx((rough + smooth) / 2, abs=1e-4)
    assert rough == pytest.approx(20, abs=0.1) and smooth == pytest.approx(37, abs=0.1)


def test_psnr_has_a_gradient_where_nothing_is_wrong():
    sr = torch.zeros(1, 4, 3, requires_grad=True)
    losses.psnr(sr, torch.zeros(1, 4, 3)).backward()
    assert torch.equal(sr.grad, torch.zeros_like(sr))


def dotted(scale: float, height: float, side: int = 64) -> torch.Tensor:
    """Noise, and on it a wave that repeats with each LR pixel, its crest between two of HR."""
    noise = torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(0))
    place = torch.arange(side) + 0.3
    wave = torch.cos(2 * math.pi * place / scale)
    return noise + height * wave * wave.unsqueeze(-1)


@pytest.mark.parametrize("scale", [2.0, 2.6, 3.0, 4.0])
def test_the_lattice_is_what_repeats_with_lrs_pixels(scale):
    step = torch.tensor(1 / scale)
    plain, faint, strong = (losses.lattice(dotted(scale, h), step) for h in (0.0, 0.3, 1.0))
    assert 2 * plain < faint < strong
    other = losses.lattice(dotted(scale, 1.0), torch.tensor(1 / (scale + 0.45)))
    assert other < strong / 3


def test_the_lattice_has_a_gradient_that_takes_it_away():
    image = dotted(4.0, 0.5).requires_grad_()
    before = losses.lattice(image, torch.tensor(0.25))
    before.backward()
    moved = image.detach() - image.grad / image.grad.norm()
    assert losses.lattice(moved, torch.tensor(0.25)) < before


def test_an_even_image_has_no_lattice():
    assert losses.lattice(torch.full((1, 3, 32, 32), 0.5), torch.tensor(0.25)) == 0
