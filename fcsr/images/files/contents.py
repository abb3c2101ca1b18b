"""What an image file holds: pixels at their own depth, and what a result keeps or lacks."""

import io
import re
import warnings
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError

from fcsr.errors import ImageError
from fcsr.images.files import colours, depth, metadata, tiff
from fcsr.images.files.failures import pillow_errors
from fcsr.images.ranges import require_unit

# The formats of photographs, of some fifty. Others start programs (EPS) or hold no pixels.
READ = ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "PPM", "AVIF", "JPEG2000")
# Each scan goes through all pixels, so a small file could keep a decoder busy for hours. An
# ordinary progressive JPEG has about ten; libtiff has the same limit.
_MOST_SCANS = 100
_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")  # of a segment
# What Pillow has in `.info` of the file that was, and what `metadata.kept` gives anew.
_ELSEWHERE = {"exif", "dpi", "icc_profile", "gamma", "chromaticity", "cicp", "compression"}
_ELSEWHERE |= {"resolution", "Raw profile type exif"}
_ELSEWHERE |= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
# Tags of a TIFF.
_EXTRA_SAMPLES, _SAMPLE_FORMAT, _IMAGE_DEPTH, _PROFILE = 338, 339, 32997, 34675
_KIND_OF_PAGE, _FURTHER_PAGES, _DNG_VERSION = 254, 330, 50706
_RAW = "is a camera's raw file; develop the raw file first, into a TIFF or PNG"
_MPF_ENTRIES = 0xB002


@dataclass(frozen=True)
class Contents:
    """An image file, read.

    Args:
        picture: the first frame, upright: a PIL image or, of 16-bit colour, 16-bit gray with
            alpha, and colour in floats, an array (H, W, C) of uint16 or float32.
        info: the metadata that a result keeps, as in `PIL.Image.Image.info`: EXIF, DPI, an ICC
            profile, the colour space of a PNG.
        unread: clauses that say what of the pixels is not in `picture`, or not certain.
        dropped: names of the metadata that is not in `info`.

    Example:
        >>> import fcsr, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     fcsr.images.sample("coffee").save(f"{folder}/cup.png", dpi=(300, 300))
        ...     held = fcsr.images.read(f"{folder}/cup.png")
        >>> held.picture.size, list(held.info), held.unread
        ((600, 400), ['dpi'], ())
    """

    picture: Image.Image | np.ndarray
    info: dict = field(repr=False)
    unread: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    def to_pil(self, name: str) -> Image.Image:
        """The picture as a PIL image; warns of what it cannot hold, and calls the file `name`."""
        unread, image = list(self.unread), self.picture
        if isinstance(image, np.ndarray):
            bits = "16" if image.dtype == np.uint16 else "32"
            unread.append(f"of {bits} bits a sample 8 are read (fcsr.images.read reads all)")
            white = 65535 if image.dtype == np.uint16 else 1
            levels = np.rint(image.astype(np.float64) * (255 / white)).clip(0, 255)
            image = Image.fromarray(levels.astype(np.uint8))
            image.info |= self.info
        if unread:
            warnings.warn(f"{name}: {'; '.join(unread)}", stacklevel=4)
        return image


def parse(data: bytes, name: str) -> Contents:
    """Read the bytes of a file; errors call it `name`.

    Raises:
        ImageError: it is no image, corrupt, truncated, a decompression bomb, of a kind that says
            not what is white, or has floats outside [0, 1].
    """
    with pillow_errors(name):
        if tiff.is_tiff(data) and data[8:10] == b"CR":  # of Canon
            raise ImageError(f"{name} {_RAW}")
        try:
            # only verify() compares a PNG's checksums, and after it Pillow needs to open anew
            Image.open(io.BytesIO(data), formats=READ).verify()
        except UnidentifiedImageError:
            if not tiff.is_tiff(data):
                raise
            return _parse_tiff(data, name)
        image = Image.open(io.BytesIO(data), formats=READ)
        if image.format in ("JPEG", "MPO") and _scans(data) > _MOST_SCANS:
            raise ValueError(f"more than {_MOST_SCANS} scans")
        if image.format == "TIFF":
            _require_photograph(image, name)
        if depth.is_planar(image) and depth.sample_bits(image, data) > 8:
            return _parse_tiff(data, name)
        return _parse(image, data, name)


