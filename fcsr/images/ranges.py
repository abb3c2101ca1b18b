"""The range of float images, [0, 1], with one tolerance for pictures and metrics."""

from typing import Any

import numpy as np
from torch import Tensor

from fcsr.errors import ImageError
from fcsr.utils.dense import require_values

TOLERANCE = 1e-6  # a few times the rounding of float32 at 1


def require_unit(image: Tensor, name: str) -> None:
    """Check that floats are finite and lie in [0, 1], but for rounding.

    Args:
        image: values of any shape, one or more.
        name: what the error calls them.

    Raises:
        ImageError: no dense tensor of floats, NaN, infinity, or values that are more than 1e-6
            outside [0, 1].

    Example:
        >>> import torch
        >>> from fcsr.images.ranges import require_unit
        >>> require_unit(torch.tensor([0.0, 1.0000002]), "SR")
        >>> try:
        ...     require_unit(torch.tensor([0.0, 1.00001]), "SR")
        ... except ValueError as error:
        ...     print(error)
        SR ranges from 0 to 1.00001; floats lie in [0, 1]: clip what lies outside
    """
    require_values(image, name)
    low, high = image.detach().aminmax()
    if not (low.isfinite() and high.isfinite()):
        count = image.numel() - int(image.isfinite().sum())
        raise ImageError(f"{name} has NaN or infinity in {count} of its values; find their cause")
    if low < -TOLERANCE or high > 1 + TOLERANCE:
        cure = "scale or clip it" if high > 1.5 else "clip what lies outside"
        if high > 16:  # levels; what is brighter than white goes not so far
            cure = f"divide it by {255 if high <= 255 else 65535}"
        got = f"ranges from {_exact(low)} to {_exact(high)}"
        raise ImageError(f"{name} {got}; floats lie in [0, 1]: {cure}")


def _exact(value: Tensor) -> str:
    """As many digits as tell a value from its neighbours of the same dtype."""
    number: Any = (value.float() if value.itemsize < 4 else value).cpu().numpy()[()]
    return f"{number:g}" if abs(number) >= 1e6 else np.format_float_positional(number, trim="-")
