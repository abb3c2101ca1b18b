"""Files that pretend to be photographs: whole, damaged and malicious ones, as strategies."""

import re
import struct
import zlib
from functools import cache
from pathlib import Path

import numpy as np
from fuzz_files import (
    ANY,
    MODES,
    SIZE,
    SRGB,
    File,
    chunk,
    deep,
    deep_tiff,
    encoded,
    pixels,
    sources,
    whole,
)
from hypothesis import strategies as st
from PIL import Image, UnidentifiedImageError

from fcsr import images
from fcsr.errors import ImageError

# Where a format says how large its image is: after which bytes, and how.
DIMENSIONS = {
    "PNG": (rb"IHDR", ">II"),
    "GIF": (rb"GIF8[79]a", "<HH"),
    "BMP": (rb"BM.{16}", "<ii"),
    "JPEG": (rb"\xff[\xc0\xc2]...", ">HH"),
    "WEBP": (rb"VP8 .{7}|VP8L.{5}|VP8X.{8}", "<HH"),
    "TIFF": (rb"\x00\x01[\x03\x04]\x00\x01\x00\x00\x00", "<I8xI"),
    "AVIF": (rb"ispe.{4}", ">II"),
    "JPEG2000": (rb"ihdr|\xff\x51.{4}", ">II"),
}
EXTREMES = (0, 1, 2, 8, 14, 1000, 2**15 - 1, 2**15, 2**16 - 1, 2**24, 2**31 - 1, 2**31, 2**32 - 1)


def examine(file: File, folder: Path) -> str:
    """Pass a file through the package; what came of it, or AssertionError."""
    (folder / "case").write_bytes(file.data)
    try:
        held = images.read(folder / "case")
        image = images.load(folder / "case")
        parts = images.unpack(held.picture)
    except ImageError as error:
        assert file.pixels is None, f"a whole file is refused: {error}"
        return "refused"
    width, height = file.size or stated(folder / "case", parts.size[::-1])
    assert image.size in ((width, height), (height, width)), f"a wrong size: {image.size}"
    assert parts.rgb.shape == (1, 3, *image.size[::-1])
    assert parts.rgb.min() >= 0 and parts.rgb.max() <= 1
    if file.pixels is not None:
        assert image.size == file.size
        assert held.info.get("icc_profile") == file.profile
        assert np.array_equal(pixels(held.picture), file.pixels)
    back = parts.pack(parts.rgb, parts.alpha)
    if isinstance(back, Image.Image):
        suffix = ".tif" if back.mode == "F" else ".png"
        images.save(back, folder / f"back{suffix}")
        assert np.array_equal(pixels(images.load(folder / f"back{suffix}")), pixels(back))
    return "an image"


def stated(path: Path, found: tuple[int, int]) -> tuple[int, int]:
    """The width and height that a file says it has, or `found` if Pillow cannot open it."""
    try:
        return Image.open(path).size
    except UnidentifiedImageError:  # TIFFs that tifffile alone reads
        return found


@st.composite
def truncated(draw, source=ANY) -> bytes:
    data = draw(source)
    return data[: draw(st.integers(0, len(data) - 1))]


