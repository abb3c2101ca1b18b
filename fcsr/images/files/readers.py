"""Read photographs: from files, from bytes, and the samples."""

import os
from pathlib import Path

from PIL import Image

from fcsr.errors import ImageError
from fcsr.images.files.contents import READ, Contents, parse

SAMPLES = ("astronaut", "chelsea", "coffee", "rocket", "motorcycle_left")
"""Photographs that come with scikit-image; they need no network."""

UNREAD = {".heic", ".heif", ".jxl", ".psd", ".svg", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf"}
UNREAD |= {".orf", ".rw2"}
"""Suffixes of pictures that `load` does not read: of telephones, editors, and of raw files."""


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


def has_suffix(path: str | os.PathLike) -> bool:
    """Whether a file is called as those are that `load` reads.

    Example:
        >>> from fcsr.images.files.readers import has_suffix
        >>> has_suffix("IMG_1.JPG"), has_suffix("notes.txt")
        (True, False)
    """
    return Image.registered_extensions().get(Path(path).suffix.lower()) in READ


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
