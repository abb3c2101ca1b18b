"""L1, eq. (1) and eq. (2) against values worked out by hand and against torch."""

import itertools
import math

import numpy as np
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


def test_psnr_is_of_all_pixels_and_colours_of_an_image():
    sr, hr = torch.rand(2, 4, 9, 3, generator=torch.Generator().manual_seed(0))
    for most in (40.0, 15.0):
        each = [
            -10 * math.log10(np.mean((of_sr - of_hr) ** 2) + 10 ** (-most / 10))
            for of_sr, of_hr in zip(sr.double().numpy(), hr.double().numpy(), strict=True)
        ]
        assert losses.psnr(sr, hr, most).item() == pytest.approx(np.mean(each), abs=1e-4)


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


def lattice_by_hand(squares: np.ndarray, step: float) -> float:
    """One frequency after the other, each by the sum that defines it: (b, 3, h, h) -> nats."""
    side = squares.shape[-1]
    place = np.arange(side)
    window = np.sin(np.pi * place / side) ** 2
    squares = squares - squares.mean((-2, -1), keepdims=True)

    def power(row, column):
        waves = [window * np.exp(2j * np.pi * f * place) for f in (row, column)]
        return abs((squares * np.outer(*waves)).sum((-2, -1))) ** 2 + (side / 255) ** 2

    total = 0.0
    for row, column in itertools.product(range(-2, 3), repeat=2):
        if (row, column) != (0, 0):  # on an axis, what is nearby lies on it, too
            near = [(-4, -3, 0, 3, 4) if multiple else (0,) for multiple in (row, column)]
            nearby = [
                power(row * step + y / side, column * step + x / side)
                for y, x in itertools.product(*near)
                if (y, x) != (0, 0)
            ]
            ratio = (power(row * step, column * step) / np.mean(nearby, axis=0)).mean()
            total += max(0.0, math.log(ratio))
    return total / 24


@pytest.mark.parametrize(("scale", "side"), [(2.6, 48), (4.0, 64), (3.0, 45)])
def test_the_lattice_is_the_sum_that_defines_it(scale, side):
    """Of rows and columns that differ, and of colours with dots of other heights."""
    squares = dotted(scale, 0.4, side) + 0.2 * dotted(scale / 2, 0.5, side)[..., :1]
    squares[:, 1] *= 3
    found = losses.lattice(squares, torch.tensor(1 / scale))
    expected = lattice_by_hand(squares.double().numpy(), 1 / scale)
    assert 0.05 < expected == pytest.approx(found.item(), rel=1e-4)


def test_what_no_eye_sees_is_no_lattice():
    """Dots of a hundredth of an 8-bit level; beside them the floor is what counts."""
    flat = torch.full((1, 3, 64, 64), 0.5)
    flat[..., ::4, ::4] += 0.01 / 255
    expected = lattice_by_hand(flat.double().numpy(), 0.25)
    found = losses.lattice(flat, torch.tensor(0.25)).item()
    assert found == pytest.approx(expected, rel=0.02) and found < 0.01


def test_the_lattice_has_a_gradient_that_takes_it_away():
    image = dotted(4.0, 0.5).requires_grad_()
    before = losses.lattice(image, torch.tensor(0.25))
    before.backward()
    moved = image.detach() - image.grad / image.grad.norm()
    assert losses.lattice(moved, torch.tensor(0.25)) < before


def test_an_even_image_has_no_lattice():
    assert losses.lattice(torch.full((1, 3, 32, 32), 0.5), torch.tensor(0.25)) == 0
