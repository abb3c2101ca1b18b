"""One range of floats, with one tolerance, for pictures and for metrics."""

import numpy as np
import pytest
import torch

import fcsr
from fcsr import images, metrics
from fcsr.errors import ImageError
from fcsr.images.ranges import TOLERANCE, require_unit

TAKERS = {
    "unpack": images.unpack,
    "psnr": lambda image: metrics.psnr(image, torch.zeros(3, 64, 64)),
    "lattice": lambda image: metrics.lattice(image, 2),
    "upscale": lambda image: fcsr.upscale(image, 1, model="bicubic", progress=False),
}


def image(value) -> torch.Tensor:
    result = torch.full((3, 64, 64), 0.5)
    result[0, 0, 0] = value
    return result


@pytest.mark.parametrize("take", TAKERS.values(), ids=TAKERS)
@pytest.mark.parametrize("value", [1.0000002, -0.0000002, 1 + TOLERANCE / 2])
def test_rounding_is_tolerated_everywhere(take, value):
    take(image(value))


@pytest.mark.parametrize("take", TAKERS.values(), ids=TAKERS)
@pytest.mark.parametrize("value", [1.00001, -0.00001, 3.0, float("nan"), float("inf")])
def test_more_is_refused_everywhere(take, value):
    with pytest.raises(ImageError, match=r"floats lie in \[0, 1\]|NaN or infinity in 1 of its"):
        take(image(value))


@pytest.mark.parametrize(
    ("dtype", "value", "shown"),
    [
        (torch.float32, 1.0000014, "1.0000014"),
        (torch.float64, 1.00001000000001, "1.00001000000001"),
        (torch.float16, 1.001, "1.0009766"),
        (torch.bfloat16, 1.01, "1.0078125"),
        (torch.float32, 1e30, "1e+30"),
    ],
)
def test_the_message_shows_by_how_much(dtype, value, shown):
    with pytest.raises(ImageError, match=rf"it ranges from 0 to {shown.replace('+', '.')};"):
        require_unit(torch.tensor([0, value], dtype=dtype), "it")


@pytest.mark.parametrize(("high", "divisor"), [(17, 255), (255, 255), (256, 65535)])
def test_levels_as_floats_are_told_by_what_to_divide(high, divisor):
    with pytest.raises(ImageError, match=f"divide it by {divisor}$"):
        images.unpack(np.array([[0.0, high]]))


@pytest.mark.parametrize("high", [2, 3.98, 16])
def test_what_is_brighter_than_white_is_not_to_be_divided_by_255(high):
    with pytest.raises(ImageError, match=r"scale or clip it$"):
        images.unpack(np.array([[0.0, high]]))
