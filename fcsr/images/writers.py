"""Write images of any size to files, a band of rows at a time.

PNG and TIFF are written as rows are made. JPEG, WebP and BMP are written by Pillow, which holds the
whole result: 4 bytes a pixel, 1 if it is gray.
"""

import math
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from fcsr.errors import FcsrError, ImageError
from fcsr.images import png
from fcsr.utils.files import atomic_write

# The modes that each format holds without loss. Pillow writes more, but silently drops the alpha
# channel of some and half of the 16 bits of others.
_MODES = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"),
    "WEBP": ("1", "L", "LA", "P", "RGB", "RGBA"),
    "JPEG": ("L", "RGB", "CMYK"),
    "BMP": ("1", "L", "P", "RGB"),
}
_FORMATS = {f".{name.lower()}": name for name in _MODES} | {".jpg": "JPEG", ".tif": "TIFF"}
_MAX_SIDE = {"JPEG": 65_500, "WEBP": 16_383, "PNG": 2**31 - 1, "TIFF": 2**32 - 1}  # pixels a side
# Pillow's 75 or 80 blurs the very detail that super-resolution is about.
_QUALITY = {"JPEG": {"quality": 95}, "WEBP": {"quality": 95}}


def save(image: Image.Image, path: str | os.PathLike) -> None:
    """Write an image in the format of the suffix: all of it or, where that fails, nothing.

    JPEG and WebP are written at quality 95, with the ICC profile in `.info`, if any.

    Raises:
        ImageError: an unknown suffix, a mode or size that the format cannot hold, or a failed
            write.

    Example:
        >>> import fcsr, pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     fcsr.images.save(fcsr.images.sample("coffee"), f"{folder}/cup.jpg")
        ...     [file.name for file in pathlib.Path(folder).iterdir()]
        ['cup.jpg']
    """
    name = check(path, image.mode, (image.height, image.width))
    with drafting(path) as draft:
        _encode(image, draft, name)


def write(
    path: str | os.PathLike, size: tuple[int, int], like: Image.Image, bands: Iterator[Image.Image]
) -> None:
    """As `save`, for an image of `size = (H, W)` given as `bands` of rows from the top.

    `like` is an image with the mode and ICC profile of the bands. The first band is requested only
    after the file could be created.
    """
    name = check(path, like.mode, size)
    with drafting(path) as draft:
        draft.touch()
        if name == "PNG":
            profile = like.info.get("icc_profile")
            png.write(draft, size, like.mode, profile, map(np.asarray, bands))
        elif name == "TIFF":
            _write_tiff(draft, size, like, bands)
        else:
            _encode(_gather(size, like, bands), draft, name)


def check(path: str | os.PathLike, mode: str, size: tuple[int, int]) -> str:
    """The format of the suffix; raises ImageError if it cannot hold such an image."""
    name = _FORMATS.get(Path(path).suffix.lower())
    if Path(path).is_dir():
        raise ImageError(f"{path} is a folder; name a file in it")
    if name is None:
        raise ImageError(f"{path} has no image suffix; use one of {', '.join(_FORMATS)}")
    if mode not in _MODES[name]:
        cure = "use another suffix, or convert it, e.g. image.convert('RGB')"
        raise ImageError(f"{path}: {name} cannot hold an image of mode {mode}; {cure}")
    too_long = max(size) > _MAX_SIDE.get(name, math.inf)
    if too_long or (name == "BMP" and size[0] * (3 * size[1] + 3) + 54 >= 2**32):
        cause = f"{size[1]} x {size[0]} pixels are more than {name} can hold"
        raise ImageError(f"{path} cannot be written ({cause}); use .png or .tif")
    return name


@contextmanager
def drafting(path: str | os.PathLike) -> Iterator[Path]:
    """`atomic_write`, whose failures to write become an ImageError about `path`."""
    try:
        with atomic_write(path) as draft:
            yield draft
    except FcsrError:
        raise  # from the code that makes the image
    except (OSError, ValueError, MemoryError) as error:
        cause = getattr(error, "strerror", None) or error
        raise ImageError(f"{path} cannot be written ({cause})") from error


def _encode(image: Image.Image, draft: Path, name: str) -> None:
    profile = image.info.get("icc_profile")
    image.save(draft, format=name, icc_profile=profile, **_QUALITY.get(name, {}))


def _gather(size: tuple[int, int], like: Image.Image, bands: Iterator[Image.Image]) -> Image.Image:
    result = Image.new(like.mode, size[::-1])
    result.info = dict(like.info)
    top = 0
    for band in bands:
        result.paste(band, (0, top))
        top += band.height
    return result


def _write_tiff(
    draft: Path, size: tuple[int, int], like: Image.Image, bands: Iterator[Image.Image]
) -> None:
    import tifffile

    pixel = np.asarray(like)[0, 0]
    nbytes = size[0] * size[1] * pixel.nbytes
    if nbytes > shutil.disk_usage(draft.parent).free:
        raise OSError(f"it takes {nbytes / 2**30:.1f} GiB, more than is free there")
    with tifffile.TiffWriter(draft, bigtiff=nbytes > 2**32 - 2**25) as file:
        file.write(
            map(np.asarray, bands),
            shape=(*size, *pixel.shape),
            dtype=pixel.dtype,
            photometric="rgb" if like.mode.startswith("RGB") else "minisblack",
            extrasamples=["unassalpha"] if like.mode.endswith("A") else None,
            iccprofile=like.info.get("icc_profile"),
            metadata=None,
            software=False,
        )
