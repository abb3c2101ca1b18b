"""Write images of any size to files, a band of rows at a time.

PNG and TIFF are written as rows are made. JPEG, WebP and BMP are written by Pillow, which holds the
whole result: 4 bytes a pixel, 1 if it is gray.
"""

import math
import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from fcsr.errors import ImageError
from fcsr.images.files import colours, metadata, png, tiff
from fcsr.images.files.colours import Info
from fcsr.images.files.failures import drafting
from fcsr.images.files.lossy import Lossy

# The modes that each format holds without loss. Pillow writes more, but silently drops the alpha
# channel of some and half of the 16 bits of others.
_MODES = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK", "F"),
    "WEBP": ("1", "L", "LA", "P", "RGB", "RGBA"),
    "JPEG": ("L", "RGB", "CMYK"),
    "BMP": ("1", "L", "P", "RGB"),
}
_DEEPEST = {"PNG": np.uint16, "TIFF": np.float32}  # all others: uint8
_FORMATS = {f".{name.lower()}": name for name in _MODES} | {".jpg": "JPEG", ".tif": "TIFF"}
SUFFIXES = tuple(_FORMATS)
"""Of the files that are written."""

_MAX_SIDE = {"JPEG": 65_500, "WEBP": 16_383, "PNG": 2**31 - 1, "TIFF": 2**32 - 1}  # pixels a side


def save(image: Image.Image, path: str | os.PathLike) -> None:
    """Write an image in the format of the suffix: all of it or, where that fails, nothing.

    JPEG and WebP are written at quality 95, a JPEG with its chroma at full size. An alpha that
    hides nothing is left out where the format has none. EXIF, DPI, the ICC profile and, in a PNG,
    the colour space in `.info` are written, too; a warning names what the format cannot hold.

    Raises:
        ImageError: no PIL image, an unknown suffix, a mode, size or colour space that the format
            cannot hold, or a failed write.

    Example:
        >>> import fcsr, pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     fcsr.images.save(fcsr.images.sample("coffee"), f"{folder}/cup.jpg")
        ...     [file.name for file in pathlib.Path(folder).iterdir()]
        ['cup.jpg']
    """
    if not isinstance(image, Image.Image):
        cure = "make one by fcsr.images.to_pil(tensor) or PIL.Image.fromarray(array)"
        raise ImageError(f"save takes a PIL image, not a {type(image).__name__}; {cure}")
    info, _ = metadata.kept_of(image)
    if "transparency" in image.info and Path(path).suffix.lower() != ".png":
        image = _with_alpha(image)
    if not holds_alpha(path) and _is_opaque(image):
        image = image.convert(image.mode.removesuffix("A"))
    name = check(path, image.mode, (image.height, image.width), info)
    if lost := metadata.for_format(info, name)[1]:
        warnings.warn(f"{path}: {name} cannot hold {', '.join(lost)}", stacklevel=2)
    with drafting(path) as draft:
        _encode(image, draft, name, info, Lossy())


def write(
    path: str | os.PathLike,
    size: tuple[int, int],
    like: np.ndarray,
    bands: Iterator[np.ndarray],
    info: Info,
    lossy: Lossy = Lossy(),
) -> None:
    """As `save`, for an image of `size = (H, W)` given as `bands` of rows (h, W[, C]) from the top.

    `like` has the dtype and the channels of the bands: uint8, uint16 or, in [0, 1], float32. They
    are rounded to the bits that the format holds. The first band is requested only after the file
    could be created.
    """
    name = check(path, mode_of(like), size, info)
    dtype = dtype_in(name, like.dtype)
    shape = (*size, 1 if like.ndim == 2 else like.shape[2])
    rows = (_rounded(band, dtype) for band in bands)
    with drafting(path) as draft:
        draft.touch()
        if name == "PNG":
            png.write(draft, shape, dtype, metadata.png_chunks(info), rows)
        elif name == "TIFF":
            _write_tiff(draft, shape, dtype, info, rows)
        else:
            _encode(_gather(size, like, rows), draft, name, info, lossy)


def mode_of(pixels: np.ndarray) -> str:
    """The Pillow mode of pixels (H, W[, C]) with 8 bits a sample, whatever they have."""
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    return ("L", "LA", "RGB", "RGBA")[channels - 1]


def dtype_in(name: str, dtype: np.dtype) -> np.dtype:
    """What samples of a dtype become in a format: uint8, uint16 or float32."""
    deepest = np.dtype(_DEEPEST.get(name, np.uint8))
    return min(dtype, deepest, key=lambda kind: kind.itemsize)


def format_of(path: str | os.PathLike) -> str | None:
    """The format of the suffix, None if it is of none that is written."""
    return _FORMATS.get(Path(path).suffix.lower())