def _parse(image: Image.Image, data: bytes, name: str) -> Contents:
    bits = depth.sample_bits(image, data)
    unread = [*_frames(_count(image), image.format), *_bands(_extra_bands(image))]
    deep = depth.is_deep_colour(image)
    unread += [] if deep else _depth(image, bits)
    array = depth.read_deep_colour(image, data) if deep else None
    image.info |= colours.cicp(data, image.format or "")
    info, dropped = metadata.kept_of(image)
    picture = depth.read(image, bits) if array is None else array
    if bits == 16 and (key := image.info.get("transparency")) is not None:
        picture = depth.with_alpha(np.asarray(picture), key)
    if isinstance(picture, Image.Image):
        if picture.mode == "F":
            require_unit(torch.from_numpy(np.array(picture)), name)
        if picture.mode == "I" and not _fits_16_bits(picture):
            raise ImageError(f"{name} holds {bits}-bit integers outside 0..65535; give 16 bits")
        cast(Any, picture).filename = name  # as Pillow has it; warnings tell it
        picture.info = {key: v for key, v in image.info.items() if key not in _ELSEWHERE} | info
    return Contents(picture, info, tuple(unread), tuple(dropped))


def _parse_tiff(data: bytes, name: str) -> Contents:
    array, pages, extra = tiff.read(data, name)
    if array.dtype == np.float32:
        require_unit(torch.from_numpy(array.copy()), name)
    picture = Image.fromarray(array[..., 0]) if array.shape[2] == 1 else array
    try:
        exif = tiff.exif_of(data)
        profile = {"icc_profile": exif.get(_PROFILE)}
        info = metadata.kept(profile, exif)
        dropped = [*(["IPTC"] if metadata.IPTC in exif else []), *metadata.other_tags(exif)]
        dropped += metadata.damaged_profile(profile)
    except Exception:  # on damaged EXIF Pillow raises anything
        info, dropped = {}, ["EXIF, which is damaged"]
    if isinstance(picture, Image.Image):
        picture.info |= info
    return Contents(picture, info, (*_frames(pages, "TIFF"), *_bands(extra)), tuple(dropped))


def _frames(count: int, file_format: str | None) -> list[str]:
    kind = "page" if file_format == "TIFF" else "frame"
    return [f"of {count} {kind}s the first is read"] if count > 1 else []


def _count(image: Image.Image) -> int:
    """How many frames there are, without the previews and gain maps that a JPEG may have."""
    entries = getattr(image, "mpinfo", {}).get(_MPF_ENTRIES, ())
    if image.format != "MPO":
        return getattr(image, "n_frames", 1)
    kinds = [entry["Attribute"]["MPType"] for entry in entries[1:]]
    return 1 + sum(kind.startswith("Multi-Frame") for kind in kinds)


def _fits_16_bits(image: Image.Image) -> bool:
    levels = np.asarray(image)
    return bool(levels.min() >= 0 and levels.max() <= 65535)


def _bands(extra: int) -> list[str]:
    return [f"{extra} extra band{'s' if extra > 1 else ''} not read"] if extra > 0 else []


def _extra_bands(image: Image.Image) -> int:
    """How many bands a TIFF has beside its colours and one alpha."""
    kinds = depth.tag(image, _EXTRA_SAMPLES)
    return len(kinds) - (bool(kinds) and kinds[0] != 0)


def _depth(image: Image.Image, bits: int) -> list[str]:
    if image.mode == "I" and image.format == "TIFF":
        return [f"65535 is taken for the white of its {bits}-bit integers"]
    if bits > 8 and not image.mode.startswith(("I", "F")):
        return [f"of {bits} bits a sample 8 are read"]
    return []


def _require_photograph(image: Image.Image, name: str) -> None:
    if image.mode == "L" and 2 in depth.tag(image, _SAMPLE_FORMAT):
        raise ImageError(f"{name} holds signed 8-bit samples; give unsigned ones, 0 to 255")
    if depth.tag(image, _IMAGE_DEPTH, 1) != 1:
        raise ImageError(f"{name} is a volume; give one of its slices")
    reduced = depth.tag(image, _KIND_OF_PAGE, 0) & 1 and depth.tag(image, _FURTHER_PAGES)
    if reduced or depth.tag(image, _DNG_VERSION):
        raise ImageError(f"{name} {_RAW}")


def _scans(data: bytes) -> int:
    """How often a JPEG goes through its pixels."""
    scans, position = 0, 2
    while (marker := _MARKER.search(data, position)) and marker[0][-1] != 0xD9:  # the end
        scans += marker[0][-1] == 0xDA
        position = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])
    return scans
