"""A result as tiles in pixels of the picture's own type, made by a model or by bicubic."""

from collections.abc import Generator, Iterator
from contextlib import closing, nullcontext, suppress
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from fcsr import models
from fcsr.decoding import Decode
from fcsr.errors import FcsrError
from fcsr.images import Region, Unpacked
from fcsr.images.resampling import resize_region
from fcsr.inference.tiling import Task, Tile, render_tiles, resample
from fcsr.models import ContinuousModel, Precision, resolve_precision
from fcsr.utils.device import find_device
from fcsr.utils.progress import tqdm

BICUBIC = "bicubic"
"""What stands for bicubic interpolation where the name of a model is expected."""

COMPILED_PIXELS = 2**24
"""Of results, from which on compiling pays for itself on a CPU: see docs/performance.md."""

BAND = 64  # rows that are written to a file at once

PixelTile = tuple[Region, Region, Tensor]
"""A row of tiles and a tile, both as regions of the result, and the tile's pixels (b, c, h, w)."""


def prepare(
    model: ContinuousModel | str | Path,
    decode: str | Decode | None = None,
    precision: Precision | None = None,
    compile: bool | None = False,
    device: str | torch.device | None = None,
) -> ContinuousModel | Literal["bicubic"]:
    """What `pixel_tiles` takes: a model that is loaded and multiplies as asked, or "bicubic".

    Args:
        model, decode, precision, compile, device: as in `upscale_file`.

    Raises:
        CheckpointError: no such model.
        FcsrError: a decode, device, precision or model that cannot be used.
    """
    place = find_device(device)
    if model == BICUBIC:
        if decode is not None:
            raise FcsrError(f"decode is {decode}, but bicubic gives RGB: it has nothing to decode")
        if compile:
            raise FcsrError("bicubic is no model: there is nothing to compile")
        if precision is not None:
            resolve_precision(precision, place)
        return "bicubic"
    if not isinstance(model, ContinuousModel):
        model = models.load(model, place)
    model.check_decode(decode)
    weights = list(model.parameters())
    if all(weight.dtype != torch.float32 for weight in weights):
        cure = 'model.float() makes them what it takes, precision="bfloat16" makes it faster'
        raise FcsrError(f"the weights of the model are {weights[0].dtype}; {cure}")
    if device is not None and not _is_on(weights[0].device, place):
        cure = f'move it: model.to("{place}"), or leave device out'
        raise FcsrError(f"device is {place}, but the model is on {weights[0].device}; {cure}")
    return model.in_precision(precision)


def _is_on(device: torch.device, wanted: torch.device) -> bool:
    """Whether a device is the one that is wanted; "cuda" is any GPU."""
    return device.type == wanted.type and wanted.index in (None, device.index)


def pixel_tiles(
    parts: Unpacked,
    size: tuple[int, int],
    model: ContinuousModel | Literal["bicubic"],
    decode: str | Decode | None,
    progress: bool,
    compile: bool | None = False,
    before: int = 0,
    rows: tuple[int, int] | None = None,
) -> Generator[PixelTile, None, None]:
    """Upscale a picture tile by tile, in pixels of its own type.

    Args:
        parts: the picture.
        size: (height, width) of the result.
        model: what `prepare` gave.
        decode, progress, compile: as in `upscale_file`.
        before: pixels that the model has made of other pictures.
        rows: of the result: the first, and the one after the last; all by default.
    """
    task = Task(parts.cut_rgb, len(parts.pixels), parts.size, size, progress, rows)
    if not isinstance(model, ContinuousModel):
        return _pack(parts, size, resample(task))
    device = next(model.parameters()).device
    task = task._replace(cut=lambda region: parts.cut_rgb(region).to(device))
    tiles = _pack(parts, size, render_tiles(model, task, [decode]))
    pixels = before + len(parts.pixels) * size[0] * size[1]
    pays = device.type == "cpu" and pixels >= COMPILED_PIXELS
    if compile or (compile is None and pays):
        return _compiled(model, tiles, progress, required=compile is not None)
    return tiles


def _compiled(
    model: ContinuousModel,
    tiles: Generator[PixelTile, None, None],
    progress: bool,
    required: bool,
) -> Generator[PixelTile, None, None]:
    """Compile when the first tile is made: by then the target is known to be writable.

    Where it is not required, a machine without a compiler does without.
    """
    with closing(tiles):
        with tqdm(total=1, desc="compiling", disable=not progress) as bar:
            with nullcontext() if required else suppress(FcsrError):
                model.compile()
            bar.update()
        yield from tiles


def _pack(
    parts: Unpacked, size: tuple[int, int], tiles: Generator[Tile, None, None]
) -> Generator[PixelTile, None, None]:
    """RGB as pixels of the picture's own type, with its alpha."""
    with closing(tiles):
        for strip, region, [rgb] in tiles:
            alpha = None
            if parts.has_alpha:
                alpha = resize_region(parts.cut_alpha, parts.size, size, region)
            yield strip, region, parts.to_pixels(rgb.to(parts.pixels.device), alpha)


def bands(tiles: Iterator[PixelTile]) -> Iterator[Tensor]:
    """The result from the top, a few rows at a time, so that what is made of them stays small."""
    missing = 0
    for strip, region, pixels in tiles:
        if not missing:
            rows = pixels.new_empty(*pixels.shape[:2], *strip.size)
            missing = strip.area
        region.within(strip).cut(rows).copy_(pixels)
        missing -= region.area
        if not missing:
            yield from rows.split(BAND, dim=2)
            del rows