@st.composite
def flipped(draw, source=ANY) -> bytes:
    """One to eight bits, half of the time in the first hundred bytes."""
    data = bytearray(draw(source))
    end = draw(st.sampled_from([min(100, len(data)), len(data)]))
    for bit in draw(st.lists(st.integers(0, 8 * end - 1), min_size=1, max_size=8)):
        data[bit // 8] ^= 1 << bit % 8
    return bytes(data)


@st.composite
def spliced(draw, source=ANY) -> bytes:
    """The beginning of one file and the end of another."""
    head, tail = draw(source), draw(source)
    return head[: draw(st.integers(0, len(head)))] + tail[draw(st.integers(0, len(tail))) :]


@st.composite
def resized(draw) -> bytes:
    """Another height and width in the header; a PNG's checksum is made to fit."""
    kind = draw(st.sampled_from(sorted(DIMENSIONS)))
    data = bytearray(draw(sources((kind,))))
    before, layout = DIMENSIONS[kind]
    for match in re.finditer(before, data, re.DOTALL):
        most = 256 ** (struct.calcsize(layout.replace("8x", "")) // 2)
        sides = [draw(st.sampled_from(EXTREMES)) % most for _ in "wh"]
        sides = [side - most if "i" in layout and side >= most // 2 else side for side in sides]
        struct.pack_into(layout, data, match.end(), *sides)
    if kind == "PNG":
        struct.pack_into(">I", data, 29, zlib.crc32(data[12:29]))
    return bytes(data)


@st.composite
def mistagged(draw) -> bytes:
    """A TIFF whose tags have other types, counts and values: strips and tiles without end."""
    ordinary = st.sampled_from(MODES["TIFF"]).map(lambda m: encoded("TIFF", m, SIZE, (6, SRGB)))
    dtypes, variants = st.sampled_from(["u2", "f4"]), st.sampled_from([0, 1, 2, 4, 6])
    data = bytearray(
        draw(ordinary | st.builds(deep_tiff, st.just(3), st.just(SIZE), dtypes, variants))
    )
    tags = struct.unpack_from("<H", data, 8)[0]
    extreme = st.sampled_from([number % 2**32 for number in EXTREMES])
    fields = (st.integers(254, 339), st.integers(0, 18), extreme, extreme)
    for number in draw(st.lists(st.integers(0, tags - 1), min_size=1, max_size=4)):
        entry = list(struct.unpack_from("<HHII", data, 10 + 12 * number))
        field = draw(st.integers(0, 3))
        entry[field] = draw(fields[field])
        struct.pack_into("<HHII", data, 10 + 12 * number, *entry)
    return bytes(data)


@st.composite
def chained(draw) -> bytes:
    """A TIFF of several pages, each followed by any other, or by none that is there."""
    data = bytearray(draw(st.sampled_from([*PAGES.values()]))())
    places, at = [4], struct.unpack_from("<I", data, 4)[0]
    while at:
        places.append(at + 2 + 12 * struct.unpack_from("<H", data, at)[0])
        at = struct.unpack_from("<I", data, places[-1])[0]
    pages = [struct.unpack_from("<I", data, place)[0] for place in places]
    for place in places[1:]:
        target = draw(st.sampled_from([*pages, *places, len(data) - 2, 2**31]))
        struct.pack_into("<I", data, place, target)
    return bytes(data)


PAGES = {
    "8 bits": lambda: encoded("TIFF", "RGB", SIZE, (), 4),
    "16 bits": lambda: deep_tiff(3, SIZE, "u2", 0, 4),
    "floats": lambda: deep_tiff(3, SIZE, "f4", 0, 4),
}


@st.composite
def blocks(draw) -> bytes:
    """A GIF whose blocks come in any order and number, up to thousands of frames."""
    mode = draw(st.sampled_from(MODES["GIF"]))
    head, *parts = gif_blocks(encoded("GIF", mode, SIZE, (), 3))
    chosen = draw(st.lists(st.sampled_from(parts), max_size=8))
    return head + b"".join(chosen) * draw(st.sampled_from([1, 2, 1000])) + b";"


def gif_blocks(data: bytes) -> list[bytes]:
    """The head of a GIF with its palette, then each extension and image, without the end."""
    cuts = [13 + (3 << (data[10] & 7) + 1 if data[10] & 128 else 0)]
    while data[cuts[-1] : cuts[-1] + 1] != b";":
        at = cuts[-1] + 2
        if data[cuts[-1] : cuts[-1] + 1] == b",":
            flags = data[cuts[-1] + 9]
            at = cuts[-1] + 11 + (3 << (flags & 7) + 1 if flags & 128 else 0)
        while data[at]:
            at += 1 + data[at]
        cuts.append(at + 1)
    return [data[begin:end] for begin, end in zip([0, *cuts], cuts, strict=False)]


@st.composite
def bombs(draw) -> bytes:
    """Small files that would become large, or keep a reader busy."""
    name = draw(
        st.sampled_from(["zTXt", "iTXt", "iCCP", "many texts", "IDAT", "scans", "restarts"])
    )
    if name == "scans":
        head, scan = progressive()
        return head + scan * draw(st.integers(1, 3000)) + b"\xff\xd9"
    if name == "restarts":
        marker = re.compile(rb"\xff[\xd0-\xd7]")
        data = encoded("JPEG", "RGB", (64, 64), (), 1, 2)
        return marker.sub(lambda _: bytes((0xFF, draw(st.integers(0xC0, 0xDF)))), data)
    inflated = zeros(draw(st.sampled_from([1, 2**20 - 1, 2**20 + 1, 2**26])))
    png = encoded("PNG", "RGB", SIZE)
    if name == "IDAT":  # instead of the pixels, or after them
        return png[: draw(st.sampled_from([33, -12]))] + chunk(b"IDAT", inflated) + png[-12:]
    if name == "many texts":
        texts = chunk(b"zTXt", b"key\0\0" + zeros(2**20 - 1)) * draw(st.integers(1, 100))
        return png[:33] + texts + png[33:]
    before = b"key\0\1\0\0\0" if name == "iTXt" else b"key\0\0"
    return png[:33] + chunk(name.encode(), before + inflated) + png[33:]


@cache
def zeros(count: int) -> bytes:
    return zlib.compress(bytes(count))


@cache
def progressive() -> tuple[bytes, bytes]:
    """A JPEG up to its last scan, and that."""
    data = encoded("JPEG", "RGB", SIZE, (1, None), 1, 1)
    start = data.rfind(b"\xff\xda")
    return data[:start], data[start:-2]


KINDS = {"whole": whole(), "deep": deep()} | {
    strategy.__name__: st.builds(File, strategy())
    for strategy in (truncated, flipped, spliced, resized, mistagged, chained, blocks, bombs)
}
