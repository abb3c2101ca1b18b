"""MATLAB's `imresize`, bit for bit, which made the LR images of the benchmark sets.

For LR images that shall be like the sets' own. `fcsr.images.resize` is for everything else: it
rounds nothing in between and weighs the border differently, so that 11 to 15 % of the values of an
8-bit LR image differ, most of them by one level.
"""

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from fcsr.errors import ImageError
from fcsr.images.convert import to_tensor
from fcsr.images.levels import to_pil
from fcsr.images.resampling import cubic

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def imresize(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Antialiased bicubic downscaling of 8-bit RGB, as MATLAB's `imresize` makes it.

    The axis that shrinks more comes first, rows if both shrink alike; each of the two passes is
    rounded to 8 bits; pixels beyond the border repeat it (today's MATLAB mirrors them, the one that
    made the sets did not). This reproduces all 27 million values of the LR images of Set5, Set14
    and B100 at x2, x3 and x4 and of Urban100's first 20 at x4 exactly.

    Args:
        image: HR, cropped to LR times scale.
        size: (height, width) of LR, not larger than the image's.

    Raises:
        ImageError: a size that is below 1, or larger than the image.

    Example:
        >>> import fcsr
        >>> hr = fcsr.images.sample("coffee").crop((0, 0, 16, 12))
        >>> fcsr.images.imresize(hr, (3, 4)).size
        (4, 3)
    """
    height, width = size
    image = to_pil(to_tensor(image))
    if not (0 < height <= image.height and 0 < width <= image.width):
        raise ImageError(f"cannot make {height} x {width} of {image.height} x {image.width} pixels")
    levels = np.asarray(image)
    passes = [(height / image.height, 0, height), (width / image.width, 1, width)]
    for _, axis, length in sorted(passes):
        levels = _reduce(levels, axis, length)
    return Image.fromarray(levels.astype(np.uint8))


def _reduce(levels: np.ndarray, axis: int, length: int) -> np.ndarray:
    """One pass: levels with another length along one axis, rounded (halves up)."""
    lines = np.moveaxis(levels, axis, 0)
    reduced = _weights(len(lines), length) @ lines.reshape(len(lines), -1)
    reduced = np.floor(reduced.clip(0, 255) + 0.5).reshape(length, *lines.shape[1:])
    return np.moveaxis(reduced, 0, axis)


def _weights(length: int, smaller: int) -> "csr_array":
    """The (smaller, length) matrix of one pass: Keys's cubic (a = -1/2), stretched by the scale.

    Sparse, because its sums then have a fixed order: those of a dense product differ in their last
    bits from machine to machine, which is enough to round a half the other way.
    """
    from scipy.sparse import coo_array

    scale = length / smaller
    centre = (np.arange(smaller) + 0.5) * scale - 0.5
    first = np.floor(centre - 2 * scale).astype(int)
    taps = first[:, None] + np.arange(int(np.ceil(4 * scale)) + 2)  # (smaller, taps)
    weights = cubic((centre[:, None] - taps) / scale)
    weights /= weights.sum(1, keepdims=True)
    rows = np.broadcast_to(np.arange(smaller)[:, None], taps.shape)
    inside = taps.clip(0, length - 1)
    entries = (weights.ravel(), (rows.ravel(), inside.ravel()))
    return coo_array(entries).tocsr()
