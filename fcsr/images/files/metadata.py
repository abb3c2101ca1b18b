"""What a picture carries beside its pixels: EXIF, resolution, colour space.

It lies where Pillow has it, in `.info`: `exif`, `dpi`, `icc_profile`, and what `colours` explains.
The texts of a PNG are in `png_texts`, a dictionary. XMP and comments are left out: programs write
them, and they tell of edits, sizes and further pictures in the file that a result does not have.
"""

import math
import struct
import warnings
import zlib
from typing import Any, cast

from PIL import ExifTags, Image
from PIL.IptcImagePlugin import getiptcinfo
from PIL.TiffTags import lookup

from fcsr.images.files import colours
from fcsr.images.files.colours import Info
from fcsr.images.files.exif import DESCRIPTIVE, GROUPS, loaded, upright, with_dpi

BASE = ExifTags.Base
_RESOLUTION = {BASE.XResolution, BASE.YResolution, BASE.ResolutionUnit}
# Those by which a TIFF stores its pixels, and those that are read elsewhere.
_STRUCTURE = {*range(254, 260), *range(262, 270), *range(273, 282), 284, 290, 291, 292, 293, 297}
_STRUCTURE |= {317, 320, *range(322, 326), 330, 332, 338, 339, 347, *range(512, 533), 34675}
IPTC = 33723
"""The tag of a TIFF."""

# IPTC, and what programs add: XMP, Photoshop's state and layers, hints for a printer, padding.
_OF_PROGRAMS = {IPTC, 700, 34377, 37724, 50341, 59932}
# What a person wrote in IPTC: title, keywords, author, headline, credit, copyright, caption.
_WRITTEN = {5, 25, 80, 105, 110, 116, 120}
_PERSONAL = {"Title", "Author", "Description", "Copyright", "Disclaimer"}  # texts of a PNG
_JPEG_MOST = 65_533  # bytes of EXIF


def kept(info: dict, exif: Image.Exif) -> Info:
    """The metadata that a result keeps, of a picture with such `.info` and EXIF.

    Raises:
        Exception: of many kinds, where EXIF is damaged.
    """
    result = colours.kept(info)
    if isinstance(profile := info.get("icc_profile"), bytes) and profile:
        result["icc_profile"] = profile
    if data := upright(exif):
        result["exif"] = data
    if dpi := _dpi(info, exif):
        result["dpi"] = dpi
    if texts := info.get("png_texts"):
        result["png_texts"] = texts
    return result


def kept_of(image: Image.Image) -> tuple[Info, list[str]]:
    """`kept`, and what of the metadata is not, in words."""
    image.load()  # some chunks of a PNG come after its pixels
    held = image.info | _texts(image)
    dropped = ["IPTC"] if _has_iptc(image) else []
    dropped += damaged_profile(held)
    info = kept(held, Image.Exif())
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        try:
            exif = _exif_of(image)
            info = kept(held, exif)
            dropped += other_tags(exif) if image.format == "TIFF" else []
            # a number too many is no loss
            damaged = any("had too many entries" not in str(item.message) for item in found)
        except Exception:  # on damaged EXIF Pillow raises anything, or warns
            damaged = True
    part = "part of " if "exif" in info else ""
    return info, sorted({*dropped, *([f"{part}EXIF, which is damaged"] if damaged else [])})


def damaged_profile(info: dict) -> list[str]:
    """A colour profile that is no bytes, in words: the tag of a TIFF may say that it is a text."""
    good = isinstance(info.get("icc_profile"), bytes | None)
    return [] if good else ["its colour profile, which is damaged"]


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
    known = _STRUCTURE | _RESOLUTION | DESCRIPTIVE | _OF_PROGRAMS
    known |= {BASE.Orientation, *GROUPS}
    return [f"the tag {lookup(tag).name} ({tag})" for tag in sorted(exif.keys() - known)]


def _has_iptc(image: Image.Image) -> bool:
    """Whether a person wrote something in IPTC; a program's stamp is none."""
    if "Raw profile type iptc" in image.info:
        return True
    try:
        records = getiptcinfo(cast(Any, image)) or {}
    except Exception:  # on damaged IPTC Pillow raises anything
        return True
    return any(kind == 2 and record in _WRITTEN for kind, record in records)


def _texts(image: Image.Image) -> Info:
    """The texts of a PNG as `png_texts`, but those about the old file, whose keys have a prefix."""
    texts = getattr(image, "text", {})
    own = {key: str(texts[key]) for key in texts if not (":" in key or key.startswith("Raw "))}
    return {"png_texts": own} if own else {}


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
    return chunks + text_chunks(info)


def text_chunks(info: dict) -> list[tuple[bytes, bytes]]:
    """The texts of a PNG as its chunks."""
    texts = info.get("png_texts", {})
    return [(b"iTXt", key.encode("latin-1") + bytes(5) + texts[key].encode()) for key in texts]


def for_format(info: dict, name: str) -> tuple[Info, list[str]]:
    """The part of the metadata that a format holds, and what it does not, in words."""
    lost = {"icc_profile": "its colour profile: it will look different", "exif": "EXIF"}
    held = {"exif", "icc_profile", "dpi"} if name != "BMP" else {"dpi"}
    if name == "PNG":
        held |= {"gamma", "chromaticity", "cicp", "png_texts"}
    if name == "JPEG" and len(info.get("exif", b"")) > _JPEG_MOST:
        held.discard("exif")
    part = {key: value for key, value in info.items() if key in held}
    if name == "WEBP" and "dpi" in part:
        part["exif"] = with_dpi(part.get("exif"), part.pop("dpi"))
    if name == "TIFF" and "exif" in part:
        part["exif"] = dict(loaded(part["exif"]))  # of bytes Pillow would write only those of ASCII
    missing = [text for key, text in lost.items() if info.get(key) and key not in held]
    texts = sorted(_PERSONAL & info.get("png_texts", {}).keys()) if name != "PNG" else []
    return part, missing + [f"the text {key!r}" for key in texts]
