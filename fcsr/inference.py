"""Upscaling: any image to any size, in memory that grows with the picture's own pixels alone.

The image is encoded tile by tile, each with as many pixels around it as its features see, so the
result does not depend on the tiles; and a tile is queried a few thousand pixels at a time.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from numbers import Integral, Real
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor
from tqdm.auto import tqdm

from fcsr import checkpoints, images
from fcsr.boxes import Box
from fcsr.continuous import ContinuousModel
from fcsr.decoding import Decode
from fcsr.errors import FcsrError
from fcsr.images import Picture
from fcsr.texture import grid

BICUBIC = "bicubic"
MOST_PIXELS = 2**33  # of a result: 100 GB of floats, beyond what any one machine would hold
CHUNK = 2048  # queries at once: on a CPU, few enough that its caches hold what is made of them
GPU_CHUNK = 32 * CHUNK
TILE = 256  # LR pixels encoded at once along an axis, about: paper-size features are 2 kB a pixel
LONGEST = 2048  # pixels of the result that are made of a tile along an axis


def upscale(
    image: Picture,
    scale: float | None = None,
    size: tuple[int, int] | None = None,
    model: ContinuousModel | str | Path = "fcs",
    decode: str | Decode | None = None,
    progress: bool = True,
) -> Picture:
    """An image at another size, as the same kind of image: PIL, numpy or torch.

    Args:
        image: a PIL image of any mode, an array (H, W[, C]) or a tensor ([B,] C, H, W) of uint8
            or of floats in [0, 1]; gray, RGB, either with alpha. Alpha is resampled apart.
        scale: how many times as high and wide, any number above 0; sizes are rounded.
        size: (height, width) wanted, instead of `scale`.
        model: a model, a name or path that `fcsr.load` takes, or `"bicubic"`.
        decode: how CS and FCS read their distributions: `"mode"` (the default, as in the
            paper), `"mean"`, `"median"`, or a function as in `fcsr.decoding`.
        progress: show a bar when it takes more than two seconds.

    Raises:
        ImageError: `image` is not an image, is empty, or has values outside its range.
        CheckpointError: no such model.
        FcsrError: neither or both of `scale` and `size`, or they make no image; a `decode` that
            is unknown or that the model has no distributions for.
    """
    parts = images.unpack(image)
    size = output_size(tuple(parts.rgb.shape[-2:]), scale, size)
    if model == BICUBIC:
        if decode is not None:
            raise FcsrError(f"decode is {decode}, but bicubic gives RGB: it has nothing to decode")
        rgb = images.resize(parts.rgb, size)
    else:
        if not isinstance(model, ContinuousModel):
            model = checkpoints.load(model, default_device())
        device = next(model.parameters()).device
        [rgb] = render(model, parts.rgb.to(device), size, [decode], progress)
        rgb = rgb.to(parts.rgb.device)
    alpha = None if parts.alpha is None else images.resize(parts.alpha, size)
    return parts.pack(rgb, alpha)


@torch.no_grad()
def render(
    model: ContinuousModel,
    image: Float[Tensor, "b 3 h w"],
    size: tuple[int, int],
    decodes: Sequence[str | Decode | None] = (None,),
    progress: bool = True,
) -> list[Float[Tensor, "b 3 H W"]]:
    """Query every pixel of an image of `size`; RGB in [0, 1].

    The image is looked at and queried once, however many `decodes` read the answers; there is
    one result for each.
    """
    for decode in decodes:
        model.check_decode(decode)
    results = [image.new_empty(len(image), 3, *size) for _ in decodes]
    cell = image.new_tensor([2 / size[0], 2 / size[1]])
    chunk = max(1, (CHUNK if image.device.type == "cpu" else GPU_CHUNK) // len(image))
    total = size[0] * size[1]
    with tqdm(total=total, desc="upscaling", unit="px", delay=2, disable=not progress) as bar:
        for lr, hr in tiles(tuple(image.shape[-2:]), size):
            encoded = model.encode(image, lr)
            coords = grid(size, image.device, hr).flatten(0, 1)  # (queries, 2)
            tile = [image.new_empty(len(image), len(coords), 3) for _ in decodes]
            for start in range(0, len(coords), chunk):
                coord = coords[start : start + chunk].expand(len(image), -1, -1)
                outputs = model.query(encoded, coord, cell.expand_as(coord))
                for rgb, decode in zip(tile, decodes, strict=True):
                    rgb[:, start : start + chunk] = model.read(outputs, decode)
                bar.update(coord.shape[1])
            for result, rgb in zip(results, tile, strict=True):
                hr.cut(result).copy_(rgb.transpose(1, 2).unflatten(2, hr.size))
    return results


def tiles(size: tuple[int, int], wanted: tuple[int, int]) -> Iterator[tuple[Box, Box]]:
    """Boxes of LR, and with each the box of the result whose pixels lie nearest to it.

    LR's are wider by the neighbours that the outermost queries look at.
    """
    rows, columns = (bands(n, many) for n, many in zip(size, wanted, strict=True))
    for (top, bottom), (first, last) in rows:
        for (left, right), (begin, end) in columns:
            lr = Box(top, left, bottom, right).grown(2, size)
            yield lr, Box(first, begin, last, end)


def bands(n: int, wanted: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """`tiles` along one axis of n pixels, of which `wanted` are made: (begin, end) of each."""
    count = min(n, wanted, max(1, round(n / TILE), math.ceil(wanted / LONGEST)))
    edges = [n * i // count for i in range(count + 1)]
    first = [math.ceil(edge * wanted / n - 0.5) for edge in edges]  # whose centre is beyond it
    return list(zip(pairwise(edges), pairwise(first), strict=True))


def output_size(
    size: tuple[int, int], scale: float | None, wanted: tuple[int, int] | None
) -> tuple[int, int]:
    """The size that `scale` or `wanted` asks for, whichever of them is given."""
    if (scale is None) == (wanted is None):
        raise FcsrError("give either scale=… or size=(height, width)")
    if wanted is None:
        if not (isinstance(scale, Real) and 0 < scale < math.inf):
            raise FcsrError(f"scale is {scale}; it must be a finite number above 0")
        wanted = tuple(max(1, round(min(n * scale, MOST_PIXELS))) for n in size)
    match wanted:
        case (Integral() as height, Integral() as width) if height > 0 and width > 0:
            if height * width < MOST_PIXELS:
                return int(height), int(width)
            raise FcsrError(f"the result would be of {height} x {width} pixels; ask for less")
    raise FcsrError(f"size is {wanted}; it must be (height, width), whole numbers above 0")


def default_device() -> torch.device:
    """CUDA where there is a GPU, else Apple's MPS, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
