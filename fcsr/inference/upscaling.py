"""Upscaling: any image in memory to any size."""

import math
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from fcsr import images
from fcsr.decoding import Decode
from fcsr.errors import FcsrError
from fcsr.images.kinds import PictureT
from fcsr.inference.picture_tiles import pixel_tiles, prepare
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
    device: str | torch.device | None = None,
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
        device: where a model that is given by its name runs: `"cpu"`, `"cuda"`, `"cuda:1"` or
            `"mps"`; `fcsr.default_device()` by default. A model object runs where it is: it is an
            error if that is elsewhere. Bicubic runs on the CPU, or where a tensor lies.

    Raises:
        ImageError: `image` is not an image, is empty, or has values outside its range.
        CheckpointError: no such model.
        FcsrError: neither or both of `scale` and `size`, or they make no image; a `decode` that
            is unknown or that the model has no distributions for; a device that is not there.

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
    ready = prepare(model, decode, precision, device=device)
    with closing(pixel_tiles(parts, size, ready, decode, progress)) as tiles:
        result = parts.pixels.new_empty(*parts.pixels.shape[:2], *size)
        for _, region, pixels in tiles:
            region.cut(result).copy_(pixels)
    return parts.restore(result)


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
