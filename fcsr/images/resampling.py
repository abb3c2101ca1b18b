"""Antialiased bicubic resampling, of a whole image or of one region at a time."""

import math
from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from fcsr.errors import ImageError
from fcsr.images.region import Region
from fcsr.utils.dense import require_floats
from fcsr.utils.device import no_autocast
from fcsr.utils.interpolation import bicubic

Cut = Callable[[Region], Float[Tensor, "b c h w"]]
"""Gives a region of an image as floats, so that the whole image need not be in floats."""


def resize(
    image: Float[Tensor, "b c h w"], size: tuple[int, int]
) -> Float[Tensor, "b c new_h new_w"]:
    """Antialiased bicubic resampling to `size = (H, W)`.

    As MATLAB's imresize, but for the border and the rounding between its two passes; see
    `imresize`. Bicubic overshoots at edges: the result may leave [0, 1] a little, it is not
    clamped.

    Raises:
        ImageError: a height or width below 1, or no dense tensor of floats.

    Example:
        >>> import fcsr, torch
        >>> fcsr.images.resize(torch.zeros(1, 3, 12, 16), (30, 40)).shape
        torch.Size([1, 3, 30, 40])
    """
    require_floats(image, "the image")
    if min(size) < 1:
        raise ImageError(f"cannot resize to {size}: height and width must be at least 1")
    height, width = size
    if width == 1 < height:  # torch 2.13 mistakes the memory layout of such an image
        return resize(image.mT, (1, height)).mT
    return bicubic(image, size)


def resize_region(
    cut: Cut, size: tuple[int, int], wanted: tuple[int, int], region: Region
) -> Float[Tensor, "b c h w"]:
    """A region of what `fcsr.images.resize` makes of an image of `size`, but for rounding."""
    top, bottom, rows = weights(size[0], wanted[0], region.top, region.bottom)
    left, right, columns = weights(size[1], wanted[1], region.left, region.right)
    source = cut(Region(top, left, bottom, right))
    with no_autocast(source.device):
        return rows.to(source.device) @ source @ columns.T.to(source.device)


def weights(n: int, wanted: int, begin: int, end: int) -> tuple[int, int, Float[Tensor, "some m"]]:
    """The weights that make the new pixels `begin` to `end`, of `wanted`, of an axis of n pixels.

    Returns the first and the last (exclusive) of the old pixels that they depend on, and a matrix
    with a row of weights for each new pixel. At the border, where old pixels are missing, the
    others weigh more.
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
