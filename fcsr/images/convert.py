"""Pictures of any kind to tensors, and results back to the same kind.

Inside the package an image is a float32 tensor `(B, 3, H, W)`, RGB in [0, 1]. `unpack` makes one
of a PIL image, an array or a tensor; `Unpacked.pack` makes a result of any size the same kind.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from fcsr.errors import ImageError
from fcsr.frequency import FIXED_POINT
from fcsr.images.kinds import DTYPE_MAX, PictureT, to_pixels
from fcsr.images.ranges import require_unit
from fcsr.images.region import Region, whole


@dataclass(frozen=True)
class Unpacked(Generic[PictureT]):
    """A picture as pixels of its own dtype, and how to pack a result like it.

    Args:
        pixels: 1 to 4 channels, gray or RGB, with or without alpha; on a given tensor's device.
        restore: makes such pixels, of any size, the kind of picture that was given.

    Example:
        >>> import fcsr
        >>> picture = fcsr.images.unpack(fcsr.images.sample("coffee").crop((0, 0, 16, 12)))
        >>> picture.rgb.shape, picture.gray, picture.has_alpha
        (torch.Size([1, 3, 12, 16]), False, False)
        >>> picture.pack(picture.rgb[..., ::2, ::2]).size  # a PIL image, as given
        (8, 6)
    """

    pixels: Shaped[Tensor, "b c h w"]
    restore: Callable[[Tensor], PictureT]

    @property
    def gray(self) -> bool:
        """Whether the picture has a single colour channel."""
        return self.pixels.shape[1] <= 2

    @property
    def has_alpha(self) -> bool:
        """Whether the picture has an opacity."""
        return self.pixels.shape[1] in (2, 4)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.pixels.shape[-2], self.pixels.shape[-1]

    @property
    def rgb(self) -> Float[Tensor, "b 3 h w"]:
        """The colours in [0, 1]; gray is replicated to three channels."""
        return self.cut_rgb(whole(self.size))

    @property
    def alpha(self) -> Float[Tensor, "b 1 h w"] | None:
        """The opacity in [0, 1], if the picture has one."""
        return self.cut_alpha(whole(self.size)) if self.has_alpha else None

    def cut_rgb(self, region: Region) -> Float[Tensor, "b 3 h w"]:
        """`rgb` of a region; the rest of the pixels is not converted to floats."""
        colour = _to_unit(region.cut(self.pixels[:, :1] if self.gray else self.pixels[:, :3]))
        return colour.repeat(1, 3, 1, 1) if self.gray else colour

    def cut_alpha(self, region: Region) -> Float[Tensor, "b 1 h w"]:
        """`alpha` of a region."""
        return _to_unit(region.cut(self.pixels[:, -1:]))

    def fill_transparent(self) -> "Unpacked[PictureT]":
        """Give fully transparent pixels the colours of the nearest others.

        They are invisible, and mostly black. But resampling colours apart from alpha mixes them
        into their neighbours, as a dark rim.
        """
        if not self.has_alpha or not (transparent := self.pixels[:, -1] == 0).any():
            return self
        from scipy.ndimage import distance_transform_edt

        pixels = self.pixels.clone()
        for picture, mask in zip(pixels, transparent.cpu().numpy(), strict=True):
            if mask.all():
                continue
            nearest = distance_transform_edt(mask, return_distances=False, return_indices=True)
            y, x = (torch.from_numpy(index).long().to(pixels.device) for index in nearest)
            picture[:-1] = picture[:-1, y, x]
        return Unpacked(pixels, self.restore)

    def without_opaque_alpha(self) -> "Unpacked[PictureT]":
        """The same without its alpha, if that hides nothing."""
        white = DTYPE_MAX.get(self.pixels.dtype, 1)
        if not self.has_alpha or not (self.pixels[:, -1] == white).all():
            return self
        return Unpacked(self.pixels[:, :-1], self.restore)

    def pack(
        self, rgb: Float[Tensor, "b 3 h w"], alpha: Float[Tensor, "b 1 h w"] | None = None
    ) -> PictureT:
        """Make `rgb` and `alpha` of any new size the kind, dtype and layout of the original.

        Values are clamped to [0, 1]; integers are rounded; gray is the mean of the channels.

        Raises:
            ImageError: `alpha` is given but the original has none, or the other way round.
        """
        return self.restore(self.to_pixels(rgb, alpha))

    def to_pixels(
        self, rgb: Float[Tensor, "b 3 h w"], alpha: Float[Tensor, "b 1 h w"] | None = None
    ) -> Shaped[Tensor, "b c h w"]:
        """`pack` without `restore`: pixels with the dtype and channels of the original."""
        if (alpha is None) == self.has_alpha:
            raise ImageError(f"the original has {'no' if alpha is not None else 'an'} alpha")
        if self.gray:  # the mean as an offset: exact where the three channels are equal
            red = rgb[:, :1]
            rgb = red + (rgb - red).mean(1, keepdim=True)
        pixels = (rgb if alpha is None else torch.cat((rgb, alpha), dim=1)).clamp(0, 1)
        if self.pixels.dtype in DTYPE_MAX:
            pixels = torch.round(pixels * DTYPE_MAX[self.pixels.dtype])
        return pixels.to(self.pixels.dtype)


def unpack(image: PictureT) -> Unpacked[PictureT]:
    """Split a picture into RGB and alpha in [0, 1], and keep how to pack a result like it.

    Integers become multiples of `FIXED_POINT`, for which `fcsr.frequency.split` is exact; floats
    keep their value, and gradients flow through them.

    Args:
        image: a PIL image, array or tensor. 8-bit PIL modes are returned as L, LA, RGB or RGBA,
            16-bit gray as I;16, floats in [0, 1] as F. A palette counts as RGB, a transparent
            colour as alpha. EXIF's orientation is applied: the result is upright. In `.info` it
            keeps EXIF, DPI, an ICC profile that is still valid, and a PNG's colour space. Arrays
            and tensors: C is 1 gray, 2 gray + alpha, 3 RGB or 4 RGBA; bool, uint8, uint16, or
            floats in [0, 1].

    Raises:
        ImageError: another type, shape or dtype, no pixels, NaN, infinity, or floats outside
            [0, 1].

    Example:
        >>> import fcsr, numpy
        >>> gray = fcsr.images.unpack(numpy.zeros((6, 8), dtype=numpy.uint16))
        >>> doubled = gray.pack(fcsr.images.resize(gray.rgb, (12, 16)))
        >>> doubled.shape, doubled.dtype
        ((12, 16), dtype('uint16'))
    """
    pixels, restore = to_pixels(image)
    _check(pixels)
    return Unpacked(pixels, restore)


def to_tensor(image: PictureT) -> Float[Tensor, "b 3 h w"]:
    """RGB in [0, 1], without alpha; accepts what `unpack` does, and raises the same errors.

    Example:
        >>> import fcsr
        >>> fcsr.images.to_tensor(fcsr.images.sample("coffee").crop((0, 0, 16, 12))).shape
        torch.Size([1, 3, 12, 16])
    """
    return unpack(image).rgb


def _check(pixels: Tensor) -> None:
    if pixels.numel() == 0:
        b, c, h, w = pixels.shape
        raise ImageError(f"the image is empty: {b} x {c} channels of {h} x {w} pixels")
    if pixels.dtype not in DTYPE_MAX:
        require_unit(pixels, "the image")


def _to_unit(pixels: Tensor) -> Tensor:
    """Pixels of any supported dtype as float32 in [0, 1]."""
    if pixels.dtype not in DTYPE_MAX:
        return pixels.float().clamp(0, 1)
    # looked up, because the exact quotient takes float64 and not every device has it
    steps = DTYPE_MAX[pixels.dtype] + 1
    values = torch.linspace(0, 1, steps, dtype=torch.float64, device="cpu")
    table = (torch.round(values / FIXED_POINT) * FIXED_POINT).float()
    return table.to(pixels.device)[pixels.int()]
