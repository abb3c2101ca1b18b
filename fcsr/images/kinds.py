"""The kinds of pictures that a user may hand in, as pixels, and the way back to each of them."""

import warnings
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from fcsr.errors import ImageError
from fcsr.images.files import depth, metadata
from fcsr.images.files.failures import pillow_errors
from fcsr.utils.dense import require_dense

Picture = Image.Image | np.ndarray | Tensor
"""A PIL image, an array `(H, W)` or `(H, W, C)`, or a tensor `(C, H, W)` or `(B, C, H, W)`."""

PictureT = TypeVar("PictureT", Image.Image, np.ndarray, Tensor)
"""A kind of `Picture`: what comes in as one comes out as the same."""

DTYPE_MAX = {torch.bool: 1, torch.uint8: 255, torch.uint16: 65535}
"""The dtypes of pixels that are not floats, with the value of white in each."""

_FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
_DTYPES = {str(dtype).removeprefix("torch.") for dtype in (*DTYPE_MAX, *_FLOATS)}


def to_pixels(image: PictureT) -> tuple[Tensor, Callable[[Tensor], PictureT]]:
    """Pixels (B, C, H, W) of the picture's own dtype, and what makes such pixels its kind again."""
    require_dense(image, "the image")
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
    if _is_closed(image):
        raise ImageError("the PIL image is closed; use it inside its `with`, or load it before")
    _require_depth(image)
    with pillow_errors("the PIL image"):
        info, _ = metadata.kept_of(image)
        upright = depth.read(image, max(depth.tag(image, depth.BITS, (16,))))
    pixels, restore_array = _from_array(_to_array(upright))
    # the profile of any other mode is void: its colours are converted to RGB
    if image.mode in ("CMYK", "YCbCr", "HSV", "LAB") and info.pop("icc_profile", None):
        what = f"{getattr(image, 'filename', '') or 'an image'} of mode {image.mode}"
        lost = f"{what} becomes RGB without regard to its colour profile"
        warnings.warn(f"{lost}; colours may differ", stacklevel=6)

    def restore(pixels: Tensor) -> Image.Image:
        result = Image.fromarray(restore_array(pixels))
        result.info |= info
        return result

    return pixels, restore


def _is_closed(image: Image.Image) -> bool:
    """Whether its pixels are gone, or its file before they were read."""
    if getattr(image, "tile", ()):
        file = getattr(image, "fp", None)
        return file is None or file.closed
    try:
        return image.im is None
    except ValueError:  # "Operation on closed image"
        return True
    except AssertionError:  # WebP and AVIF, not decoded yet
        return False


def _require_depth(image: Image.Image) -> None:
    """Pillow reads 16-bit colour as 8-bit, and where colours are apart, it misreads it."""
    deep = max(depth.tag(image, depth.BITS, (1,))) > 8 and len(image.getbands()) > 1
    cure = "fcsr.images.read(path) reads all"
    if deep and depth.is_planar(image):
        raise ImageError(f"Pillow misreads this TIFF, of 16 bits and with colours apart; {cure}")
    if deep or depth.is_deep_colour(image):
        warnings.warn(f"Pillow reads 8 of 16 bits a sample; {cure}", stacklevel=7)


def _to_array(image: Image.Image) -> np.ndarray:
    if image.mode == "F":
        return np.asarray(image)
    return _sixteen_bit(image) if image.mode.startswith("I") else _eight_bit(image)


def _eight_bit(image: Image.Image) -> np.ndarray:
    colour = "L" if image.mode in ("1", "L", "LA", "La") else "RGB"
    return np.asarray(image.convert(colour + "A" * image.has_transparency_data))


def _sixteen_bit(image: Image.Image) -> np.ndarray:
    if "transparency" in image.info:
        cure = "fcsr.images.read reads such a file as an array"
        raise ImageError(f"a PIL image cannot hold 16-bit gray with alpha; {cure}")
    values = np.asarray(image)
    if ((values < 0) | (values > 65535)).any():
        got = f"{values.min()}..{values.max()}"
        cure = "scale its values, 65535 is white"
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
        # gray is (H, W), unless it was given as (H, W, 1)
        return result[..., 0] if result.shape[2] == 1 and shape[2:] != (1,) else result

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
