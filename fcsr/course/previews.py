"""A square of a photograph, and windows of its SR: no more than is to be seen.

A view that follows a slider cannot upscale whole images. It encodes one once, and then queries the
models for the pixels of a window only, at any scale.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from fcsr import decoding, images, models
from fcsr.course.language import drawn as _
from fcsr.decoding import Decode
from fcsr.errors import FcsrError, ImageError
from fcsr.images import Region, whole
from fcsr.models import ContinuousModel, Encoded, Estimate, grid

MIN_SIDE = 64  # pixels a side of a photograph: its LR image, of 16, still shows something
WINDOW = 128  # pixels a side that models are queried for: it takes less than a second
SHRINK = 4  # how much smaller than the photograph a network's input is


def square(photograph: Image.Image, largest: int) -> Image.Image:
    """The largest square in the middle, upright 8-bit RGB, at most `largest` pixels a side.

    Raises ImageError for what is no image and for one with less than `MIN_SIDE` pixels a side.
    """
    rgb = images.to_tensor(photograph)
    height, width = rgb.shape[-2:]
    side = min(height, width)
    if side < MIN_SIDE:
        least = f"{MIN_SIDE} x {MIN_SIDE}"
        raise ImageError(f"a photograph of {width} x {height} pixels is too small; give {least}")
    top, left = (height - side) // 2, (width - side) // 2
    rgb = Region(top, left, top + side, left + side).cut(rgb)
    return images.to_pil(images.resize(rgb, (largest, largest)) if side > largest else rgb)


def pair(
    photograph: Image.Image, largest: int
) -> tuple[Float[Tensor, "1 3 h h"], Float[Tensor, "1 3 k k"]]:
    """HR and the LR that a camera with `SHRINK` times less resolution would have kept."""
    hr = images.to_tensor(square(photograph, largest))
    side = hr.shape[-1] // SHRINK
    hr = whole((SHRINK * side, SHRINK * side)).cut(hr)
    lr = images.to_pil(images.resize(hr, (side, side)))  # 8 bits, as cameras keep
    return hr, images.to_tensor(lr)


def most_contrast(hr: Float[Tensor, "1 3 h w"]) -> tuple[int, int]:
    """Row and column of the pixel around which 9 x 9 pixels differ most, not too near the border.

    Example:
        >>> import torch
        >>> from fcsr.course import previews
        >>> hr = torch.zeros(1, 3, 64, 64)
        >>> hr[..., 40:] = 1
        >>> previews.most_contrast(hr)
        (16, 39)
    """
    gray = hr.mean(1, keepdim=True)
    mean, square = (F.avg_pool2d(level, 9, stride=1) for level in (gray, gray.square()))
    inner = (square - mean.square())[0, 0, 12:-12, 12:-12]
    row, column = divmod(int(inner.argmax()), inner.shape[1])
    return row + 16, column + 16


def crop_box(box: tuple[int, int, int], *pictures: Image.Image) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of a box (top, left, side) that must lie in all pictures.

    Raises ImageError where it does not.
    """
    top, left, side = box
    width, height = (min(lengths) for lengths in zip(*(p.size for p in pictures), strict=True))
    if min(top, left) < 0 or side < 1 or top + side > height or left + side > width:
        raise ImageError(
            f"a square of {side} pixels at ({top}, {left}) does not lie in {height} x {width} "
            "pixels; give (top, left, side) within the picture"
        )
    return left, top, left + side, top + side


@torch.no_grad()
def encode(name: str, lr: Float[Tensor, "1 3 h w"]) -> tuple[ContinuousModel, Encoded]:
    """A model by its name, and an image as it encodes it."""
    model = models.load(name)
    return model, model.encode(lr)


def window(side: int, down: float, across: float) -> Region:
    """A square, at most `WINDOW` pixels a side, of an image of `side`."""
    if not (0 <= down <= 1 and 0 <= across <= 1):
        raise FcsrError(f"down is {down} and across is {across}; both go from 0 to 1")
    width = min(WINDOW, side)
    top, left = (round(share * (side - width)) for share in (down, across))
    return Region(top, left, top + width, left + width)


@torch.no_grad()
def estimate(model: ContinuousModel, encoded: Encoded, side: int, window: Region) -> Estimate:
    """The model's estimate of a window's pixels, (1, Q, ...), in an image of `side`."""
    coord = grid((side, side), encoded.image.device, window).reshape(1, -1, 2)
    return model.estimate(encoded, coord, torch.full_like(coord, 2 / side))


@torch.no_grad()
def decode(
    model: ContinuousModel, estimate: Estimate, way: str | Decode | None = None
) -> Float[Tensor, "1 3 h h"]:
    """An estimate of a square window as an image (1, 3, h, h)."""
    rgb = model.decode(model.outputs(estimate), way)
    return rgb.transpose(1, 2).unflatten(2, (math.isqrt(rgb.shape[1]), -1))


def decoded_levels(logits: Tensor, truth: tuple[int, int, int]) -> list[str]:
    """For each colour, the mode, mean and median of its logits (3, 256), and the truth."""
    ways = (decoding.mode, decoding.mean, decoding.median)
    levels = np.stack([way(logits).numpy().round().astype(int) for way in ways], axis=1)
    words = _("mode {mode}, mean {mean}, median {median}, truth {truth}")
    return [
        words.format(mode=mode, mean=mean, median=median, truth=value)
        for (mode, mean, median), value in zip(levels, truth, strict=True)
    ]
