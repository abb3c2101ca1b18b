"""Pictures of any kind as the package computes with them, and the way back to each kind.

Inside the package an image is a float32 tensor `(B, 3, H, W)`, RGB in [0, 1]. `unpack` makes one
of a PIL image, an array or a tensor; `Unpacked.pack` makes a result of any size the same kind.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Shaped
from PIL import Image, ImageOps
from torch import Tensor

from fcsr.errors import ImageError
from fcsr.frequency import FIXED_POINT
from fcsr.images.pillow_errors import pillow_errors
from fcsr.images.region import Region, whole

Picture = Image.Image | np.ndarray | Tensor
"""A PIL image, an array `(H, W)` or `(H, W, C)`, or a tensor `(C, H, W)` or `(B, C, H, W)`."""

DTYPE_MAX = {torch.bool: 1, torch.uint8: 255, torch.uint16: 65535}
"""The types of pixels that are not floats, and what is white in each."""

_FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
_DTYPES = {str(dtype).removeprefix("torch.") for dtype in (*DTYPE_MAX, *_FLOATS)}
_TOLERANCE = 1e-6  # of float values outside [0, 1]


@dataclass(frozen=True)
class Unpacked:
    """A picture as pixels of its own type, and what it takes to pack a result like it.

    pixels: 1 to 4 channels: gray or RGB, with alpha or without. On the device of a given tensor.
    restore: makes such pixels, of any size, the kind of picture that the user gave.
    """

    pixels: Shaped[Tensor, "b c h w"]
    restore: Callable[[Tensor], Picture]

    @property
    def gray(self) -> bool:
        """Whether the picture has a single colour channel."""
        return self.pixels.shape[1] <= 2

    @property
    def has_alpha(self) -> bool:
        return self.pixels.shape[1] in (2, 4)

    @property
    def size(self) -> tuple[int, int]:
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
        """`rgb` of a region: only that much becomes floats."""
        colour = _to_unit(region.cut(self.pixels[:, :1] if self.gray else self.pixels[:, :3]))
        return colour.repeat(1, 3, 1, 1) if self.gray else colour

    def cut_alpha(self, region: Region) -> Float[Tensor, "b 1 h w"]:
        """`alpha` of a region."""
        return _to_unit(region.cut(self.pixels[:, -1:]))

    def fill_transparent(self) -> "Unpacked":
        """The same, with the colours of fully transparent pixels taken from the nearest others.

        Nobody sees them, but whoever resamples colours apart from alpha mixes them in: mostly
        black, which would be a dark rim around what is drawn.
        """
        if not self.has_alpha or not (hidden := self.pixels[:, -1] == 0).any():
            return self
        from scipy.ndimage import distance_transform_edt

        pixels = self.pixels.clone()
        for picture, unseen in zip(pixels, hidden.cpu().numpy(), strict=True):
            if unseen.all():
                continue
            nearest = distance_transform_edt(unseen, return_distances=False, return_indices=True)
            y, x = (torch.from_numpy(index).long().to(pixels.device) for index in nearest)
            picture[:-1] = picture[:-1, y, x]
        return Unpacked(pixels, self.restore)

    def pack(
        self, rgb: Float[Tensor, "b 3 h w"], alpha: Float[Tensor, "b 1 h w"] | None = None
    ) -> Picture:
        """Make `rgb` and `alpha` of any new size the kind, dtype and layout of the original.

        Values are clamped to [0, 1]; integers are rounded; gray is the mean of the channels.
        Raises ImageError unless `alpha` is given exactly where the original has one.
        """
        return self.restore(self.to_pixels(rgb, alpha))

    def to_pixels(
        self, rgb: Float[Tensor, "b 3 h w"], alpha: Float[Tensor, "b 1 h w"] | None = None
    ) -> Shaped[Tensor, "b c h w"]:
        """What `pack` restores: pixels of the original's type and channels."""
        if (alpha is None) == self.has_alpha:
            raise ImageError(f"the original has {'no' if alpha is not None else 'an'} alpha")
        if self.gray:  # the mean as an offset: exact where the three channels are equal
            red = rgb[:, :1]
            rgb = red + (rgb - red).mean(1, keepdim=True)
        pixels = (rgb if alpha is None else torch.cat((rgb, alpha), dim=1)).clamp(0, 1)
        if self.pixels.dtype in DTYPE_MAX:
            pixels = torch.round(pixels * DTYPE_MAX[self.pixels.dtype])
        return pixels.to(self.pixels.dtype)


def unpack(image: Picture) -> Unpacked:
    """Part a picture into RGB and alpha in [0, 1], and remember how to pack a result like it.

    PIL images: 8-bit modes come back as L, LA, RGB or RGBA, 16-bit gray as I;16. A palette counts
    as RGB, a transparent colour as alpha. EXIF's orientation is applied: the result is upright. An
    ICC profile is kept where it still holds.
    Arrays and tensors: C is 1 gray, 2 gray + alpha, 3 RGB or 4 RGBA; bool, uint8, uint16, or
    floats in [0, 1].

    Integers become multiples of `FIXED_POINT`, for which `fcsr.frequency.split` is exact; floats
    keep their value, and gradients flow through them. Raises ImageError for another type, shape
    or dtype, no pixels, NaN, infinity, and floats outside [0, 1].
    """
    pixels, restore = to_pixels(image)
    _check(pixels)
    return Unpacked(pixels, restore)


