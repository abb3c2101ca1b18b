"""EXIF: what of it holds for a picture of another size, with its texts byte by byte."""

from collections.abc import Mapping
from typing import Any

from PIL import ExifTags, Image

BASE, IFD = ExifTags.Base, ExifTags.IFD
DESCRIPTIVE = {BASE.ImageDescription, BASE.Make, BASE.Model, BASE.Software, BASE.DateTime}
DESCRIPTIVE |= {BASE.Artist, BASE.HostComputer, BASE.Copyright}
# Those of Windows: stars, and title, comment, author, keywords and subject.
DESCRIPTIVE |= {BASE.Rating, BASE.RatingPercent, *range(BASE.XPTitle, BASE.XPSubject + 1)}
"""The tags of EXIF's first directory that hold for a picture of another size and direction."""

GROUPS = (IFD.Exif, IFD.GPSInfo)
"""EXIF's directories of the camera and of the place."""

_OF_THE_OLD_FILE = {BASE.ExifImageWidth, BASE.ExifImageHeight, BASE.ExifInteroperabilityOffset}


def upright(exif: Image.Exif) -> bytes | None:
    """EXIF without orientation, thumbnail and size."""
    result = Image.Exif()
    tags = verbatim({tag: exif[tag] for tag in DESCRIPTIVE & exif.keys()})
    if _describes_a_stack(str(tags.get(BASE.ImageDescription, ""))):
        del tags[BASE.ImageDescription]
    result.update(tags)
    for group in GROUPS:
        tags = verbatim(exif.get_ifd(group))
        if tags := {tag: tags[tag] for tag in tags if tag not in _OF_THE_OLD_FILE}:
            result[group] = tags
    return result.tobytes() if len(result) else None


def _describes_a_stack(text: str) -> bool:
    """Whether a description is a program's, of the arrays in a TIFF; then it holds no longer."""
    return text.startswith(('{"shape"', "shape=", "ImageJ=", "<?xml", "<OME"))


def loaded(data: bytes) -> Image.Exif:
    """EXIF from its bytes; its texts are written with the bytes that they had."""
    exif, result = Image.Exif(), Image.Exif()
    exif.load(data)
    result.update(verbatim({tag: exif[tag] for tag in exif if tag not in GROUPS}))
    for group in GROUPS:
        if tags := exif.get_ifd(group):
            result[group] = verbatim(tags)
    return result


def with_dpi(data: bytes | None, dpi: tuple[float, float]) -> bytes:
    """EXIF that tells the resolution, too, for a format that has no other place for it."""
    exif = loaded(data) if data else Image.Exif()
    exif[BASE.XResolution], exif[BASE.YResolution] = dpi
    exif[BASE.ResolutionUnit] = 2
    return exif.tobytes()


class _Verbatim(str):
    """A text of EXIF: Pillow reads its bytes as Latin-1, and would write only those of ASCII."""

    def encode(self, encoding: str = "", errors: str = "") -> bytes:
        return as_bytes(self)


def as_bytes(text: str) -> bytes:
    """The bytes that a text of EXIF has in a file."""
    return str.encode(text, "latin-1" if all(char <= "\xff" for char in text) else "utf-8")


def verbatim(tags: Mapping[int, Any]) -> dict[int, Any]:
    """Tags of EXIF as Pillow reads them, whose texts it writes with the bytes that they had."""
    return {
        tag: _Verbatim(value) if isinstance(value, str) else value for tag, value in tags.items()
    }
