"""Whole image files of every kind, as strategies, with what is known of the image in them."""

import io
import struct
import zlib
from dataclasses import dataclass
from functools import cache

import numpy as np
import tifffile
from hypothesis import strategies as st
from PIL import Image, ImageCms

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


@dataclass(frozen=True)
class File:
    """What is in a file, and what is known of the image in it."""

    data: bytes
    size: tuple[int, int] | None = None  # None: whatever the header says
    pixels: np.ndarray | None = None  # of the image, if it has to be read
    profile: bytes | None = None


def pixels(image: Image.Image | np.ndarray) -> np.ndarray:
    """What can be seen: of 8-bit modes, colours and opacity."""
    if isinstance(image, np.ndarray):
        return image
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


SIZES = st.tuples(st.integers(1, 24), st.integers(1, 24))
# Of more than 8 bits a sample: what tifffile is told.
DEEP = ({}, {"planarconfig": "separate"}, {"compression": "zlib"}, {"byteorder": ">"})
DEEP += ({"tile": (16, 16)}, {"metadata": None, "bigtiff": True}, {"rowsperstrip": 3})


@cache
def deep_pixels(shape: tuple[int, ...], dtype: str) -> np.ndarray:
    unit = np.random.default_rng(0).random(shape)
    return unit.astype(dtype) if dtype[0] == "f" else np.rint(65535 * unit).astype(dtype)


@cache
def deep_tiff(channels: int, size: tuple[int, int], dtype: str, variant: int, pages=1) -> bytes:
    """A TIFF of 16 bits or of floats; with an even number of channels the last is alpha."""
    array, options = deep_pixels((*size[::-1], channels), dtype), dict(DEEP[variant])
    if "planarconfig" in options:
        array = np.moveaxis(array, -1, 0)
    options["extrasamples"] = ["unassalpha"] if channels == 4 else None
    buffer = io.BytesIO()
    with tifffile.TiffWriter(
        buffer, byteorder=options.pop("byteorder", "<"), bigtiff=options.pop("bigtiff", False)
    ) as file:
        for _ in range(pages):
            file.write(array, photometric="rgb", **options)
    return buffer.getvalue()


@cache
def deep_png(channels: int, size: tuple[int, int]) -> bytes:
    """A PNG of 16 bits."""
    array = deep_pixels((*size[::-1], channels), "u2")
    kind = (16, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in array)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, *kind))
    content = chunk(b"gAMA", struct.pack(">I", 100_000)) + chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + header + content + chunk(b"IEND", b"")


@st.composite
def deep(draw, sizes=SIZES) -> File:
    """A whole file of 16 bits a sample or of floats, and what is in it."""
    size, dtype = draw(sizes), draw(st.sampled_from(["png", "u2", "f2", "f4"]))
    if dtype == "png":
        channels = draw(st.integers(2, 4))
        return File(deep_png(channels, size), size, deep_pixels((*size[::-1], channels), "u2"))
    channels, variant = draw(st.integers(3, 4)), draw(st.integers(0, len(DEEP) - 1))
    data = deep_tiff(channels, size, dtype, variant, draw(st.integers(1, 3)))
    kept = "u2" if dtype == "u2" else "f4"
    return File(data, size, deep_pixels((*size[::-1], channels), dtype).astype(kept))


ANY = st.one_of(sources(), deep(st.just(SIZE)).map(lambda file: file.data))


def chunk(name: bytes, content: bytes) -> bytes:
    """Of a PNG."""
    body = name + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))
