"""Rectangular regions of an image, to work on one after the other."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Shaped
from torch import Tensor


class Region(NamedTuple):
    """Rows from `top` to before `bottom`, columns from `left` to before `right`.

    Example:
        >>> import fcsr, torch
        >>> region = fcsr.images.Region(top=2, left=0, bottom=6, right=8)
        >>> region.cut(torch.zeros(1, 3, 12, 16)).shape
        torch.Size([1, 3, 4, 8])
        >>> region.grown(3, size=(12, 16))
        Region(top=0, left=0, bottom=9, right=11)
    """

    top: int
    left: int
    bottom: int
    right: int

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.bottom - self.top, self.right - self.left

    @property
    def area(self) -> int:
        """The number of pixels."""
        return self.size[0] * self.size[1]

    def halves(self) -> tuple["Region", "Region"]:
        """The upper and the lower half, or the left and the right one if it is wider than high."""
        height, width = self.size
        if height >= width:
            middle = self.top + height // 2
            return self._replace(bottom=middle), self._replace(top=middle)
        middle = self.left + width // 2
        return self._replace(right=middle), self._replace(left=middle)

    def grown(self, margin: int, size: tuple[int, int]) -> "Region":
        """With `margin` more pixels on each side, within an image of `size`."""
        # The same as min(size[0], self.bottom + margin), but where a region ends at the image's
        # edge, torch.export sees that without knowing the size.
        return Region(
            max(0, self.top - margin),
            max(0, self.left - margin),
            self.bottom + min(margin, size[0] - self.bottom),
            self.right + min(margin, size[1] - self.right),
        )

    def within(self, outer: "Region") -> "Region":
        """The same region, counted from the first pixel of `outer`."""
        top, left = outer[:2]
        return Region(self.top - top, self.left - left, self.bottom - top, self.right - left)

    def cut(self, image: Shaped[Tensor, "*b _h _w"]) -> Shaped[Tensor, "*b h w"]:
        """This part of an image (…, H, W), a view."""
        return image[..., self.top : self.bottom, self.left : self.right]

    def locate(
        self, coord: Float[Tensor, "b q 2"], size: tuple[int, int]
    ) -> Float[Tensor, "b q 2"]:
        """Coordinates (y, x) in an image of `size`, as coordinates in this region of it.

        Both are -1 and 1 at the outer edges; see `fcsr.models.texture`.
        """
        (height, width), (all_rows, all_columns) = self.size, size
        factor = pair(coord, all_rows / height, all_columns / width)
        y = (all_rows - 2 * self.top) / height - 1
        x = (all_columns - 2 * self.left) / width - 1
        return coord * factor + pair(coord, y, x)


def whole(size: tuple[int, int]) -> Region:
    """All of an image of `size`.

    Example:
        >>> import fcsr
        >>> fcsr.images.whole((12, 16))
        Region(top=0, left=0, bottom=12, right=16)
    """
    return Region(0, 0, *size)


def pair(like: Float[Tensor, "..."], y: float, x: float) -> Float[Tensor, " 2"]:
    """Two numbers as a tensor with the dtype and device of `like`.

    Created on the device: a copy from the CPU would wait for all of the device's pending work.

    Example:
        >>> import fcsr, torch
        >>> fcsr.images.pair(torch.zeros(5, 2), y=0.5, x=0.25)
        tensor([0.5000, 0.2500])
    """
    return torch.stack((like.new_full((), y), like.new_full((), x)))
