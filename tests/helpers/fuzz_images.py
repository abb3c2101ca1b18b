"""Files that pretend to be photographs: whole, damaged and malicious ones, as strategies."""

import io
import re
import struct
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from PIL import Image, ImageCms

from fcsr import images
from fcsr.errors import ImageError

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SIZE = (13, 9)
LOSSLESS = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK", "I", "F"),
    "GIF": ("1", "L", "P"),
    "BMP": ("1", "L", "P", "RGB"),
    "PPM": ("1", "L", "RGB", "I;16", "F"),
}
MODES = LOSSLESS | {
    "JPEG": ("L", "RGB", "CMYK"),
    "WEBP": ("L", "RGB", "RGBA"),
    "AVIF": ("RGB", "RGBA"),
    "JPEG2000": ("L", "LA", "RGB", "RGBA", "I;16"),
}
# What else a file may hold: EXIF's orientation and a profile; several frames.
ANNOTATED = ("PNG", "JPEG", "TIFF", "WEBP")
ANIMATED = ("PNG", "GIF", "TIFF", "WEBP")
VARIANTS = {
    "JPEG": ({}, {"progressive": True}, {"restart_marker_blocks": 1}),
    "TIFF": ({}, *({"compression": f"tiff_{name}"} for name in ("lzw", "deflate", "jpeg"))),
    "WEBP": ({}, {"lossless": True}),
}
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


@dataclass(frozen=True)
class File:
    """What is in a file, and what is known of the image in it."""

    data: bytes
    size: tuple[int, int] | None = None  # None: whatever the header says
    pixels: np.ndarray | None = None  # of the image, if it has to be read
    profile: bytes | None = None


def examine(file: File, folder: Path) -> str:
    """Pass a file through the package; what came of it, or AssertionError."""
    (folder / "case").write_bytes(file.data)
    try:
        image = images.load(folder / "case")
        parts = images.unpack(image)
    except ImageError as error:
        assert file.pixels is None, f"a whole file is refused: {error}"
        return "refused"
    width, height = file.size or Image.open(folder / "case").size
    assert image.size in ((width, height), (height, width)), f"a wrong size: {image.size}"
    assert parts.rgb.shape == (1, 3, *image.size[::-1])
    assert parts.rgb.min() >= 0 and parts.rgb.max() <= 1
    if file.pixels is not None:
        assert image.size == file.size
        assert image.info.get("icc_profile") == file.profile
        assert np.array_equal(pixels(image), file.pixels)
    back = parts.pack(parts.rgb, parts.alpha)
    images.save(back, folder / "back.png")
    assert np.array_equal(pixels(images.load(folder / "back.png")), pixels(back))
    return "an image"


def pixels(image: Image.Image) -> np.ndarray:
    """What can be seen: of 8-bit modes, colours and opacity."""
    return np.asarray(image if image.mode[0] in "IF" else image.convert("RGBA"))


def turned(stored: np.ndarray, orientation: int) -> np.ndarray:
    """As EXIF's table of orientations has it: where the first row and the first column go."""
    if orientation > 4:
        stored = stored.swapaxes(0, 1)
    down, right = (-1 if orientation in turns else 1 for turns in ((3, 4, 7, 8), (2, 3, 6, 7)))
    return stored[::down, ::right]


@cache
def noise(mode: str, size: tuple[int, int], seed: int) -> Image.Image:
    """A random image of any mode."""
    levels = np.random.default_rng(seed).integers(0, 256, (*size[::-1], 4), np.uint8)
    if mode[0] in "IF":
        kind = {"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode]
        return Image.fromarray((257 * levels[..., 0].astype(np.int64)).astype(kind))
    opaque = "A" not in mode
    return Image.fromarray(levels[..., :3] if opaque else levels).convert(mode)


@cache
def encoded(
    kind: str, mode: str, size: tuple[int, int], annotations: tuple = (), frames=1, variant=0
) -> bytes:
    """A whole file; `annotations` are EXIF's orientation and a profile."""
    options = dict(VARIANTS.get(kind, ({},))[variant])
    if annotations:
        exif = Image.Exif()
        exif[0x0112], profile = annotations
        options |= {"exif": exif, "icc_profile": profile}
    if frames > 1:
        more = [noise(mode, size, seed) for seed in range(1, frames)]
        options |= {"save_all": True, "append_images": more}
    buffer = io.BytesIO()
    noise(mode, size, 0).save(buffer, kind, **options)
    return buffer.getvalue()


@st.composite
def whole(draw) -> File:
    """Every format and mode, any orientation, with a profile and without, one frame or several."""
    kind, mode = draw(st.sampled_from([(k, m) for k in MODES for m in MODES[k] if m != "F"]))
    size = draw(st.tuples(st.integers(1, 24), st.integers(1, 24)))
    frames = draw(st.integers(1, 3)) if kind in ANIMATED else 1
    orientation, profile = 1, None
    annotations = ()
    if kind in ANNOTATED:
        annotations = draw(st.tuples(st.integers(1, 8), st.sampled_from([None, SRGB])))
        orientation, profile = annotations
    data = encoded(kind, mode, size, annotations, frames)
    stored = noise(mode, size, 0) if kind in LOSSLESS else Image.open(io.BytesIO(data))
    upright = size if orientation < 5 else size[::-1]
    return File(data, upright, turned(pixels(stored), orientation), profile)


@st.composite
def sources(draw, kinds: tuple[str, ...] = tuple(MODES)) -> bytes:
    """A whole file to be damaged."""
    kind, mode = draw(st.sampled_from([(k, m) for k in kinds for m in MODES[k]]))
    variant = draw(st.integers(0, len(VARIANTS.get(kind, ({},))) - 1)) if mode == "RGB" else 0
    frames = draw(st.integers(1, 2)) if kind in ANIMATED and mode != "F" else 1
    annotations = draw(st.sampled_from([(1, None), (6, SRGB)])) if kind in ANNOTATED else ()
    return encoded(kind, mode, SIZE, annotations, frames, variant)


ANY = sources()


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
    data = bytearray(encoded("TIFF", draw(st.sampled_from(MODES["TIFF"])), SIZE, (6, SRGB)))
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


def chunk(name: bytes, content: bytes) -> bytes:
    """Of a PNG."""
    body = name + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


@cache
def progressive() -> tuple[bytes, bytes]:
    """A JPEG up to its last scan, and that."""
    data = encoded("JPEG", "RGB", SIZE, (1, None), 1, 1)
    start = data.rfind(b"\xff\xda")
    return data[:start], data[start:-2]


KINDS = {"whole": whole()} | {
    strategy.__name__: st.builds(File, strategy())
    for strategy in (truncated, flipped, spliced, resized, mistagged, bombs)
}
