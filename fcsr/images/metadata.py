"""What a picture carries beside its pixels: EXIF, resolution, colour space.

It lies where Pillow has it, in `.info`: `exif`, `dpi`, `icc_profile`, and what `colours` explains.
"""

import math
import struct
import warnings
import zlib
from typing import Any

from PIL import ExifTags, Image
from PIL.TiffTags import lookup

from fcsr.images import colours
from fcsr.images.colours import Info

BASE, IFD = ExifTags.Base, ExifTags.IFD
DESCRIPTIVE = {BASE.ImageDescription, BASE.Make, BASE.Model, BASE.Software, BASE.DateTime}
DESCRIPTIVE |= {BASE.Artist, BASE.HostComputer, BASE.Copyright}
"""The tags of EXIF's first directory that hold for a picture of another size and direction."""

GROUPS = (IFD.Exif, IFD.GPSInfo)
"""EXIF's directories of the camera and of the place."""

_OF_THE_OLD_FILE = {BASE.ExifImageWidth, BASE.ExifImageHeight, BASE.ExifInteroperabilityOffset}
_RESOLUTION = {BASE.XResolution, BASE.YResolution, BASE.ResolutionUnit}
# Those by which a TIFF stores its pixels, and those that are read elsewhere.
_STRUCTURE = {*range(254, 260), *range(262, 270), *range(273, 282), 284, 290, 291, 292, 293, 297}
_STRUCTURE |= {317, 320, *range(322, 326), 330, 332, 338, 339, 347, *range(512, 533), 34675}
_LABELS = {"xmp": "XMP", "XML:com.adobe.xmp": "XMP", "comment": "a comment"}
_LABELS |= {"photoshop": "IPTC or Photoshop's data", "Raw profile type iptc": "IPTC"}
_JPEG_MOST = 65_533  # bytes of EXIF


def kept(info: dict, exif: Image.Exif) -> Info:
    """The metadata that a result keeps, of a picture with such `.info` and EXIF.

    Raises:
        Exception: of many kinds, where EXIF is damaged.
    """
    result = colours.kept(info)
    if profile := info.get("icc_profile"):
        result["icc_profile"] = profile
    if data := _upright_exif(exif):
        result["exif"] = data
    if dpi := _dpi(info, exif):
        result["dpi"] = dpi
    return result


def kept_of(image: Image.Image) -> tuple[Info, list[str]]:
    """`kept`, and what of the metadata is not, in words."""
    image.load()  # some chunks of a PNG come after its pixels
    named = {_LABELS[key] for key in _LABELS if image.info.get(key)} | _texts(image)
    # the comment in a JPEG 2000 is that of the program that wrote it
    dropped = [*named - {"a comment" if image.format == "JPEG2000" else ""}]
    info = kept(image.info, Image.Exif())
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        try:
            exif = _exif_of(image)
            info = kept(image.info, exif)
            dropped += other_tags(exif) if image.format == "TIFF" else []
            damaged = bool(found)
        except Exception:  # on damaged EXIF Pillow raises anything, or warns
            damaged = True
    return info, sorted({*dropped, *(["EXIF, which is damaged"] if damaged else [])})


def _exif_of(image: Image.Image) -> Image.Exif:
    """EXIF read anew where it can be: Pillow warns only the first time."""
    data = image.info.get("exif")
    if not data or image.format == "TIFF":
        return image.getexif()
    exif = Image.Exif()
    exif.load(data)
    return exif


def other_tags(exif: Image.Exif) -> list[str]:
    """The names of a TIFF's tags that are neither kept nor about how pixels are stored."""
    known = _STRUCTURE | _RESOLUTION | DESCRIPTIVE | {BASE.Orientation, 700, 33723, 34377, *GROUPS}
    others = [f"the tag {lookup(tag).name} ({tag})" for tag in sorted(exif.keys() - known)]
    names = {700: "XMP", 33723: "IPTC", 34377: "Photoshop's data"}
    return sorted({names[tag] for tag in names if tag in exif}) + others


