"""Long images are interpolated as exactly as short ones."""

import pytest
import torch

from fcsr import images
from fcsr.frequency import BicubicDownUp
from fcsr.utils.interpolation import LONG, bicubic

PERIOD = 40


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize(("old", "new"), [(1, 2), (2, 1), (4, 5)])
def test_a_pattern_that_repeats_is_still_the_same_at_the_end(wide, old, new, photograph):
    """400,000 pixels later; in float32 it would be blurred and shifted there."""
    period = photograph(1, PERIOD)
    long = period.repeat(1, 1, 1, 10_000)
    size = (1, long.shape[-1] * new // old)
    made = bicubic(long, size) if wide else bicubic(long.mT, size[::-1]).mT
    repeats = made.unflatten(-1, (-1, PERIOD * new // old))[..., 1:-1, :]
    assert made.dtype == long.dtype and repeats.shape[-2] == 9998
    torch.testing.assert_close(repeats[..., -1, :], repeats[..., 0, :], rtol=0, atol=2e-6)


def test_images_and_the_filter_take_it(photograph):
    long = photograph(1, PERIOD).repeat(1, 1, 1, 10_000)
    for made in (images.resize(long, long.shape[-2:]), BicubicDownUp(1.0)(long)):
        assert torch.equal(made, long)
    low = BicubicDownUp(4.0)(long)[..., PERIOD:-PERIOD].unflatten(-1, (-1, PERIOD))
    torch.testing.assert_close(low[..., -1, :], low[..., 0, :], rtol=0, atol=2e-6)


def test_the_exact_way_gives_what_the_fast_one_gives(photograph):
    image = photograph(2, LONG)
    exact = bicubic(torch.cat((image, image[..., -20:]), -1), (3, 2 * LONG + 40))
    fast = bicubic(image[..., -200:], (3, 400))
    torch.testing.assert_close(exact[..., -300:-60], fast[..., -260:-20], rtol=0, atol=1e-5)


def test_gradients_pass_through_long_images():
    image = torch.rand(1, 1, 1, LONG + 1, requires_grad=True)
    bicubic(image, (1, 5000)).sum().backward()
    assert image.grad.sum().item() == pytest.approx(5000, rel=1e-5)
