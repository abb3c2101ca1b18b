"""Tensors in [0, 1] as 8-bit levels, and as PIL images of them."""

import torch
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor

from fcsr.errors import ImageError
from fcsr.utils.dense import FLOATS, require_dense, require_values


def to_levels(image: Float[Tensor, "*shape"]) -> UInt8[Tensor, "*shape"]:
    """Values in [0, 1] as 8-bit levels 0..255: rounded, and clamped where they lie outside.

    Raises:
        ImageError: the values are no floats.

    Example:
        >>> import fcsr, torch
        >>> fcsr.images.to_levels(torch.tensor([-0.1, 0.1, 1.0]))
        tensor([  0,  26, 255], dtype=torch.uint8)
    """
    _require_floats(image)
    return torch.round(image * 255).clamp(0, 255).to(torch.uint8)


def to_pil(image: Float[Tensor, "..."]) -> Image.Image:
    """One image `(3, H, W)` or `(1, 3, H, W)` in [0, 1] as 8-bit RGB, rounded and clamped.

    Raises:
        ImageError: another shape, no pixels, NaN or infinity, or no floats.

    Example:
        >>> import fcsr, torch
        >>> fcsr.images.to_pil(torch.full((3, 12, 16), 0.5)).getpixel((0, 0))
        (128, 128, 128)
    """
    _require_floats(image)
    require_values(image, "the image")
    single = image[0] if image.ndim == 4 and len(image) == 1 else image
    if single.ndim != 3 or len(single) != 3 or single.numel() == 0:
        raise ImageError(f"give one image (3, H, W) or (1, 3, H, W), not {tuple(image.shape)}")
    if not single.isfinite().all():
        raise ImageError("the image has NaN or infinite values; find their cause")
    return Image.fromarray(to_levels(single).permute(1, 2, 0).contiguous().cpu().numpy())


def _require_floats(image: Tensor) -> None:
    require_dense(image, "the image")
    dtype = image.dtype if isinstance(image, Tensor) else f"a {type(image).__name__}"
    if dtype not in FLOATS:
        cure = "fcsr.images.to_tensor makes such floats of a picture"
        raise ImageError(f"values are {dtype}, not floats in [0, 1]; {cure}")
