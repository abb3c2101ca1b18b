"""Read photographs from files and samples, and convert them to and from tensors."""

import os
from pathlib import Path

import torch
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor

from fcsr.errors import ImageError
from fcsr.images.contents import Contents, parse
from fcsr.images.convert import unpack
from fcsr.images.kinds import PictureT

SAMPLES = ("astronaut", "chelsea", "coffee", "rocket", "motorcycle_left")
"""Photographs that come with scikit-image; they need no network."""


def load(path: str | os.PathLike) -> Image.Image:
    """Read a photograph: complete, upright (EXIF orientation applied), the first frame of several.

    Gray keeps 16 bits or floats (mode I;16 or F); of 16-bit colour a PIL image holds 8 bits. A
    warning names what is not read; `read` keeps more. EXIF (without orientation), DPI, an ICC
    profile and the colour space of a PNG are in `.info`, and `save` writes them.

    Args:
        path: a PNG, JPEG, WebP, TIFF, GIF, BMP, PPM, AVIF or JPEG 2000 file.

    Raises:
        ImageError: a path that cannot be read, or a file that is no image, corrupt, truncated, a
            decompression bomb, or has floats outside [0, 1].

    Example:
        >>> import fcsr, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     fcsr.images.sample("coffee").crop((0, 0, 16, 12)).save(f"{folder}/cup.png")
        ...     fcsr.images.load(f"{folder}/cup.png").size
        (16, 12)
    """
    return from_bytes(_bytes(path), str(path))


def read(path: str | os.PathLike) -> Contents:
    """`load` that loses nothing in silence: a picture of the file's own depth, and what it is not.

    Raises:
        ImageError: as `load`.

    Example:
        >>> import fcsr, numpy, tempfile, tifffile
        >>> colours = numpy.full((12, 16, 3), 40_000, dtype=numpy.uint16)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tifffile.imwrite(f"{folder}/deep.tif", colours, photometric="rgb")
        ...     picture = fcsr.images.read(f"{folder}/deep.tif").picture
        >>> picture.dtype, int(picture.max())
        (dtype('uint16'), 40000)
        >>> fcsr.upscale(picture, scale=2, model="bicubic").shape
        (24, 32, 3)
    """
    return parse(_bytes(path), str(path))


def _bytes(path: str | os.PathLike) -> bytes:
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        cause = getattr(error, "strerror", None) or error
        cure = "give the path of an image file"
        raise ImageError(f"{path} cannot be read ({cause}); {cure}") from error


def from_bytes(data: bytes, name: str) -> Image.Image:
    """`load`, given the bytes of a file, such as an upload; errors call it `name`.

    Example:
        >>> import fcsr, io
        >>> file = io.BytesIO()
        >>> fcsr.images.sample("coffee").crop((0, 0, 16, 12)).save(file, "PNG")
        >>> fcsr.images.from_bytes(file.getvalue(), "cup.png").size
        (16, 12)
    """
    return parse(data, name).to_pil(name)


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
