"""Read photographs from files and samples, and convert them to and from tensors."""

import io
import os
import re
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image, ImageOps
from torch import Tensor

from fcsr.errors import ImageError
from fcsr.images.convert import unpack
from fcsr.images.kinds import PictureT, pillow_errors

SAMPLES = ("astronaut", "chelsea", "coffee", "rocket", "motorcycle_left")
"""Photographs that come with scikit-image; they need no network."""

# The formats of photographs, of some fifty. Others start programs (EPS) or hold no pixels.
_READ = ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "PPM", "AVIF", "JPEG2000")
# Each scan goes through all pixels, so a small file could keep a decoder busy for hours. An
# ordinary progressive JPEG has about ten; libtiff has the same limit.
_MOST_SCANS = 100
_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")  # of a segment
_PHOTOMETRIC = 262  # the tag of a TIFF; 0 says that white is 0


def load(path: str | os.PathLike) -> Image.Image:
    """Read a photograph: complete, upright (EXIF orientation applied), the first frame of several.

    An ICC profile stays in `.info["icc_profile"]`. 16-bit gray stays 16-bit; Pillow reads 16-bit
    colour as 8-bit.

    Args:
        path: a PNG, JPEG, WebP, TIFF, GIF, BMP, PPM, AVIF or JPEG 2000 file.

    Raises:
        ImageError: a path that cannot be read, or a file that is no image, corrupt, truncated, or
            a decompression bomb.

    Example:
        >>> import fcsr, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     fcsr.images.sample("coffee").crop((0, 0, 16, 12)).save(f"{folder}/cup.png")
        ...     fcsr.images.load(f"{folder}/cup.png").size
        (16, 12)
    """
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        cause = getattr(error, "strerror", None) or error
        cure = "give the path of an image file"
        raise ImageError(f"{path} cannot be read ({cause}); {cure}") from error
    return from_bytes(data, str(path))


def from_bytes(data: bytes, name: str) -> Image.Image:
    """`load`, given the bytes of a file, such as an upload; errors call it `name`.

    Example:
        >>> import fcsr, io
        >>> file = io.BytesIO()
        >>> fcsr.images.sample("coffee").crop((0, 0, 16, 12)).save(file, "PNG")
        >>> fcsr.images.from_bytes(file.getvalue(), "cup.png").size
        (16, 12)
    """
    with pillow_errors(name):
        # only verify() compares a PNG's checksums, and after it Pillow needs to open anew
        Image.open(io.BytesIO(data), formats=_READ).verify()
        image = Image.open(io.BytesIO(data), formats=_READ)
        if image.format in ("JPEG", "MPO") and _scans(data) > _MOST_SCANS:
            raise ValueError(f"more than {_MOST_SCANS} scans")
        upright = ImageOps.exif_transpose(image)
        return _inverted(upright) if _is_negative(image) else upright


def sample(name: str) -> Image.Image:
    """One of `SAMPLES`, 8-bit RGB photographs; raises ImageError for any other name.

    Example:
        >>> import fcsr
        >>> fcsr.images.sample("coffee").size
        (600, 400)
    """
    if name not in SAMPLES:
        raise ImageError(f"there is no sample image {name!r}; choose from {', '.join(SAMPLES)}")
    from skimage import data

    if name == "motorcycle_left":
        return Image.fromarray(data.stereo_motorcycle()[0])
    return Image.fromarray(getattr(data, name)())


def _scans(data: bytes) -> int:
    """How often a JPEG goes through its pixels."""
    scans, position = 0, 2
    while (marker := _MARKER.search(data, position)) and marker[0][-1] != 0xD9:  # the end
        scans += marker[0][-1] == 0xDA
        position = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])
    return scans


def _is_negative(image: Image.Image) -> bool:
    """Whether Pillow has left white as 0, which it does with 16 bits but not with 8."""
    from PIL.TiffImagePlugin import TiffImageFile

    if isinstance(image, TiffImageFile) and image.mode.startswith("I;16"):
        return image.tag_v2.get(_PHOTOMETRIC) == 0
    return False


def _inverted(image: Image.Image) -> Image.Image:
    result = Image.fromarray(65535 - np.asarray(image))
    result.info = image.info
    return result


def to_tensor(image: PictureT) -> Float[Tensor, "b 3 h w"]:
    """RGB in [0, 1], without alpha; accepts what `unpack` does, and raises the same errors.

    Example:
        >>> import fcsr
        >>> fcsr.images.to_tensor(fcsr.images.sample("coffee").crop((0, 0, 16, 12))).shape
        torch.Size([1, 3, 12, 16])
    """
    return unpack(image).rgb


def to_pil(image: Float[Tensor, "..."]) -> Image.Image:
    """One image `(3, H, W)` or `(1, 3, H, W)` in [0, 1] as 8-bit RGB, rounded and clamped.

    Raises:
        ImageError: another shape, no pixels, NaN or infinity, or no floats.

    Example:
        >>> import fcsr, torch
        >>> fcsr.images.to_pil(torch.full((3, 12, 16), 0.5)).getpixel((0, 0))
        (128, 128, 128)
    """
    _require_floats(image)
    single = image[0] if image.ndim == 4 and len(image) == 1 else image
    if single.ndim != 3 or len(single) != 3 or single.numel() == 0:
        raise ImageError(f"give one image (3, H, W) or (1, 3, H, W), not {tuple(image.shape)}")
    if not single.isfinite().all():
        raise ImageError("the image has NaN or infinite values; find their cause")
    return Image.fromarray(to_levels(single).permute(1, 2, 0).contiguous().cpu().numpy())


def to_levels(image: Float[Tensor, "*shape"]) -> UInt8[Tensor, "*shape"]:
    """Values in [0, 1] as 8-bit levels 0..255: rounded, and clamped where they lie outside.

    Raises:
        ImageError: the values are no floats.

    Example:
        >>> import fcsr, torch
        >>> fcsr.images.to_levels(torch.tensor([-0.1, 0.1, 1.0]))
        tensor([  0,  26, 255], dtype=torch.uint8)
    """
    _require_floats(image)
    return torch.round(image * 255).clamp(0, 255).to(torch.uint8)


def _require_floats(image: Tensor) -> None:
    if not image.is_floating_point():
        cure = "fcsr.images.to_tensor makes such floats of a picture"
        raise ImageError(f"values are {image.dtype}, not floats in [0, 1]; {cure}")
