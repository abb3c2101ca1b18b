"""Boxes of pixels: parts of an image that are looked at one after the other."""

from typing import NamedTuple

from jaxtyping import Shaped
from torch import Tensor


class Box(NamedTuple):
    """Rows from `top` to before `bottom`, columns from `left` to before `right`."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def size(self) -> tuple[int, int]:
        return self.bottom - self.top, self.right - self.left

    def grown(self, margin: int, size: tuple[int, int]) -> "Box":
        """With `margin` more pixels on each side, as far as an image of `size` has them."""
        return Box(
            max(0, self.top - margin),
            max(0, self.left - margin),
            min(size[0], self.bottom + margin),
            min(size[1], self.right + margin),
        )

    def within(self, outer: "Box") -> "Box":
        """The same box, counted from the first pixel of `outer`."""
        top, left = outer[:2]
        return Box(self.top - top, self.left - left, self.bottom - top, self.right - left)

    def cut(self, image: Shaped[Tensor, "*b _h _w"]) -> Shaped[Tensor, "*b h w"]:
        """This part of an image (…, H, W), a view."""
        return image[..., self.top : self.bottom, self.left : self.right]


def whole(size: tuple[int, int]) -> Box:
    """All of an image of `size`."""
    return Box(0, 0, *size)
