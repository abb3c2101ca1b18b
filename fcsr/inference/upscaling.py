"""Upscaling: any image to any size, in memory or from one file into another."""

import math
from collections.abc import Iterator, Sequence
from contextlib import closing
from numbers import Integral, Real
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor
from tqdm.auto import tqdm

from fcsr import images, models
from fcsr.decoding import Decode
from fcsr.errors import FcsrError
from fcsr.images import Picture, Region, Unpacked, writers
from fcsr.images.resampling import resize_region
from fcsr.inference.tiling import Task, Tile, render_tiles, resample
from fcsr.models import ContinuousModel
from fcsr.utils.device import default_device

BICUBIC = "bicubic"
MAX_PIXELS = 2**33  # of a result: 100 GB of floats, beyond what any one machine would hold
BAND = 64  # rows that are handed to a file at once

Made = tuple[Region, Region, Tensor]
"""The row of tiles, the tile, both regions of the result, and the tile's pixels (b, c, h, w)."""


@torch.no_grad()
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
        image: a PIL image of any mode, an array (H, W[, C]) or a tensor ([B,] C, H, W) of uint8,
            uint16, bool, or floats in [0, 1]; gray, RGB, either with alpha, which is resampled
            apart.
        scale: how many times as high and wide, any number above 0; sizes are rounded.
        size: (height, width) wanted, instead of `scale`.
        model: a model, a name or path that `fcsr.load` takes, or `"bicubic"`.
        decode: how CS and FCS read their distributions: `"mode"`, `"mean"`, `"median"`,
            `"smoothed"` or a function as in `fcsr.decoding`; by default as the model says, which
            is the mode, but for those trained with LPIPS.
        progress: show a bar when it takes more than two seconds.

    Raises:
        ImageError: `image` is not an image, is empty, or has values outside its range.
        CheckpointError: no such model.
        FcsrError: neither or both of `scale` and `size`, or they make no image; a `decode` that
            is unknown or that the model has no distributions for.
    """
    parts = images.unpack(image).fill_transparent()
    size = output_size(parts.size, scale, size)
    with closing(_make(parts, size, model, decode, progress)) as made:
        result = parts.pixels.new_empty(*parts.pixels.shape[:2], *size)
        for _, region, pixels in made:
            region.cut(result).copy_(pixels)
    return parts.restore(result)


@torch.no_grad()
def upscale_file(
    source: str | Path,
    target: str | Path,
    scale: float | None = None,
    size: tuple[int, int] | None = None,
    model: ContinuousModel | str | Path = "fcs",
    decode: str | Decode | None = None,
    progress: bool = True,
    compile: bool = False,
) -> tuple[tuple[int, int], tuple[int, int]]:
    """`upscale` from a file into another, whose rows are written as soon as they are made.

    Of the result no more is in memory than one row of tiles; JPEG, WebP and BMP are an
    exception, see `fcsr.images.writers`. `target` appears when all of it is there. `compile` calls
    `model.compile()` first, which large images pay back. The other arguments are those of
    `upscale`; returns the sizes (height, width) of both images.

    Raises what `upscale` does, and ImageError where `source` cannot be read, or `target` cannot
    be written: as far as it can be known, before any work is done.
    """
    parts = images.unpack(images.load(source)).fill_transparent()
    size = output_size(parts.size, scale, size)
    like = parts.restore(parts.pixels[..., :1, :1])
    writers.check(target, like.mode, size)
    with closing(_make(parts, size, model, decode, progress, compile)) as made:
        writers.write(target, size, like, _bands(parts, made))
    return parts.size, size


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
    task = Task(
        lambda region: region.cut(image), len(image), tuple(image.shape[-2:]), size, progress
    )
    with closing(render_tiles(model, task, decodes)) as made:
        for _, region, answers in made:
            for result, rgb in zip(results, answers, strict=True):
                region.cut(result).copy_(rgb)
    return results


def _make(
    parts: Unpacked,
    size: tuple[int, int],
    model: ContinuousModel | str | Path,
    decode: str | Decode | None,
    progress: bool,
    compile: bool = False,
) -> Iterator[Made]:
    """The result tile by tile, in pixels of the picture's own type."""
    task = Task(parts.cut_rgb, len(parts.pixels), parts.size, size, progress)
    if model == BICUBIC:
        if decode is not None:
            raise FcsrError(f"decode is {decode}, but bicubic gives RGB: it has nothing to decode")
        if compile:
            raise FcsrError("bicubic is no model: there is nothing to compile")
        return _pack(parts, size, resample(task))
    if not isinstance(model, ContinuousModel):
        model = models.load(model, default_device())
    model.check_decode(decode)
    weight = next(model.parameters())
    if weight.dtype != torch.float32:
        cure = "model.float() makes them what it takes, torch.autocast makes it faster"
        raise FcsrError(f"the weights of the model are {weight.dtype}; {cure}")
    device = weight.device
    task = task._replace(cut=lambda region: parts.cut_rgb(region).to(device))
    made = _pack(parts, size, render_tiles(model, task, [decode]))
    return _compiled(model, made, progress) if compile else made


def _compiled(model: ContinuousModel, made: Iterator[Made], progress: bool) -> Iterator[Made]:
    """Compiles when the first tile is asked for: by then the target is known to be writable."""
    with closing(made):
        with tqdm(total=1, desc="compiling", disable=not progress) as bar:
            model.compile()
            bar.update()
        yield from made


def _pack(parts: Unpacked, size: tuple[int, int], made: Iterator[Tile]) -> Iterator[Made]:
    with closing(made):
        for strip, region, [rgb] in made:
            alpha = (
                resize_region(parts.cut_alpha, parts.size, size, region)
                if parts.has_alpha
                else None
            )
            yield strip, region, parts.to_pixels(rgb.to(parts.pixels.device), alpha)


def _bands(parts: Unpacked, made: Iterator[Made]) -> Iterator[Picture]:
    """The result from the top, a few rows at a time, so that what is made of them stays small."""
    missing = 0
    for strip, region, pixels in made:
        if not missing:
            rows = pixels.new_empty(*pixels.shape[:2], *strip.size)
            missing = strip.area
        region.within(strip).cut(rows).copy_(pixels)
        missing -= region.area
        if not missing:
            yield from map(parts.restore, rows.split(BAND, dim=2))
            del rows


def output_size(
    size: tuple[int, int], scale: float | None, wanted: tuple[int, int] | None
) -> tuple[int, int]:
    """The size that `scale` or `wanted` asks for, whichever of them is given."""
    if (scale is None) == (wanted is None):
        raise FcsrError("give either scale=… or size=(height, width)")
    if wanted is None:
        if not (isinstance(scale, Real) and 0 < scale < math.inf):
            raise FcsrError(f"scale is {scale}; it must be a finite number above 0")
        wanted = tuple(max(1, round(min(n * scale, MAX_PIXELS))) for n in size)
    match wanted:
        case (Integral() as height, Integral() as width) if height > 0 and width > 0:
            if height * width < MAX_PIXELS:
                return int(height), int(width)
            raise FcsrError(f"the result would be of {height} x {width} pixels; ask for less")
    raise FcsrError(f"size is {wanted}; it must be (height, width), whole numbers above 0")
