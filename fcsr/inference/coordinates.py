"""Where the pixels of a result lie in an image, exactly, however long its sides are.

Coordinates in [-1, 1] are float32, and LTE breaks ties by 1e-6: at 200,000 pixels a side that is a
tenth of a pixel. So a tile of an image with a side above `LONG` is queried in the coordinates of
its own part of that side, counted in whole numbers. Up to `LONG` they are published LTE's.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from fcsr.images import Region, pair
from fcsr.models import grid

LONG = 4096
"""Pixels of a side up to which coordinates of the whole image are used: a tie is broken there
by 0.002 pixels."""


def frame(lr: Region, size: tuple[int, int]) -> Region:
    """The part of an image of `size` that coordinates of queries around its region `lr` are of.

    Example:
        >>> from fcsr.images import Region
        >>> from fcsr.inference.coordinates import frame
        >>> frame(Region(top=3, left=9000, bottom=8, right=9050), size=(12, 50_000))
        Region(top=0, left=9000, bottom=12, right=9050)
    """
    rows = (lr.top, lr.bottom) if size[0] > LONG else (0, size[0])
    columns = (lr.left, lr.right) if size[1] > LONG else (0, size[1])
    return Region(rows[0], columns[0], rows[1], columns[1])


def locate_pixels(
    region: Region,
    size: tuple[int, int],
    wanted: tuple[int, int],
    part: Region,
    device: torch.device | str | None = None,
) -> tuple[Float[Tensor, "queries 2"], Float[Tensor, " 2"]]:
    """The pixels of a region of a result as queries: their centres, row by row, and their cell.

    Args:
        region: of the result, of at most some thousand pixels a side.
        size: (height, width) of the image.
        wanted: (height, width) of the result.
        part: `frame` of the pixels around the region, in whose coordinates both are.
        device: of the result.

    Example:
        >>> from fcsr.images import whole
        >>> from fcsr.inference.coordinates import locate_pixels
        >>> region, part = whole((1, 2)), whole((1, 1))
        >>> coord, cell = locate_pixels(region, (1, 1), (1, 2), part, "cpu")
        >>> coord.tolist(), cell.tolist()
        ([[0.0, -0.5], [0.0, 0.5]], [2.0, 1.0])
    """
    coord = grid(wanted, device, region)
    sides = []
    for axis, (n, many, within) in enumerate(zip(size, wanted, part.size, strict=True)):
        sides.append(2 * n / (many * within))
        if n <= LONG:
            continue
        first = ((2 * region[axis] + 1) * n - 2 * many * part[axis]) / (many * within) - 1
        steps = torch.arange(region.size[axis], device=device)
        shape = (-1, 1) if axis == 0 else (1, -1)
        coord[..., axis] = (first + sides[axis] * steps).view(shape)
    return coord.flatten(0, 1), pair(coord, *sides)
