"""Upscaling: any image to any size, in memory or from one file into another."""

import math
import warnings
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from fcsr import images
from fcsr.decoding import Decode
from fcsr.errors import FcsrError
from fcsr.images.files import metadata, writers
from fcsr.images.kinds import PictureT
from fcsr.inference.picture_tiles import bands, pixel_tiles
from fcsr.inference.tiling import Task, render_tiles
from fcsr.models import ContinuousModel, Precision
from fcsr.utils.numbers import as_real, as_whole

MAX_PIXELS = 2**33  # of a result: 100 GB of floats, more than any one machine would hold


@torch.no_grad()
def upscale(
    image: PictureT,
    scale: float | None = None,
    size: tuple[int, int] | None = None,
    model: ContinuousModel | str | Path = "fcs",
    decode: str | Decode | None = None,
    progress: bool = True,
    precision: Precision | None = None,
) -> PictureT:
    """Make an image of another size, of the same kind as the given one: PIL, numpy or torch.

    Args:
        image: a PIL image of any mode, an array (H, W[, C]) or a tensor ([B,] C, H, W) of uint8,
            uint16, bool, or floats in [0, 1]; gray or RGB, either with alpha, which is resampled
            separately.
        scale: how many times as high and wide, any number above 0; sizes are rounded.
        size: (height, width) of the result, instead of `scale`.
        model: a model, a name or path that `fcsr.load` takes, or `"bicubic"`.
        decode: how CS and FCS decode their distributions: `"mode"`, `"mean"`, `"median"`,
            `"smoothed"`, of a mixture `"component"`, or a function as in `fcsr.decoding`. The
            model's own default is the mode, or the mean if it was trained with LPIPS.
        progress: show a bar when it takes more than two seconds.
        precision: in what the model multiplies: `"float32"`, whose result is the same on every
            machine but for rounding; `"bfloat16"`, two to six times as fast where hardware has
            units for it; `"auto"`, bfloat16 where it has. By default as the model does: float32.
            bfloat16 makes modes jump between levels; means hardly change.

    Raises:
        ImageError: `image` is not an image, is empty, or has values outside its range.
        CheckpointError: no such model.
        FcsrError: neither or both of `scale` and `size`, or they make no image; a `decode` that
            is unknown or that the model has no distributions for.

    Example:
        >>> import fcsr
        >>> photograph = fcsr.images.sample("coffee").crop((0, 0, 16, 12))  # 16 wide, 12 high
        >>> fcsr.upscale(photograph, scale=2.5, model="lte-compact").size
        (40, 30)
        >>> fcsr.upscale(photograph, size=(30, 40), model="bicubic").size
        (40, 30)
    """
    parts = images.unpack(image).fill_transparent()
    size = output_size(parts.size, scale, size)
    with closing(pixel_tiles(parts, size, model, decode, progress, precision)) as tiles:
        result = parts.pixels.new_empty(*parts.pixels.shape[:2], *size)
        for _, region, pixels in tiles:
            region.cut(result).copy_(pixels)
    return parts.restore(result)


@torch.no_grad()
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
) -> tuple[tuple[int, int], tuple[int, int]]:
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
        scale, size, model, decode, progress, precision: as in `upscale`.
        compile: call `model.compile()` first, which pays off for large images; None: on a CPU,
            where the result is large enough for that and there is a compiler.

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
    held = images.read(source)
    picture: Any = held.picture
    parts = images.unpack(picture).fill_transparent()
    if not writers.holds_alpha(target):
        parts = parts.without_opaque_alpha()
    size = output_size(parts.size, scale, size)
    packed = parts.restore(parts.pixels[..., :1, :1])
    info = packed.info if isinstance(packed, Image.Image) else held.info
    like = np.asarray(packed)
    name = writers.check(target, writers.mode_of(like), size, info)
    made = pixel_tiles(parts, size, model, decode, progress, precision, compile)
    with closing(made) as tiles:
        if lost := _lost(held, info, like.dtype, name):
            warnings.warn(f"{source}: {lost}", stacklevel=3)
        rows = (np.asarray(parts.restore(band)) for band in bands(tiles))
        writers.write(target, size, like, rows, info)
    return parts.size, size


def _lost(held: images.Contents, info: dict, dtype: np.dtype, name: str) -> str:
    """What of a file its result will not have, in a file of the format `name`."""
    stored = writers.dtype_in(name, dtype)
    clauses = list(held.unread)
    if stored != dtype:
        bits = 8 * dtype.itemsize
        clauses.append(f"of {bits} bits a sample {name} holds {8 * stored.itemsize}")
    dropped = [*held.dropped, *metadata.for_format(info, name)[1]]
    return "; ".join([*clauses, *([f"the result lacks {', '.join(dropped)}"] if dropped else [])])


@torch.no_grad()
def render(
    model: ContinuousModel,
    image: Float[Tensor, "b 3 h w"],
    size: tuple[int, int],
    decodes: Sequence[str | Decode | None] = (None,),
    progress: bool = True,
    precision: Precision | None = None,
) -> list[Float[Tensor, "b 3 H W"]]:
    """Query every pixel of an image of another size, and decode the outputs in several ways.

    The image is encoded and queried once, however many `decodes` there are.

    Args:
        model: a model; it runs on its own device.
        image: RGB in [0, 1], on that device.
        size: (height, width) of the result.
        decodes: as `decode` in `upscale`; None is the model's default.
        progress: show a bar when it takes more than two seconds.
        precision: as in `upscale`.

    Returns:
        RGB in [0, 1] for each of `decodes`.

    Raises:
        FcsrError: a decode is unknown, the model has no distributions for it, or it does not
            give finite RGB.

    Example:
        >>> import fcsr, torch
        >>> model = fcsr.load("cs-compact")
        >>> lr = torch.rand(1, 3, 8, 8)
        >>> mode, mean = fcsr.render(model, lr, size=(20, 30), decodes=("mode", "mean"))
        >>> mean.shape
        torch.Size([1, 3, 20, 30])
    """
    for decode in decodes:
        model.check_decode(decode)
    model = model.in_precision(precision)
    batch, _, height, width = image.shape
    results = [image.new_empty(batch, 3, *size) for _ in decodes]
    task = Task(lambda region: region.cut(image), batch, (height, width), size, progress)
    with closing(render_tiles(model, task, decodes)) as tiles:
        for _, region, decoded in tiles:
            for result, rgb in zip(results, decoded, strict=True):
                region.cut(result).copy_(rgb)
    return results


def output_size(
    size: tuple[int, int], scale: float | None, wanted: tuple[int, int] | None
) -> tuple[int, int]:
    """The (height, width) of a result: `scale` times `size`, or `wanted`; one of them is None."""
    if (scale is None) == (wanted is None):
        raise FcsrError("give either scale or size (height and width)")
    if wanted is None:
        factor = as_real(scale)
        if factor is None:
            kind = type(scale).__name__
            raise FcsrError(f"scale is {scale!r}, a {kind}; it must be a number above 0")
        if not 0 < factor < math.inf:
            raise FcsrError(f"scale is {scale}; it must be a finite number above 0")
        height, width = (max(1, round(min(n * factor, MAX_PIXELS))) for n in size)
        wanted = height, width
    whole = [as_whole(n) for n in wanted] if isinstance(wanted, Iterable) else []
    match whole:
        case [int(height), int(width)] if min(height, width) > 0:
            if height * width < MAX_PIXELS:
                return height, width
            raise FcsrError(f"the result would be of {height} x {width} pixels; ask for less")
    raise FcsrError(f"size is {wanted!r}; it must be (height, width), whole numbers above 0")
