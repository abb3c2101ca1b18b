"""The colour space that a PNG or an AVIF tells without a profile.

It lies in a picture's `.info`: `gamma` and `chromaticity`, as Pillow has them of a PNG, and `cicp`,
which Pillow does not read: the four bytes of the chunk, numbers of ITU-T H.273.
"""

import math
import struct
from typing import Any

Info = dict[Any, Any]
"""A part of `PIL.Image.Image.info`: metadata that a result keeps."""

_SRGB = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)  # white, red, green, blue: x and y
# Numbers of ITU-T H.273: BT.709 and what is unknown; the curve of sRGB and those shown like it.
_SRGB_PRIMARIES, _SRGB_CURVES = (1, 2), (1, 2, 6, 13, 14, 15)


def cicp(data: bytes, file_format: str) -> Info:
    """What a PNG or an AVIF tells of its colours by the numbers of ITU-T H.273, if it does."""
    if file_format == "PNG":
        position = 8
        while position < len(data) and data[position + 4 : position + 8] != b"IDAT":
            [length] = struct.unpack_from(">I", data, position)
            if data[position + 4 : position + 8] == b"cICP" and length == 4:
                return {"cicp": data[position + 8 : position + 12]}
            position += 12 + length
    if file_format == "AVIF" and (start := data.find(b"colrnclx")) > 0:
        primaries, curve = struct.unpack_from(">HH", data, start + 8)
        return {"cicp": bytes((primaries % 256, curve % 256, 0, 1))}  # as RGB of full range
    return {}


def kept(info: dict) -> Info:
    """What of a PNG's colour space differs from sRGB; a profile or an sRGB chunk outranks gamma."""
    result = {}
    if cicp := info.get("cicp"):
        if _is_srgb(cicp):
            return {}
        result["cicp"] = cicp
    if info.get("icc_profile") or "srgb" in info:
        return result
    gamma, chromaticity = info.get("gamma"), info.get("chromaticity")
    if gamma and not math.isclose(gamma, 1 / 2.2, rel_tol=0.02):
        result["gamma"] = gamma
    if chromaticity and not all(map(_near, chromaticity, _SRGB)):
        result["chromaticity"] = chromaticity
    return result


def _near(value: float, other: float) -> bool:
    return abs(value - other) < 0.005


def _is_srgb(cicp: bytes) -> bool:
    return cicp[0] in _SRGB_PRIMARIES and cicp[1] in _SRGB_CURVES


def png_chunks(info: dict) -> list[tuple[bytes, bytes]]:
    """The chunks of a PNG for a colour space that is not sRGB's: names and contents."""
    chunks = []
    if "gamma" in info:
        chunks.append((b"gAMA", struct.pack(">I", round(info["gamma"] * 100_000))))
    if "chromaticity" in info:
        numbers = [round(value * 100_000) for value in info["chromaticity"]]
        chunks.append((b"cHRM", struct.pack(">8I", *numbers)))
    if "cicp" in info:
        chunks.append((b"cICP", info["cicp"]))
    return chunks


def unusual(info: dict) -> str | None:
    """What says that colours are not those of sRGB, if only a PNG can say it."""
    if info.get("icc_profile"):
        return None
    if cicp := info.get("cicp"):
        curve = {8: "linear", 16: "PQ", 18: "HLG"}.get(cicp[1], f"curve {cicp[1]}")
        return f"cICP: {curve}, primaries {cicp[0]}"
    if "gamma" in info:
        return f"gAMA: {info['gamma']:g}"
    return "cHRM: other primaries" if "chromaticity" in info else None
