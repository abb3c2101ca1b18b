"""Upscaling from one file into another, a band of rows at a time."""

import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from PIL import Image

from fcsr import images
from fcsr.decoding import Decode
from fcsr.images.files import metadata, writers
from fcsr.images.files.lossy import Lossy
from fcsr.inference.picture_tiles import bands, pixel_tiles, prepare
from fcsr.inference.upscaling import output_size
from fcsr.models import ContinuousModel, Precision

Sizes = tuple[tuple[int, int], tuple[int, int]]
"""(height, width) of an image, and of its result."""


@dataclass(frozen=True)
class Settings:
    """How a file becomes another: the options of `upscale_file`."""

    scale: float | None = None
    size: tuple[int, int] | None = None
    model: ContinuousModel | str | Path = "fcs"
    decode: str | Decode | None = None
    progress: bool = True
    compile: bool | None = False
    precision: Precision | None = None
    device: str | torch.device | None = None
    lossy: Lossy = Lossy()
    before: int = 0  # pixels that the model has made of other files


def upscale_file(
    source: str | Path,
    target: str | Path,
    scale: float | None = None,
    size: tuple[int, int] | None = None,
    model: ContinuousModel | str | Path = "fcs",
    decode: str | Decode | None = None,
    progress: bool = True,
    compile: bool | None = False,
    precision: Precision | None = None,
    device: str | torch.device | None = None,
    quality: int = 95,
    subsampling: str | None = None,
) -> Sizes:
    """`upscale` from a file into another, whose rows are written as soon as they are made.

    No more of the result is in memory than one row of tiles, except for JPEG, WebP and BMP (see
    `fcsr.images.files.writers`). `target` appears once it is complete.

    16-bit colour stays so in PNG and TIFF, floats in TIFF. EXIF, DPI, the ICC profile and, from
    PNG to PNG, the colour space and texts are kept. A warning names what `source` holds and the
    result does not: further frames, bands, bits and metadata. It is silent about what programs
    write, which is left out: XMP, comments, previews and gain maps.

    Args:
        source: an image file.
        target: the file to write; its suffix is that of the format.
        scale, size, model, decode, progress, precision, device: as in `upscale`.
        compile: call `model.compile()` first, which pays off for large images; None: on a CPU,
            where the result is large enough for that and there is a compiler.
        quality: of a JPEG or WebP, 1 to 100.
        subsampling: of a JPEG's chroma, `"4:4:4"`, `"4:2:2"` or `"4:2:0"`; by default 4:4:4 from
            quality 90 on, else 4:2:0.

    Returns:
        The sizes (height, width) of both images.

    Raises:
        FcsrError: as `upscale` does.
        ImageError: also where `source` cannot be read or `target` cannot be written; where
            possible, before any work is done.

    Example:
        >>> import fcsr, tempfile
        >>> photograph = fcsr.images.sample("coffee").crop((0, 0, 16, 12))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     source, target = f"{folder}/small.png", f"{folder}/large.png"
        ...     fcsr.images.save(photograph, source)
        ...     fcsr.inference.upscale_file(source, target, scale=4, model="lte-compact")
        ((12, 16), (48, 64))
    """
    lossy = Lossy(quality, subsampling)
    settings = Settings(scale, size, model, decode, progress, compile, precision, device, lossy)
    upscaling = prepare_file(images.read(source), source, target, settings, stacklevel=3)
    return upscaling.write(upscaling.rows())


class Upscaling(NamedTuple):
    """A file that is about to become another: what can be refused has been."""

    parts: images.Unpacked
    size: tuple[int, int]  # (height, width) of the result
    like: np.ndarray  # of the dtype and the channels of its rows
    info: dict
    model: ContinuousModel | Literal["bicubic"]
    target: str | Path
    how: Settings

    @torch.no_grad()
    def rows(self, part: tuple[int, int] | None = None) -> Iterator[np.ndarray]:
        """The rows of the result, or a part of them, some at a time (h, W[, C])."""
        how = self.how
        options = (how.decode, how.progress, how.compile, how.before, part)
        with closing(pixel_tiles(self.parts, self.size, self.model, *options)) as tiles:
            for band in bands(tiles):
                yield np.asarray(self.parts.restore(band))

    def write(self, rows: Iterator[np.ndarray]) -> Sizes:
        """Write the result, all of whose rows are given."""
        writers.write(self.target, self.size, self.like, rows, self.info, self.how.lossy)
        return self.parts.size, self.size


def prepare_file(
    held: images.Contents,
    source: str | Path,
    target: str | Path,
    how: Settings,
    stacklevel: int = 1,
) -> Upscaling:
    """Check all that `upscale_file` checks, given what a file holds; warnings call it `source`.

    A warning is of the caller `stacklevel` levels above this function's own.
    """
    picture: Any = held.picture
    parts = images.unpack(picture).fill_transparent()
    if not writers.holds_alpha(target):
        parts = parts.without_opaque_alpha()
    size = output_size(parts.size, how.scale, how.size)
    packed = parts.restore(parts.pixels[..., :1, :1])
    info = packed.info if isinstance(packed, Image.Image) else held.info
    like = np.asarray(packed)
    name = writers.check(target, writers.mode_of(like), size, info)
    model = prepare(how.model, how.decode, how.precision, how.compile, how.device)
    if lost := _lost(held, info, like.dtype, name):
        warnings.warn(f"{source}: {lost}", stacklevel=1 + stacklevel)
    return Upscaling(parts, size, like, info, model, target, how)


def _lost(held: images.Contents, info: dict, dtype: np.dtype, name: str) -> str:
    """What of a file its result will not have, in a file of the format `name`."""
    stored = writers.dtype_in(name, dtype)
    clauses = list(held.unread)
    if stored != dtype:
        bits = 8 * dtype.itemsize
        clauses.append(f"of {bits} bits a sample {name} holds {8 * stored.itemsize}")
    dropped = [*held.dropped, *metadata.for_format(info, name)[1]]
    return "; ".join([*clauses, *([f"the result lacks {', '.join(dropped)}"] if dropped else [])])
