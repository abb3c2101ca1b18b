"""A result tile by tile, in rows of tiles, in memory that does not grow with its size.

The image is encoded tile by tile, each with as many pixels around it as its features see, so the
result does not depend on the tiles; and a tile is queried a few thousand pixels at a time.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor
from tqdm.auto import tqdm

from fcsr.decoding import Decode
from fcsr.errors import FcsrError
from fcsr.images import Box, pair
from fcsr.images.resampling import Cut, resize_box
from fcsr.inference import memory, tiles
from fcsr.inference.memory import Portion
from fcsr.models import ContinuousModel, Encoded, grid

CHUNK = 2**26  # bytes, about, that queries need at once: of more, a CPU's caches hold too little
GPU_CHUNK = 2**31

Tile = tuple[Box, Box, list[Float[Tensor, "b 3 h w"]]]
"""The row of tiles, the tile, both boxes of the result, and RGB in [0, 1] for each decode."""


class Task(NamedTuple):
    """What is to be made of what.

    cut: gives boxes of an RGB image, on the device that they shall be worked at.
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
        for strip, boxes in tiles.strips(task.size, task.wanted):
            for box in boxes:
                yield strip, box, [resize_box(task.cut, task.size, task.wanted, box).clamp(0, 1)]
                bar.update(box.area)


def paint(
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
    chunk = Portion(most)
    largest = Portion(task.wanted[0] * task.wanted[1])
    side = memory.tile_side(model, task.batch, tiles.TILE, device)
    with task.bar() as bar:
        for strip, todo in tiles.strips(task.size, task.wanted, side):
            while todo:
                box = todo.pop()
                if box.area > largest.amount:
                    todo += box.halves()
                    continue
                try:
                    # nested, so that what is encoded is gone before the next tile is
                    answers = _query(
                        model, _encode(model, task, box), task.wanted, box, decodes, chunk, bar
                    )
                except (RuntimeError, MemoryError) as error:
                    largest.halve(error, box.area)
                    if chunk.amount == 1:  # beside a smaller tile there may be room for more
                        chunk.amount = most
                    todo.append(box)
                    continue
                yield strip, box, answers


def _encode(model: ContinuousModel, task: Task, box: Box) -> Encoded:
    lr = tiles.needed(box, task.size, task.wanted)
    seen = task.cut(lr.grown(model.margin, task.size))
    return model.encode_seen(seen, lr, task.size)


def _query(
    model: ContinuousModel,
    encoded: Encoded,
    wanted: tuple[int, int],
    box: Box,
    decodes: Sequence[str | Decode | None],
    chunk: Portion,
    bar: tqdm,
) -> list[Float[Tensor, "b 3 h w"]]:
    """Every pixel of a box, a chunk at a time."""
    image = encoded.image
    coords = grid(wanted, image.device, box).flatten(0, 1)  # (queries, 2)
    cell = pair(image, 2 / wanted[0], 2 / wanted[1])
    results = [image.new_empty(len(image), len(coords), 3) for _ in decodes]
    start = 0
    while start < len(coords):
        coord = coords[start : start + chunk.amount].expand(len(image), -1, -1)
        end = start + coord.shape[1]
        try:
            outputs = model.query(encoded, coord, cell.expand_as(coord))
            answers = [model.read(outputs, decode) for decode in decodes]
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
    return [rgb.transpose(1, 2).unflatten(2, box.size) for rgb in results]


def _check(answer: Tensor, shape: torch.Size, model: ContinuousModel) -> None:
    name = type(model).__name__
    if answer.shape != shape:
        raise FcsrError(
            f"{name} reads {tuple(answer.shape)} where RGB is {tuple(shape)}: a decode makes "
            "values (…) of logits (…, 256)"
        )
    if not answer.isfinite().all():
        raise FcsrError(f"{name} reads NaN or infinity: look at its weights, or at the decode")
