"""Antialiased bicubic resampling of one part of an image at a time."""

import math
from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from fcsr.images.region import Box
from fcsr.utils.device import exact

Cut = Callable[[Box], Float[Tensor, "b c h w"]]
"""Gives a box of an image, as floats; so an image need not be there as floats as a whole."""


def resize_box(
    cut: Cut, size: tuple[int, int], wanted: tuple[int, int], box: Box
) -> Float[Tensor, "b c h w"]:
    """A box of what `fcsr.images.resize` makes of an image of `size`, but for rounding."""
    top, bottom, rows = weights(size[0], wanted[0], box.top, box.bottom)
    left, right, columns = weights(size[1], wanted[1], box.left, box.right)
    seen = cut(Box(top, left, bottom, right))
    with exact(seen.device):
        return rows.to(seen.device) @ seen @ columns.T.to(seen.device)


def weights(n: int, wanted: int, begin: int, end: int) -> tuple[int, int, Float[Tensor, "some m"]]:
    """Of an axis of n pixels, from where to where the new ones from `begin` to `end` look.

    And their matrix: a row of weights for each. Where pixels are missing beyond the border,
    those that are there weigh more.
    """
    scale = n / wanted
    stretch = max(1, scale)  # antialiasing: a new pixel covers as much as it stands for
    centre = (np.arange(begin, end) + 0.5) * scale - 0.5
    first = max(0, math.floor(centre[0] - 2 * stretch))
    last = min(n, math.ceil(centre[-1] + 2 * stretch) + 1)
    matrix = cubic((centre[:, None] - np.arange(first, last)) / stretch)
    matrix /= matrix.sum(1, keepdims=True)
    return first, last, torch.from_numpy(matrix.astype(np.float32))


def cubic(x: np.ndarray) -> np.ndarray:
    """Keys, "Cubic convolution interpolation for digital image processing", 1981, eq. (15)."""
    x = np.abs(x)
    near = (1.5 * x - 2.5) * x**2 + 1
    far = ((2.5 - 0.5 * x) * x - 4) * x + 2
    return np.where(x <= 1, near, np.where(x < 2, far, 0))