def holds_alpha(path: str | os.PathLike) -> bool:
    """Whether the format of the suffix has an alpha; an unknown one has none."""
    return "RGBA" in _MODES.get(format_of(path) or "", ())


def _with_alpha(image: Image.Image) -> Image.Image:
    """With an alpha in the place of a colour that stands for nothing, which only PNG writes."""
    alpha = {"1": "LA", "L": "LA", "P": "RGBA", "RGB": "RGBA"}
    return image.convert(alpha[image.mode]) if image.mode in alpha else image


def _is_opaque(image: Image.Image) -> bool:
    """Whether it has an alpha that hides nothing."""
    return image.mode in ("LA", "RGBA") and image.getchannel("A").getextrema() == (255, 255)


def _rounded(pixels: np.ndarray, dtype: np.dtype) -> np.ndarray:
    if pixels.dtype == dtype:
        return pixels
    white = {"u": np.iinfo, "f": np.finfo}[pixels.dtype.kind](pixels.dtype).max
    scale = np.iinfo(dtype).max / (white if pixels.dtype.kind == "u" else 1)
    return np.rint(pixels * scale).astype(dtype)


def check(path: str | os.PathLike, mode: str, size: tuple[int, int], info: Info) -> str:
    """The format of the suffix; raises ImageError if it cannot hold such an image."""
    name = format_of(path)
    if os.path.isdir(path):  # Path.is_dir raises where a path cannot be looked up
        raise ImageError(f"{path} is a folder; name a file in it")
    if name is None:
        raise ImageError(f"{path} has no image suffix; use one of {', '.join(SUFFIXES)}")
    if mode not in _MODES[name]:
        others = [suffix for suffix, other in _FORMATS.items() if mode in _MODES[other]]
        cure = f"use {' or '.join(others)}" if others else "convert it to another mode"
        raise ImageError(f"{path}: {name} cannot hold an image of mode {mode}; {cure}")
    if name != "PNG" and (words := colours.unusual(info)):
        raise ImageError(f"{path}: {name} cannot hold its colour space ({words}); use .png")
    too_long = max(size) > _MAX_SIDE.get(name, math.inf)
    if too_long or (name == "BMP" and size[0] * (3 * size[1] + 3) + 54 >= 2**32):
        cause = f"{size[1]} x {size[0]} pixels are more than {name} can hold"
        raise ImageError(f"{path} cannot be written ({cause}); use .png or .tif")
    return name


def _encode(image: Image.Image, draft: Path, name: str, info: Info, lossy: Lossy) -> None:
    held, _ = metadata.for_format(info, name)
    options: dict[str, Any] = {
        key: held[key] for key in ("exif", "dpi", "icc_profile") if key in held
    }
    if chunks := colours.png_chunks(held) + metadata.text_chunks(held):
        options["pnginfo"] = PngInfo()
        for chunk in chunks:
            options["pnginfo"].add(*chunk)
    image = image.copy()  # without what Pillow would write of its own accord
    image.info = {key: image.info[key] for key in ("transparency",) if key in image.info}
    image.save(draft, format=name, **options, **lossy.options(name))


def _gather(size: tuple[int, int], like: np.ndarray, bands: Iterator[np.ndarray]) -> Image.Image:
    result = Image.new(mode_of(like), size[::-1])
    top = 0
    for band in bands:
        result.paste(Image.fromarray(band), (0, top))
        top += len(band)
    return result


def _write_tiff(
    draft: Path,
    shape: tuple[int, int, int],
    dtype: np.dtype,
    info: Info,
    bands: Iterator[np.ndarray],
) -> None:
    import tifffile

    nbytes = math.prod(shape) * dtype.itemsize
    if nbytes > shutil.disk_usage(draft.parent).free:
        raise OSError(f"it takes {nbytes / 2**30:.1f} GiB, more than is free there")
    channels = shape[2]
    resolution: dict[str, Any] = (
        {"resolution": info["dpi"], "resolutionunit": 2} if "dpi" in info else {}
    )
    with tifffile.TiffWriter(draft, bigtiff=nbytes > 2**32 - 2**25, byteorder="<") as file:
        file.write(
            bands,
            shape=shape if channels > 1 else shape[:2],
            dtype=dtype,
            photometric="rgb" if channels > 2 else "minisblack",
            extrasamples=["unassalpha"] if channels in (2, 4) else None,
            iccprofile=info.get("icc_profile"),
            extratags=tiff.exif_tags(info.get("exif")),
            metadata=None,
            software=False,
            **resolution,
        )
    tiff.link(draft, info.get("exif"))
