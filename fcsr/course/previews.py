"""A square of a photograph, and windows of what models make of it: no more than is to be seen.

A view that follows a slider cannot upscale whole images. It encodes one once, and then asks the
models for the pixels of a window only, at any scale.
"""

import math

import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from fcsr import images, models
from fcsr.decoding import Decode
from fcsr.errors import FcsrError, ImageError
from fcsr.images import Region, whole
from fcsr.models import ContinuousModel, Encoded, Estimate, grid

MIN_SIDE = 64  # pixels a side of a photograph: its LR image, of 16, still shows something
WINDOW = 128  # pixels a side that the models are asked for: they answer within a second
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


@torch.no_grad()
def encode(name: str, lr: Float[Tensor, "1 3 h w"]) -> tuple[ContinuousModel, Encoded]:
    """A model by its name, and what it makes of an image."""
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
    """What the model knows of a window's pixels, (1, Q, ...), were the image of `side`."""
    coord = grid((side, side), region=window).reshape(1, -1, 2)
    return model.estimate(encoded, coord, torch.full_like(coord, 2 / side))


@torch.no_grad()
def read(
    model: ContinuousModel, estimate: Estimate, decode: str | Decode | None = None
) -> Float[Tensor, "1 3 h h"]:
    """An estimate of a square window as an image (1, 3, h, h)."""
    rgb = model.decode(model.outputs(estimate), decode)
    return rgb.transpose(1, 2).unflatten(2, (math.isqrt(rgb.shape[1]), -1))
