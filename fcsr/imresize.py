"""How the benchmark sets' LR images were made: MATLAB's `imresize`, bit for bit.

`fcsr.images.resize` is faster and differs at the border only; this one is for LR images that
shall be like the sets' own.
"""

import numpy as np
from PIL import Image

from fcsr.errors import ImageError


def imresize(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """8-bit RGB, smaller by antialiased bicubic, as `imresize` of MATLAB makes it.

    Rows come first, then columns, each rounded to 8 bits; pixels beyond the border repeat it.
    So it gives all LR images of Set5, Set14 and B100 at x2, x3 and x4, and Urban100's at x4, to
    the last bit (tested). MATLAB takes the direction that shrinks more first; here that is
    rows, unless columns shrink more.

    Args:
        image: the HR image, cropped to a whole multiple of the scale.
        size: (height, width), not larger than the image's.

    Raises ImageError for a size that is none, or larger.
    """
    height, width = size
    if not (0 < height <= image.height and 0 < width <= image.width):
        raise ImageError(f"cannot make {height} x {width} of {image.height} x {image.width} pixels")
    pixels = np.asarray(image.convert("RGB"), dtype=np.float64)
    passes = [(height / image.height, 0, height), (width / image.width, 1, width)]
    for _, axis, length in sorted(passes, key=lambda one: one[0]):
        weights = _weights(pixels.shape[axis], length)
        pixels = np.moveaxis(np.tensordot(weights, pixels, (1, axis)), 0, axis)
        pixels = np.floor(pixels.clip(0, 255) + 0.5)
    return Image.fromarray(pixels.astype(np.uint8))


def _weights(length: int, smaller: int) -> np.ndarray:
    """The (smaller, length) matrix of one pass: Keys's cubic (a = -1/2), stretched by the scale."""
    scale = length / smaller
    centre = (np.arange(smaller) + 0.5) * scale - 0.5
    first = np.floor(centre - 2 * scale).astype(int)
    taps = first[:, None] + np.arange(int(np.ceil(4 * scale)) + 2)  # (smaller, taps)
    weights = _cubic((centre[:, None] - taps) / scale)
    weights /= weights.sum(1, keepdims=True)
    matrix = np.zeros((smaller, length))
    rows = np.arange(smaller)[:, None]
    np.add.at(matrix, (rows, taps.clip(0, length - 1)), weights)
    return matrix


def _cubic(x: np.ndarray) -> np.ndarray:
    """Keys, "Cubic convolution interpolation for digital image processing", 1981, eq. (15)."""
    x = np.abs(x)
    near = (1.5 * x - 2.5) * x**2 + 1
    far = ((2.5 - 0.5 * x) * x - 4) * x + 2
    return np.where(x <= 1, near, np.where(x < 2, far, 0))
