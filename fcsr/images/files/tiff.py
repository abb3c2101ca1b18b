"""TIFFs that Pillow cannot open or misreads, and EXIF in those that are written row by row."""

import io
import logging
import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from fcsr.errors import ImageError
from fcsr.images.files.depth import separate_alpha
from fcsr.images.files.exif import GROUPS, as_bytes, loaded

# Of damage that is no reason to refuse a file tifffile tells stderr, unless a handler is there.
logging.getLogger("tifffile").addHandler(logging.NullHandler())

_COLOURS = {0: 1, 1: 1, 2: 3}  # channels of gray, which may have white as 0, and of RGB
_PLACEHOLDERS = {int(group): group - 1 for group in GROUPS}  # tifffile writes no such pointers


def is_tiff(data: bytes) -> bool:
    """Whether a file begins as a TIFF does."""
    return data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def read(data: bytes, name: str) -> tuple[np.ndarray, int, int]:
    """The first page: upright pixels (H, W[, C]), uint16 or float32; pages, extra bands.

    Raises:
        ImageError: a kind of pixels that is no photograph's, or a compression that is missing.
    """
    import tifffile

    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page: Any = file.pages[0]
        photometric = str(getattr(page.photometric, "name", page.photometric)).lower()
        kind = f"{name} holds {page.dtype or 'unknown'} samples, {photometric}"
        colours = _COLOURS.get(page.photometric)
        if page.dtype not in map(np.dtype, ("u2", "f2", "f4", "f8")) or not colours:
            raise ImageError(f"{kind}; give 8 or 16 bits, or floats in [0, 1], of gray or RGB")
        if page.axes not in ("YX", "YXS", "SYX"):
            raise ImageError(f"{name} is a volume; give one of its slices")
        if page.compression not in tifffile.TIFF.DECOMPRESSORS:
            method = getattr(page.compression, "name", page.compression)
            raise ImageError(f"{kind}, compressed by {method}; store it without compression")
        if page.imagewidth * page.imagelength > 2 * (Image.MAX_IMAGE_PIXELS or np.inf):
            raise Image.DecompressionBombError(f"{page.imagewidth} x {page.imagelength} pixels")
        if sum(page.databytecounts) > len(data):
            raise ValueError("its strips are longer than the file")
        pixels, extras = page.asarray(), page.extrasamples
        orientation = page.tags.valueof(ExifTags.Base.Orientation, 1)
        pages = len(file.pages)
    pixels = np.moveaxis(pixels, 0, -1) if page.axes == "SYX" else np.atleast_3d(pixels)
    array = _channels(pixels, colours, [int(extra) for extra in extras], page.photometric == 0)
    return turned(array, orientation), pages, pixels.shape[2] - array.shape[2]


def _channels(pixels: np.ndarray, colours: int, extras: list[int], negative: bool) -> np.ndarray:
    """Colours and alpha; the first extra band is alpha if it is 1, premultiplied, or 2."""
    floats = pixels.dtype.kind == "f"
    if negative:
        pixels = (1 if floats else 65535) - pixels
    if not extras or extras[0] not in (1, 2):
        return pixels[..., :colours].astype("f4" if floats else "u2")
    array = pixels[..., : colours + 1].astype("f4" if floats else "u2")
    if extras[0] == 1:
        if not floats:
            return separate_alpha(array)
        array[..., :-1] /= np.where(array[..., -1:] > 0, array[..., -1:], 1)
    return array


def exif_of(data: bytes) -> Image.Exif:
    """The tags of the first page; of a BigTIFF without camera and place, which Pillow cannot load.

    Raises:
        Exception: of many kinds, where they are damaged.
    """
    exif = Image.Exif()
    if data[2:3] != b"+" and data[3:4] != b"+":
        exif.load(b"Exif\0\0" + data)
        return exif
    directory, file = ImageFileDirectory_v2(data[:16]), io.BytesIO(data)
    file.seek(directory.next)
    directory.load(file)
    exif.update({tag: directory[tag] for tag in directory.keys() - GROUPS})
    return exif


def turned(array: np.ndarray, orientation: int) -> np.ndarray:
    """Pixels (H, W, C) as EXIF's orientation, 1 to 8, has them: upright."""
    if orientation > 4:
        array = array.swapaxes(0, 1)
    down = -1 if orientation in (3, 4, 7, 8) else 1
    right = -1 if orientation in (2, 3, 6, 7) else 1
    return array[::down, ::right]


def exif_tags(data: bytes | None) -> list[tuple]:
    """What tifffile takes as `extratags`, to write EXIF; `link` makes it complete."""
    if not data:
        return []
    exif = loaded(data)
    tags = [_extra(tag, exif[tag]) for tag in exif if tag not in GROUPS]
    return tags + [(_PLACEHOLDERS[group], 4, 1, 0, True) for group in GROUPS if group in exif]


def _extra(tag: int, value: Any) -> tuple:
    """One of tifffile's `extratags`: a number, bytes or, with a zero at its end, a text."""
    match value:
        case int():
            return tag, 3 if value < 2**16 else 4, 1, value, True
        case bytes():
            return tag, 1, len(value), value, True
    return tag, 2, 0, as_bytes(str(value)), True


def link(path: Path, data: bytes | None) -> None:
    """Append EXIF's directories of camera and place to a TIFF, and let placeholders lead there."""
    if not data:
        return
    exif = loaded(data)
    with open(path, "r+b") as file:
        for group in GROUPS:
            if group in exif:
                _link(file, group, exif[group])


def _link(file: BinaryIO, group: int, tags: dict) -> None:
    end = file.seek(0, 2)
    end += file.write(bytes(end % 2))  # directories begin at even places
    file.seek(0)
    header = file.read(8)
    big = header[2] == 43
    header += file.read(8 if big else 0)
    directory = ImageFileDirectory_v2(header, group=group)
    for tag, value in tags.items():
        directory[tag] = value
    content = directory.tobytes(end)
    file.seek(end)
    file.write(content)
    [first] = struct.unpack("<Q", header[8:]) if big else struct.unpack("<I", header[4:8])
    file.seek(first)
    [count] = struct.unpack("<Q" if big else "<H", file.read(8 if big else 2))
    layout = struct.Struct("<HHQQ" if big else "<HHII")
    for _ in range(count):
        place = file.tell()
        tag, kind, _, _ = layout.unpack(file.read(layout.size))
        if tag == _PLACEHOLDERS[group]:
            file.seek(place)
            file.write(layout.pack(group, kind, 1, end))
            return
