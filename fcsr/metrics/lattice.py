"""Whether SR shows the raster of the LR pixels that it was made of, as dots or lines.

A pattern that repeats with each LR pixel has all its power at a few frequencies: at `scale` s at
(k / s, l / s) cycles per pixel with whole k and l. A photograph has about as much power there as
nearby. The power spectrum is estimated by Welch's method (IEEE Trans. Audio Electroacoust., 1967):
windowed blocks, which overlap by half, and the mean of their spectra.
"""

import math
from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from fcsr.errors import FcsrError, ImageError
from fcsr.metrics.full_reference import Image
from fcsr.metrics.levels import levels_of, luma, size
from fcsr.utils.numbers import is_finite

BLOCK = 32  # LR pixels a side: long enough to tell neighbouring frequencies apart
NEAR, FAR = 3, 5  # steps of 1 / block away are the surroundings; Hann's window blurs by 2
ROUNDING = 1 / 12  # power of a rounding error, in levels squared: what is below cannot be seen
MIN_SCALE = 1.5  # below, the raster's frequencies are too close to 0, where photographs are strong


def lattice(sr: Image, scale: float) -> float:
    """How far the raster of LR's pixels stands out of SR's spectrum, in dB; about 0 if it does not.

    At each frequency of the raster below Nyquist's (or aliased to below it), in both directions and
    except 0: the power of the luma, over the geometric mean of the power at nearby frequencies; of
    these ratios the mean in dB. On the axes, where edges and horizons have much power, it is
    compared with frequencies on the same axis only. Blocks count alike, whatever their contrast,
    because dots are seen on skin, not in grass. The definition is ours.

    Photographs have -1.6 to 1.5 dB at x4, -1.9 to 0.6 at x3 and -3.8 to 3.1 at x2 (the HR images of
    Set5 and Set14). With two levels added to each fourth pixel of each fourth row, they have 2 to
    13 dB, 7 in the mean. Bicubic interpolation has less power at the raster than nearby: -3 to 2
    dB at x4.

    Args:
        sr: RGB in [0, 1], of 32 LR pixels a side or more.
        scale: how many times larger SR is than LR, each way; 1.5 or more.

    Raises:
        ImageError: the image is not in [0, 1], or too small.
        FcsrError: a scale below 1.5.

    Example:
        >>> import fcsr, torch
        >>> sr = fcsr.images.to_tensor(fcsr.images.sample("coffee").crop((200, 100, 400, 300)))
        >>> fcsr.metrics.lattice(sr, scale=4) < 2
        True
        >>> sr[..., ::4, ::4] = (sr[..., ::4, ::4] + 10 / 255).clamp(0, 1)  # dots
        >>> fcsr.metrics.lattice(sr, scale=4) > 5
        True
    """
    if not is_finite(scale, least=MIN_SCALE):
        raise FcsrError(f"scale is {scale}; a lattice is looked for at {MIN_SCALE:g} or more")
    plane = luma(levels_of("SR", sr).cpu().double())[0]
    block = round(BLOCK * scale)
    if min(plane.shape) < block:
        raise ImageError(
            f"{size(sr)} pixels are too few: at a scale of {scale:g} a lattice is looked for in "
            f"blocks of {block} x {block} pixels"
        )
    return _prominence(_spectrum(plane, scale, block))


def _harmonics(scale: float) -> Tensor:
    """Whole multiples of 1 / scale, each frequency once, 0 in the middle or before the last."""
    most = max(1, math.floor(scale / 2))
    least = 1 - most if scale == 2 * most else -most  # at Nyquist's frequency both are one
    return torch.arange(least, most + 1, dtype=torch.float64, device="cpu")


def _spectrum(
    plane: Float[Tensor, "h w"], scale: float, block: int
) -> Float[Tensor, "rows near columns near"]:
    """The power at and around each frequency of the raster, relative to each block's own level.

    The transform is evaluated at just these frequencies, because those of a fast transform lie
    elsewhere if the scale is not whole.
    """
    places = torch.arange(block, dtype=torch.float64, device="cpu")
    window = (torch.pi * (places + 0.5) / block).sin().square()  # Hann
    offsets = torch.arange(-FAR, FAR + 1, device="cpu") / block
    frequencies = (_harmonics(scale)[:, None] / scale + offsets).flatten()
    waves = torch.polar(
        window / window.square().sum().sqrt(), -2 * torch.pi * frequencies[:, None] * places
    )  # (frequencies, block)
    total = window.new_zeros(len(frequencies), len(frequencies))
    for blocks in _rows_of_blocks(plane, block):
        blocks = blocks - blocks.mean((1, 2), keepdim=True)
        power = (waves @ blocks.to(waves.dtype) @ waves.T).abs().square() + ROUNDING
        level = power.log().mean((1, 2), keepdim=True).exp()
        total += (power / level).sum(0)
    near = len(offsets)
    return total.unflatten(1, (-1, near)).unflatten(0, (-1, near))


def _rows_of_blocks(plane: Tensor, block: int) -> Iterator[Float[Tensor, "n block block"]]:
    """Blocks that overlap by half or a little more, row by row; together they cover the plane."""
    lefts = _starts(plane.shape[1], block)
    for top in _starts(plane.shape[0], block):
        row = plane[top : top + block]
        yield torch.stack([row[:, left : left + block] for left in lefts])


def _starts(length: int, block: int) -> list[int]:
    steps = math.ceil((length - block) / (block / 2))
    return [round(step * (length - block) / max(steps, 1)) for step in range(steps + 1)]


def _prominence(power: Float[Tensor, "rows near columns near"]) -> float:
    """Of all frequencies of the raster but 0, the mean of how far they stand out, in dB."""
    level = 10 * power.log10()
    around = [step + FAR for step in range(-FAR, FAR + 1) if abs(step) >= NEAR]
    zero = (len(power) - 1) // 2  # where the frequency is 0
    surroundings = level[:, around][..., around].mean((1, 3))
    surroundings[zero] = level[zero, FAR][:, around].mean(1)
    surroundings[:, zero] = level[:, around, zero, FAR].mean(1)
    ratios = level[:, FAR, :, FAR] - surroundings
    return ((ratios.sum() - ratios[zero, zero]) / (ratios.numel() - 1)).item()
