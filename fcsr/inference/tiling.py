"""A result tile by tile, in rows of tiles, in memory that does not grow with its size.

The image is encoded tile by tile, each with the margin that its features depend on, so the result
does not depend on the tiles. A tile is queried a few thousand pixels at a time.
"""

import math
from collections.abc import Generator, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from fcsr.decoding import Decode
from fcsr.errors import FcsrError
from fcsr.images import Region
from fcsr.images.resampling import Cut, resize_region
from fcsr.inference import memory
from fcsr.inference.coordinates import frame, locate_pixels
from fcsr.inference.memory import ChunkSize
from fcsr.models import ContinuousModel, Encoded
from fcsr.utils.progress import tqdm

TILE = 256  # LR pixels encoded at once along an axis, about: paper-size features are 2 kB a pixel
MAX_TILE_SIDE = 2048  # pixels of the result that are made of a tile along an axis
MAX_STRIP_PIXELS = 2**25  # of the result in a row of tiles, where a row of pixels has no more
CHUNK = 2048  # queries of a batch at once for a CPU's thread: of more, buffers are not used again
MOST_THREADS = 4  # for which there are more queries at once
GPU_CHUNK = 2**31  # bytes, about, that queries need at once on a GPU

Tile = tuple[Region, Region, list[Float[Tensor, "b 3 h w"]]]
"""A row of tiles and a tile, both as regions of the result, and its RGB in [0, 1] a decode."""