def _check(pixels: Tensor) -> None:
    if pixels.numel() == 0:
        b, c, h, w = pixels.shape
        raise ImageError(f"the image is empty: {b} x {c} channels of {h} x {w} pixels")
    if pixels.dtype in DTYPE_MAX:
        return
    low, high = (bound.item() for bound in pixels.detach().aminmax())
    if not np.isfinite([low, high]).all():
        raise ImageError("the image has NaN or infinite values; find their cause, or nan_to_num")
    if low < -_TOLERANCE or high > 1 + _TOLERANCE:
        cure = f"divide it by {255 if high <= 255 else 65535}" if high > 1.5 else "clip it"
        raise ImageError(f"float images lie in [0, 1], got [{low:.7g}, {high:.7g}]; {cure}")


def _to_unit(pixels: Tensor) -> Tensor:
    """Pixels of any supported type as float32 in [0, 1]."""
    if pixels.dtype not in DTYPE_MAX:
        return pixels.float().clamp(0, 1)
    # looked up, because the exact quotient takes float64 and not every device has it
    values = torch.linspace(0, 1, DTYPE_MAX[pixels.dtype] + 1, dtype=torch.float64)
    table = (torch.round(values / FIXED_POINT) * FIXED_POINT).float()
    return table.to(pixels.device)[pixels.int()]


def to_pixels(image: Picture) -> tuple[Tensor, Callable[[Tensor], Picture]]:
    """Pixels (B, C, H, W) of the picture's own type, and what makes such pixels its kind again."""
    match image:
        case Image.Image():
            return _from_pil(image)
        case np.ndarray():
            return _from_array(image)
        case Tensor():
            return _from_tensor(image)
    raise ImageError(
        f"an image is a PIL image, a numpy array or a torch tensor, not a "
        f"{type(image).__name__}; open a file with fcsr.images.load(path)"
    )


def _from_pil(image: Image.Image) -> tuple[Tensor, Callable[[Tensor], Image.Image]]:
    with pillow_errors("the PIL image"):
        image = ImageOps.exif_transpose(image)
    if image.mode == "F":
        raise ImageError("mode F does not say what is white; pass np.asarray(image) in [0, 1]")
    array = _sixteen_bit(image) if image.mode.startswith("I") else _eight_bit(image)
    pixels, restore_array = _from_array(array)
    # the profile of any other mode is void: its colours are converted to RGB
    keeps_profile = image.mode not in ("CMYK", "YCbCr", "HSV", "LAB")
    profile = image.info.get("icc_profile") if keeps_profile else None

    def restore(pixels: Tensor) -> Image.Image:
        result = Image.fromarray(restore_array(pixels))
        if profile:
            result.info["icc_profile"] = profile
        return result

    return pixels, restore


def _eight_bit(image: Image.Image) -> np.ndarray:
    colour = "L" if image.mode in ("1", "L", "LA", "La") else "RGB"
    return np.asarray(image.convert(colour + "A" * image.has_transparency_data))


def _sixteen_bit(image: Image.Image) -> np.ndarray:
    if "transparency" in image.info:
        cure = "del image.info['transparency'] to go without it"
        raise ImageError(f"PIL has no 16-bit gray with alpha for the result; {cure}")
    values = np.asarray(image)
    if ((values < 0) | (values > 65535)).any():
        got = f"{values.min()}..{values.max()}"
        cure = "scale it, or pass an array in [0, 1]"
        raise ImageError(f"mode {image.mode} must lie in 0..65535, got {got}; {cure}")
    return values.astype(np.uint16)


def _from_array(array: np.ndarray) -> tuple[Tensor, Callable[[Tensor], np.ndarray]]:
    _require_dtype(array.dtype.name)
    shape, dtype = array.shape, array.dtype
    flat = len(shape) == 2
    if not flat and (len(shape) != 3 or shape[2] not in (1, 2, 3, 4)):
        first = len(shape) == 3 and shape[0] in (1, 2, 3, 4)
        cure = "; move the channels last: image.transpose(1, 2, 0)" if first else ""
        raise ImageError(f"an array is (H, W) or (H, W, C) with C = 1 to 4, not {shape}{cure}")
    # torch knows no foreign byte order, no negative strides, and warns of read-only memory
    native = array.astype(dtype.newbyteorder("="), order="C")
    pixels = torch.from_numpy(native[..., None] if flat else native).permute(2, 0, 1)[None]

    def restore(pixels: Tensor) -> np.ndarray:
        result = pixels[0].permute(1, 2, 0).detach().cpu().numpy().astype(dtype, order="C")
        return result[..., 0] if flat else result

    return pixels, restore


def _from_tensor(tensor: Tensor) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
    _require_dtype(str(tensor.dtype).removeprefix("torch."))
    shape, device = tuple(tensor.shape), tensor.device
    batched = len(shape) == 4
    if len(shape) not in (3, 4) or shape[-3] not in (1, 2, 3, 4):
        last = len(shape) in (3, 4) and shape[-1] in (1, 2, 3, 4)
        cure = "; move the channels first: image.movedim(-1, -3)" if last else ""
        raise ImageError(f"a tensor is ([B,] C, H, W) with C = 1 to 4, not {shape}{cure}")

    def restore(pixels: Tensor) -> Tensor:
        return (pixels if batched else pixels[0]).to(device)

    return (tensor if batched else tensor[None]), restore


def _require_dtype(name: str) -> None:
    if name not in _DTYPES:
        cure = "convert them to uint8 (0..255), uint16 (0..65535) or float32 in [0, 1]"
        raise ImageError(f"pixels of type {name} are not supported; {cure}")
