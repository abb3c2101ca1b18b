"""PNG files written row by row: Pillow would have to hold the whole image.

Source: the PNG specification, third edition, https://www.w3.org/TR/png-3/.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

COLOURS = {1: 0, 2: 4, 3: 2, 4: 6}
"""PNG's number for the colour type of so many channels: gray or RGB, either with alpha."""

PAETH = 4  # PNG's number for the filter that suits photographs best


def write(
    path: Path,
    shape: tuple[int, int, int],
    dtype: np.dtype,
    chunks: Iterable[tuple[bytes, bytes]],
    bands: Iterable[np.ndarray],
) -> None:
    """Write an image of `shape = (H, W, C)`, given as `bands` of rows (h, W[, C]) from the top.

    uint8 or uint16; `chunks` are metadata that belong before the pixels. Raises OSError where it
    cannot be written.
    """
    height, width, channels = shape
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        kind = (8 * dtype.itemsize, COLOURS[channels])
        file.write(_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, *kind, 0, 0, 0)))
        for name, content in chunks:
            file.write(_chunk(name, content))
        for data in _compress(bands):
            file.write(_chunk(b"IDAT", data))
        file.write(_chunk(b"IEND", b""))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _compress(bands: Iterable[np.ndarray]) -> Iterator[bytes]:
    deflate = zlib.compressobj(strategy=zlib.Z_FILTERED)
    above = None
    for band in bands:
        pixels = np.ascontiguousarray(band, band.dtype.newbyteorder(">"))
        pixels = pixels.view(np.uint8).reshape(len(band), band.shape[1], -1)
        if above is None:
            above = np.zeros_like(pixels[:1])
        filtered = _filter(pixels, above).reshape(len(band), -1)
        above = pixels[-1:]
        yield deflate.compress(np.insert(filtered, 0, PAETH, axis=1).tobytes())
    yield deflate.flush()


def _filter(pixels: UInt8[np.ndarray, "h w c"], above: UInt8[np.ndarray, "1 w c"]) -> np.ndarray:
    """Pixels minus Paeth's prediction from the left, above, and left above, modulo 256."""
    padded = np.pad(np.concatenate((above, pixels)), ((0, 0), (1, 0), (0, 0))).astype(np.int16)
    left, up, corner = padded[1:, :-1], padded[:-1, 1:], padded[:-1, :-1]
    to_left, to_up = np.abs(up - corner), np.abs(left - corner)
    to_corner = np.abs(left + up - 2 * corner)
    guess = np.where(to_up <= to_corner, up, corner)
    guess = np.where((to_left <= to_up) & (to_left <= to_corner), left, guess)
    return (pixels - guess).astype(np.uint8)
