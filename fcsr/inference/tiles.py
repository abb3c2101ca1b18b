"""Which parts of a result are made one after the other, and what of the image each needs."""

import math
from collections.abc import Iterator
from itertools import pairwise

from fcsr.images import Box

TILE = 256  # LR pixels encoded at once along an axis, about: paper-size features are 2 kB a pixel
LONGEST = 2048  # pixels of the result that are made of a tile along an axis
STRIP = 2**25  # pixels of the result in a row of tiles, where a row of pixels has no more


def strips(
    size: tuple[int, int], wanted: tuple[int, int], tile: int | None = None
) -> Iterator[tuple[Box, list[Box]]]:
    """Rows of tiles, from the top, of a result of `wanted` that is made of an image of `size`.

    All are boxes of the result: with each row come its tiles.
    `tile` is how many LR pixels a tile has along an axis, about; `TILE` if it is left out.
    """
    tile = tile or TILE
    highest = min(LONGEST, max(1, STRIP // wanted[1]))
    columns = _cuts(size[1], wanted[1], tile, LONGEST)
    for top, bottom in _cuts(size[0], wanted[0], tile, highest):
        boxes = [Box(top, left, bottom, right) for left, right in columns]
        yield Box(top, 0, bottom, wanted[1]), boxes


def needed(box: Box, size: tuple[int, int], wanted: tuple[int, int]) -> Box:
    """The part of an image of `size` with all neighbours of the pixels in a box of the result."""
    nearest = [
        ((2 * first + 1) * n // (2 * many), (2 * end - 1) * n // (2 * many) + 1)
        for first, end, n, many in zip(box[:2], box[2:], size, wanted, strict=True)
    ]
    (top, bottom), (left, right) = nearest
    return Box(top, left, bottom, right).grown(2, size)


def _cuts(n: int, wanted: int, tile: int, longest: int) -> list[tuple[int, int]]:
    """`strips` along one axis of n pixels, of which `wanted` are made: (begin, end) of each."""
    count = min(wanted, max(1, round(n / tile), math.ceil(wanted / longest)))
    return list(pairwise(wanted * i // count for i in range(count + 1)))