def _texts(image: Image.Image) -> set[str]:
    """The texts of a PNG, but those that programs write about the file."""
    texts = getattr(image, "text", {})
    about = [key for key in texts if key not in _LABELS and not key.startswith("Raw profile")]
    return {f"the text {key!r}" for key in about if key != "Software" and "date:" not in key}


def _upright_exif(exif: Image.Exif) -> bytes | None:
    """EXIF without orientation, thumbnail and size."""
    result = Image.Exif()
    for tag in DESCRIPTIVE & exif.keys():
        if tag != BASE.ImageDescription or not _describes_a_stack(str(exif[tag])):
            result[tag] = exif[tag]
    for group in GROUPS:
        tags = exif.get_ifd(group)
        if tags := {tag: tags[tag] for tag in tags if tag not in _OF_THE_OLD_FILE}:
            result[group] = tags
    return result.tobytes() if len(result) else None


def _describes_a_stack(text: str) -> bool:
    """Whether a description is a program's, of the arrays in a TIFF; then it holds no longer."""
    return text.startswith(('{"shape"', "shape=", "ImageJ=", "<?xml", "<OME"))


def _dpi(info: dict, exif: Image.Exif) -> tuple[float, float] | None:
    """Dots per inch. Where a JPEG or TIFF has none, Pillow reports 72 or 1."""
    dpi: Any = info.get("dpi")
    if "jfif" in info or isinstance(info.get("compression"), str):  # a BMP's is a number
        dpi = dpi if info.get("jfif_unit") in (1, 2) else None
    try:
        x, y = (float(dots) for dots in dpi or _dpi_of(exif))
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return (x, y) if all(0.01 < dots < 1e6 for dots in (x, y)) else None


def _dpi_of(exif: Image.Exif) -> list[float]:
    unit = {2: 1, 3: 2.54}.get(exif.get(BASE.ResolutionUnit, 2), math.nan)
    return [float(exif.get(tag, math.nan)) * unit for tag in (BASE.XResolution, BASE.YResolution)]


def png_chunks(info: dict) -> list[tuple[bytes, bytes]]:
    """All metadata as chunks of a PNG, which belong before its pixels."""
    chunks = colours.png_chunks(info)
    if profile := info.get("icc_profile"):
        chunks.append((b"iCCP", b"ICC profile\0\0" + zlib.compress(profile)))
    if dpi := info.get("dpi"):
        x, y = (round(dots / 0.0254) for dots in dpi)
        chunks.append((b"pHYs", struct.pack(">IIB", x, y, 1)))
    if exif := info.get("exif"):
        chunks.append((b"eXIf", exif.removeprefix(b"Exif\0\0")))
    return chunks


def for_format(info: dict, name: str) -> tuple[Info, list[str]]:
    """The part of the metadata that a format holds, and what it does not, in words."""
    lost = {"icc_profile": "its colour profile: it will look different", "exif": "EXIF"}
    held = {"exif", "icc_profile", "dpi"} if name != "BMP" else {"dpi"}
    if name == "PNG":
        held |= {"gamma", "chromaticity", "cicp"}
    if name == "JPEG" and len(info.get("exif", b"")) > _JPEG_MOST:
        held.discard("exif")
    part = {key: value for key, value in info.items() if key in held}
    if name == "WEBP" and "dpi" in part:
        part["exif"] = _with_dpi(part.get("exif"), part.pop("dpi"))
    return part, [text for key, text in lost.items() if info.get(key) and key not in held]


def _with_dpi(data: bytes | None, dpi: tuple[float, float]) -> bytes:
    """EXIF that tells the resolution, too, for a format that has no other place for it."""
    exif = Image.Exif()
    if data:
        exif.load(data)
        for group in GROUPS:
            if tags := exif.get_ifd(group):
                exif[group] = tags
    exif[BASE.XResolution], exif[BASE.YResolution] = dpi
    exif[BASE.ResolutionUnit] = 2
    return exif.tobytes()
