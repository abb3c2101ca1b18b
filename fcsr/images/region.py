"""Boxes of pixels: parts of an image that are looked at one after the other."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Shaped
from torch import Tensor


class Region(NamedTuple):
    """Rows from `top` to before `bottom`, columns from `left` to before `right`."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def size(self) -> tuple[int, int]:
        return self.bottom - self.top, self.right - self.left

    @property
    def area(self) -> int:
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
        """With `margin` more pixels on each side, as far as an image of `size` has them."""
        return Region(
            max(0, self.top - margin),
            max(0, self.left - margin),
            min(size[0], self.bottom + margin),
            min(size[1], self.right + margin),
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
        """Coordinates (y, x) in an image of `size`, as coordinates in this part of it.

        Both are -1 and 1 at the outer edges; see `fcsr.models.texture`.
        """
        share = [n / mine for n, mine in zip(size, self.size, strict=True)]
        edges = zip(self[:2], size, self.size, strict=True)
        shift = [(n - 2 * first) / mine - 1 for first, n, mine in edges]
        return coord * pair(coord, *share) + pair(coord, *shift)


def whole(size: tuple[int, int]) -> Region:
    """All of an image of `size`."""
    return Region(0, 0, *size)


def pair(like: Float[Tensor, "..."], y: float, x: float) -> Float[Tensor, " 2"]:
    """Two numbers as a tensor of the kind of `like`, and where it is.

    Made there: to copy them from the CPU would have it wait for all that the device has yet to do.
    """
    return torch.stack((like.new_full((), y), like.new_full((), x)))
