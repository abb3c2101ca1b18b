"""Tensors become 8-bit pictures: rounded, clamped, and no others."""

import pytest
import torch
from pictures import picture

from fcsr import images
from fcsr.errors import ImageError


@pytest.mark.parametrize("batch", [(), (1,)])
def test_to_pil_inverts_to_tensor(batch):
    image = picture("RGB")
    tensor = images.to_tensor(image).reshape(*batch, 3, 5, 7)
    assert images.to_pil(tensor) == image


@pytest.mark.parametrize("shape", [(2, 3, 4, 4), (1, 4, 4), (4, 4), (3, 0, 4), (1, 1, 3, 4, 4)])
def test_to_pil_refuses_other_shapes(shape):
    with pytest.raises(ImageError, match=r"give one image \(3, H, W\)"):
        images.to_pil(torch.zeros(shape))


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_to_pil_refuses_nan(value):
    with pytest.raises(ImageError, match="NaN or infinite"):
        images.to_pil(torch.full((3, 2, 2), value))


def test_levels_are_rounded_and_clamped():
    levels = images.to_levels(torch.tensor([-1.0, 0.4, 0.6, 99.4, 99.6, 254.6, 300.0]) / 255)
    assert levels.dtype == torch.uint8
    assert levels.tolist() == [0, 0, 1, 99, 100, 255, 255]


@pytest.mark.parametrize("function", [images.to_pil, images.to_levels])
@pytest.mark.parametrize("dtype", [torch.uint8, torch.uint16, torch.bool])
def test_what_is_no_float_is_not_made_to_levels(function, dtype, no_contracts):
    with pytest.raises(ImageError, match=f"values are {dtype}, not floats"):
        function(torch.ones(3, 4, 5, dtype=dtype))
