"""Samples of any depth. Pillow has no 16-bit colour, and takes gray of 12 bits for one of 16.

Where a file has more than 8 bits a sample, its pixels are read as uint16 or float32, with the
white of the file as 65535 or 1.
"""

import io
import sys
from typing import Any

import numpy as np
from PIL import Image, ImageOps
from PIL.Image import Image as PilImage

BITS, PHOTOMETRIC, PLANAR = 258, 262, 284  # tags of a TIFF
_SWAPPED = {"L": "B", "B": "L", "N": "B" if sys.byteorder == "little" else "L"}


def sample_bits(image: Any, data: bytes) -> int:
    """The bits of a sample in a file: `image` is as Pillow opens it, and not yet loaded."""
    match image.format:
        case "PNG":
            return data[24]
        case "TIFF":
            return max(tag(image, BITS, (1,)))
        case "AVIF":  # of AV1's configuration the third byte: high, and twelve
            flags = data[data.find(b"av1C") + 6]
            return 8 + 2 * bool(flags & 64) + 2 * bool(flags & 64 and flags & 32)
        case "JPEG2000":
            return (data[data.find(b"\xff\x4f\xff\x51") + 42] & 127) + 1
        case "PPM" if not isinstance(image.tile[0].args, str):
            return int(image.tile[0].args[-1]).bit_length()
    return 8


def tag(image: PilImage, number: int, default: Any = ()) -> Any:
    """A tag of a TIFF that Pillow has opened; other pictures have none."""
    return getattr(image, "tag_v2", {}).get(number, default)


def is_planar(image: PilImage) -> bool:
    """Whether a TIFF has one colour after the other, which Pillow misreads beyond 8 bits."""
    return tag(image, PLANAR) == 2


def is_deep_colour(image: PilImage) -> bool:
    """Whether Pillow opens it with 8 bits of 16 in each sample, of which the others can be had."""
    raw = _raw_mode(image)
    return image.format in ("PNG", "TIFF") and ";16" in raw and not raw.startswith(("I", "CMYK"))


def read_deep_colour(image: PilImage, data: bytes) -> np.ndarray:
    """Upright pixels (H, W, C), uint16: gray or RGB, with alpha where there is one.

    Pillow reads the high bytes; with the other byte order it reads the low ones.
    """
    raw = _raw_mode(image)
    if raw.startswith("LA"):  # Pillow repeats the gray; its four bytes are read as they are
        array = _decoded(image, data, "RGBA").view(">u2").astype(np.uint16)
    else:
        plain = raw.replace("a", "A")
        high = _decoded(image, data, plain)
        low = _decoded(image, data, plain[:-1] + _SWAPPED[plain[-1]])
        array = high.astype(np.uint16) << 8 | low
    return separate_alpha(array) if "a" in raw else array


def separate_alpha(premultiplied: np.ndarray) -> np.ndarray:
    """Colours (H, W, C), uint16, that were multiplied by alpha, the last of the channels."""
    colour, alpha = premultiplied[..., :-1].astype(np.uint64), premultiplied[..., -1:]
    most = np.maximum(alpha, 1).astype(np.uint64)
    colour = np.minimum((colour * 65535 + most // 2) // most, 65535)
    return np.concatenate((colour.astype(np.uint16), alpha), axis=2)


def with_alpha(array: np.ndarray, transparent: int | tuple[int, ...]) -> np.ndarray:
    """Pixels (H, W[, C]), uint16, with an alpha that is 0 where they are `transparent`."""
    array = np.atleast_3d(array)
    opaque = (array != np.array(transparent)).any(axis=2, keepdims=True)
    return np.concatenate((array, np.where(opaque, np.uint16(65535), np.uint16(0))), axis=2)


def read(image: PilImage, bits: int) -> PilImage:
    """Upright as Pillow reads it; in gray of more than 8 bits, the white of the file is white.

    Args:
        image: as Pillow opens it.
        bits: of a sample in the file.
    """
    upright = ImageOps.exif_transpose(image)
    if upright.mode != "F" and not upright.mode.startswith("I;16"):
        return upright
    values, deepest = np.asarray(upright), 1 if upright.mode == "F" else 65535
    if deepest > 1 and bits < 16:
        white = (2**bits - 1) << (16 - bits if image.format == "JPEG2000" else 0)
        values = ((values.astype(np.uint32) * 65535 + white // 2) // white).astype(np.uint16)
    if tag(image, PHOTOMETRIC) == 0:  # white is 0; Pillow turns it with 8 bits, but not with more
        values = deepest - values
    result = Image.fromarray(values)
    result.info = upright.info
    return result


def _raw_mode(image: Any) -> str:
    args = image.tile[0].args if getattr(image, "tile", ()) else ""
    return args if isinstance(args, str) else str((args or [""])[0])


def _decoded(image: Any, data: bytes, raw_mode: str) -> np.ndarray:
    """Upright pixels, unpacked from the file in another way."""
    again: Any = Image.open(io.BytesIO(data), formats=[image.format])
    for number, tile in enumerate(again.tile):
        args = raw_mode if isinstance(tile.args, str) else (raw_mode, *tile.args[1:])
        again.tile[number] = tile._replace(args=args)
    return np.asarray(ImageOps.exif_transpose(again))
