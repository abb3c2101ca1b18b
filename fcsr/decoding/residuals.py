"""The high band as classes: how a number with a sign becomes one of 256."""

from jaxtyping import Float, UInt8
from torch import Tensor

from fcsr.images import to_levels

ZERO_RESIDUAL = 128  # the class that stands for a residual of 0


def residual_to_levels(residual: Float[Tensor, "*b"]) -> UInt8[Tensor, "*b"]:
    """Signed high-band values as classes: in 8-bit units, 128 for 0, clamped to 0 … 255.

    >>> import fcsr, torch
    >>> fcsr.decoding.residual_to_levels(torch.tensor([-0.7, -1 / 255, 0.0, 0.7]))
    tensor([  0, 127, 128, 255], dtype=torch.uint8)
    """
    return to_levels(residual + ZERO_RESIDUAL / 255)


def clipped_share(residual: Float[Tensor, "*b"]) -> float:
    """The share of high-band values beyond the 256 classes (0 … 1).

    >>> import fcsr, torch
    >>> fcsr.decoding.clipped_share(torch.tensor([-0.7, 0.0, 0.1, 0.2]))
    0.25
    """
    level = (255 * residual).round() + ZERO_RESIDUAL
    return ((level < 0) | (level > 255)).float().mean().item()
