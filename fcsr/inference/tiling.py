"""A result tile by tile, in rows of tiles, in memory that does not grow with its size.

The image is encoded tile by tile, each with as many pixels around it as its features see, so the
result does not depend on the tiles; and a tile is queried a few thousand pixels at a time.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor
from tqdm.auto import tqdm

from fcsr.decoding import Decode
from fcsr.errors import FcsrError
from fcsr.images import Region, pair
from fcsr.images.resampling import Cut, resize_region
from fcsr.inference import memory
from fcsr.inference.memory import ChunkSize
from fcsr.models import ContinuousModel, Encoded, grid

TILE = 256  # LR pixels encoded at once along an axis, about: paper-size features are 2 kB a pixel
MAX_TILE_SIDE = 2048  # pixels of the result that are made of a tile along an axis
MAX_STRIP_PIXELS = 2**25  # of the result in a row of tiles, where a row of pixels has no more


def strips(
    size: tuple[int, int], wanted: tuple[int, int], tile: int | None = None
) -> Iterator[tuple[Region, list[Region]]]:
    """Rows of tiles, from the top, of a result of `wanted` that is made of an image of `size`.

    All are regions of the result: with each row come its tiles.
    `tile` is how many LR pixels a tile has along an axis, about; `TILE` if it is left out.
    """
    tile = tile or TILE
    highest = min(MAX_TILE_SIDE, max(1, MAX_STRIP_PIXELS // wanted[1]))
    columns = _cuts(size[1], wanted[1], tile, MAX_TILE_SIDE)
    for top, bottom in _cuts(size[0], wanted[0], tile, highest):
        regions = [Region(top, left, bottom, right) for left, right in columns]
        yield Region(top, 0, bottom, wanted[1]), regions


def needed(region: Region, size: tuple[int, int], wanted: tuple[int, int]) -> Region:
    """The part of an image of `size` with all neighbours of a region of the result."""
    nearest = [
        ((2 * first + 1) * n // (2 * many), (2 * end - 1) * n // (2 * many) + 1)
        for first, end, n, many in zip(region[:2], region[2:], size, wanted, strict=True)
    ]
    (top, bottom), (left, right) = nearest
    return Region(top, left, bottom, right).grown(2, size)


def _cuts(n: int, wanted: int, tile: int, longest: int) -> list[tuple[int, int]]:
    """`strips` along one axis of n pixels, of which `wanted` are made: (begin, end) of each."""
    count = min(wanted, max(1, round(n / tile), math.ceil(wanted / longest)))
    return list(pairwise(wanted * i // count for i in range(count + 1)))


CHUNK = 2**26  # bytes, about, that queries need at once: of more, a CPU's caches hold too little
GPU_CHUNK = 2**31

Tile = tuple[Region, Region, list[Float[Tensor, "b 3 h w"]]]
"""The row of tiles, the tile, both regions of the result, and RGB in [0, 1] for each decode."""


class Task(NamedTuple):
    """What is to be made of what.

    cut: gives regions of an RGB image, on the device that they shall be worked at.
    batch, size: how many images these are, and of what (height, width).
    wanted: the (height, width) of the result.
    progress: show a bar when it takes more than two seconds.
    """

    cut: Cut
    batch: int
    size: tuple[int, int]
    wanted: tuple[int, int]
    progress: bool = True

    def bar(self) -> tqdm:
        """Counts pixels of the result."""
        total, hidden = self.wanted[0] * self.wanted[1], not self.progress
        return tqdm(
            total=total, desc="upscaling", unit="px", unit_scale=True, delay=2, disable=hidden
        )


def resample(task: Task) -> Iterator[Tile]:
    """Bicubic, tile by tile."""
    with task.bar() as bar:
        for strip, regions in strips(task.size, task.wanted):
            for region in regions:
                yield (
                    strip,
                    region,
                    [resize_region(task.cut, task.size, task.wanted, region).clamp(0, 1)],
                )
                bar.update(region.area)


def render_tiles(
    model: ContinuousModel, task: Task, decodes: Sequence[str | Decode | None]
) -> Iterator[Tile]:
    """What a model says, tile by tile; within a row of tiles in any order.

    The image is looked at and queried once, however many `decodes` read the answers. When memory
    runs out, chunks become smaller, then tiles; raises FcsrError when these cannot any more, and
    where an answer is no number or has not the shape of RGB.
    """
    device = next(model.parameters()).device
    room = CHUNK if device.type == "cpu" else GPU_CHUNK
    each = task.batch * memory.query_bytes(model)
    most = memory.affordable(max(1, room // each), each, device)
    chunk = ChunkSize(most)
    largest = ChunkSize(task.wanted[0] * task.wanted[1])
    side = memory.tile_side(model, task.batch, TILE, device)
    with task.bar() as bar:
        for strip, todo in strips(task.size, task.wanted, side):
            while todo:
                region = todo.pop()
                if region.area > largest.amount:
                    todo += region.halves()
                    continue
                try:
                    # nested, so that what is encoded is gone before the next tile is
                    answers = _query(
                        model,
                        _encode(model, task, region),
                        task.wanted,
                        region,
                        decodes,
                        chunk,
                        bar,
                    )
                except (RuntimeError, MemoryError) as error:
                    largest.halve(error, region.area)
                    if chunk.amount == 1:  # beside a smaller tile there may be room for more
                        chunk.amount = most
                    todo.append(region)
                    continue
                yield strip, region, answers


def _encode(model: ContinuousModel, task: Task, region: Region) -> Encoded:
    lr = needed(region, task.size, task.wanted)
    seen = task.cut(lr.grown(model.margin, task.size))
    return model.encode_seen(seen, lr, task.size)


def _query(
    model: ContinuousModel,
    encoded: Encoded,
    wanted: tuple[int, int],
    region: Region,
    decodes: Sequence[str | Decode | None],
    chunk: ChunkSize,
    bar: tqdm,
) -> list[Float[Tensor, "b 3 h w"]]:
    """Every pixel of a region, a chunk at a time."""
    image = encoded.image
    coords = grid(wanted, image.device, region).flatten(0, 1)  # (queries, 2)
    cell = pair(image, 2 / wanted[0], 2 / wanted[1])
    results = [image.new_empty(len(image), len(coords), 3) for _ in decodes]
    start = 0
    while start < len(coords):
        coord = coords[start : start + chunk.amount].expand(len(image), -1, -1)
        end = start + coord.shape[1]
        try:
            outputs = model.query(encoded, coord, cell.expand_as(coord))
            answers = [model.decode(outputs, decode) for decode in decodes]
        except (RuntimeError, MemoryError) as error:
            if end - start == 1:
                raise
            chunk.halve(error, end - start)
            continue
        for rgb, answer in zip(results, answers, strict=True):
            part = rgb[:, start:end]
            _check(answer, part.shape, model)
            part.copy_(answer)
        bar.update(end - start)
        start = end
    return [rgb.transpose(1, 2).unflatten(2, region.size) for rgb in results]


def _check(answer: Tensor, shape: torch.Size, model: ContinuousModel) -> None:
    name = type(model).__name__
    if answer.shape != shape:
        raise FcsrError(
            f"{name} reads {tuple(answer.shape)} where RGB is {tuple(shape)}: a decode makes "
            "values (…) of logits (…, 256)"
        )
    if not answer.isfinite().all():
        raise FcsrError(f"{name} reads NaN or infinity: look at its weights, or at the decode")