def strips(
    size: tuple[int, int],
    wanted: tuple[int, int],
    tile: int | None = None,
    rows: tuple[int, int] | None = None,
) -> Iterator[tuple[Region, list[Region]]]:
    """Split a result into rows of tiles, from the top.

    Args:
        size: (height, width) of the image.
        wanted: (height, width) of the result.
        tile: LR pixels of a tile along an axis, about; `TILE` by default.
        rows: the first row of pixels that is wanted, and the one after the last; all by default.

    Yields:
        Each row, and the tiles in it, all as regions of the result.

    Example:
        >>> from fcsr.inference.tiling import strips
        >>> [row.size for row, tiles in strips((8, 8), wanted=(16, 16), tile=4)]
        [(8, 16), (8, 16)]
    """
    tile = tile or TILE
    highest = min(MAX_TILE_SIDE, max(1, MAX_STRIP_PIXELS // wanted[1]))
    columns = _cuts(size[1], wanted[1], tile, MAX_TILE_SIDE)
    first, end = rows or (0, wanted[0])
    for top, bottom in _cuts(size[0], wanted[0], tile, highest):
        top, bottom = max(top, first), min(bottom, end)
        if top >= bottom:
            continue
        regions = [Region(top, left, bottom, right) for left, right in columns]
        yield Region(top, 0, bottom, wanted[1]), regions


def needed(region: Region, size: tuple[int, int], wanted: tuple[int, int]) -> Region:
    """The region of an image of `size` that has all neighbours of a region of the result.

    They lie at most one pixel beyond the nearest; the second is to spare.
    """
    nearest = [
        ((2 * first + 1) * n // (2 * many), (2 * end - 1) * n // (2 * many) + 1)
        for first, end, n, many in zip(region[:2], region[2:], size, wanted, strict=True)
    ]
    (top, bottom), (left, right) = nearest
    return Region(top, left, bottom, right).grown(2, size)


def _cuts(n: int, wanted: int, tile: int, longest: int) -> list[tuple[int, int]]:
    """Split `wanted` pixels along an axis, made of n, into tiles: (begin, end) of each."""
    count = min(wanted, max(1, round(n / tile), math.ceil(wanted / longest)))
    return list(pairwise(wanted * i // count for i in range(count + 1)))


class Task(NamedTuple):
    """What is to be resampled, and to which size.

    Attributes:
        cut: gives regions of an RGB image, on the device to compute on.
        batch: how many images these are.
        size: their (height, width).
        wanted: the (height, width) of the result.
        progress: show a bar when it takes more than two seconds.
        rows: of the result, as in `strips`.
    """

    cut: Cut
    batch: int
    size: tuple[int, int]
    wanted: tuple[int, int]
    progress: bool = True
    rows: tuple[int, int] | None = None

    def bar(self) -> tqdm:
        """A progress bar that counts pixels of the result."""
        first, end = self.rows or (0, self.wanted[0])
        total, hidden = (end - first) * self.wanted[1], not self.progress
        return tqdm(
            total=total, desc="upscaling", unit="px", unit_scale=True, delay=2, disable=hidden
        )


def resample(task: Task) -> Generator[Tile, None, None]:
    """Resample by antialiased bicubic interpolation, tile by tile."""
    with task.bar() as bar:
        for strip, regions in strips(task.size, task.wanted, None, task.rows):
            for region in regions:
                rgb = resize_region(task.cut, task.size, task.wanted, region).clamp(0, 1)
                yield strip, region, [rgb]
                bar.update(region.area)


def render_tiles(
    model: ContinuousModel, task: Task, decodes: Sequence[str | Decode | None]
) -> Generator[Tile, None, None]:
    """Encode and query an image tile by tile; within a row of tiles in any order.

    Each tile is queried once, however many `decodes` there are. When memory runs out, chunks of
    queries become smaller, then tiles.

    Raises:
        FcsrError: memory does not suffice for a single pixel, or what is decoded has NaN or
            infinite values or another shape than RGB.
    """
    device = next(model.parameters()).device
    each = task.batch * memory.query_bytes(model)
    on_cpu = CHUNK * min(torch.get_num_threads(), MOST_THREADS) // task.batch
    wanted = on_cpu if device.type == "cpu" else GPU_CHUNK // each
    most = memory.affordable(max(1, wanted), each, device)
    chunk = ChunkSize(most)
    largest = ChunkSize(task.wanted[0] * task.wanted[1])
    side = memory.tile_side(model, task.batch, TILE, device)
    with task.bar() as bar:
        for strip, todo in strips(task.size, task.wanted, side, task.rows):
            while todo:
                region = todo.pop()
                if region.area > largest.amount:
                    todo += region.halves()
                    continue
                try:
                    decoded = _render_tile(model, task, region, decodes, chunk, bar)
                except (RuntimeError, MemoryError) as error:
                    largest.halve(error, region.area)
                    if chunk.amount == 1:  # beside a smaller tile more queries may fit
                        chunk.amount = most
                    todo.append(region)
                    continue
                yield strip, region, decoded


def _encode(model: ContinuousModel, task: Task, lr: Region) -> Encoded:
    """The features of a region of the image."""
    seen = task.cut(lr.grown(model.margin, task.size))
    return model.encode_seen(seen, lr, task.size)


def _render_tile(
    model: ContinuousModel,
    task: Task,
    region: Region,
    decodes: Sequence[str | Decode | None],
    chunk: ChunkSize,
    bar: tqdm,
) -> list[Float[Tensor, "b 3 h w"]]:
    """Query every pixel of a region, a chunk at a time; RGB for each decode."""
    lr = needed(region, task.size, task.wanted)
    part = frame(lr, task.size)
    encoded = _encode(model, task, lr).within(part)
    image = encoded.image
    coords, cell = locate_pixels(region, task.size, task.wanted, part, image.device)
    results = [image.new_empty(len(image), len(coords), 3) for _ in decodes]
    start = 0
    while start < len(coords):
        coord = coords[start : start + chunk.amount].expand(len(image), -1, -1)
        end = start + coord.shape[1]
        try:
            outputs = model.query(encoded, coord, cell.expand_as(coord))
            decoded = [model.decode(outputs, decode) for decode in decodes]
        except (RuntimeError, MemoryError) as error:
            if end - start == 1:
                raise
            chunk.halve(error, end - start)
            continue
        for result, rgb in zip(results, decoded, strict=True):
            queried = result[:, start:end]
            _check(rgb, queried.shape, model)
            queried.copy_(rgb)
        bar.update(end - start)
        start = end
    # (b, queries, 3) -> (b, 3, height, width)
    return [result.transpose(1, 2).unflatten(2, region.size) for result in results]


def _check(rgb: Tensor, shape: torch.Size, model: ContinuousModel) -> None:
    name = type(model).__name__
    if rgb.shape != shape:
        raise FcsrError(
            f"{name} decodes to the shape {tuple(rgb.shape)}, but RGB is {tuple(shape)}: a decode "
            "makes values (…) of logits (…, 256)"
        )
    if not (rgb.is_meta or rgb.isfinite().all()):
        raise FcsrError(f"{name} decodes to NaN or infinity: check its weights and the decode")
