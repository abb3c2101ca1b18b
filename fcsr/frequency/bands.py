"""Low and high band: an image split by a filter `f` and its complement `g` (section 2.1).

Also how a filter acts on waves, and filters of different kinds that are equally wide.
"""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from fcsr.errors import FcsrError
from fcsr.frequency.filters import BicubicDownUp, Box, Butterworth, Gaussian, Ideal, LowPass
from fcsr.utils.dense import require_floats

FIXED_POINT = 2.0**-23
"""Pixel values in [0, 1] are multiples of this, so that float32 holds sums and differences up to
2 exactly: some filters overshoot, and a high band may leave [-1, 1]."""

Filter = Callable[[Float[Tensor, "b c h w"]], Float[Tensor, "b c h w"]]
"""What `split` and `gain` take: a `LowPass`, or any other function of a batch of images."""


def split(
    hr: Float[Tensor, "b c h w"], f: Filter
) -> tuple[Float[Tensor, "b c h w"], Float[Tensor, "b c h w"]]:
    """Split an image into `low = f(hr)` and `high = g(hr) = hr - f(hr)`.

    `low` is rounded to multiples of the dtype's epsilon (2^-23 in float32, a 30,000th of an 8-bit
    level). Images from `fcsr.images` lie on this grid, too. For them `low + high == hr` is exact
    while both bands stay in [-2, 2], which only patterns made for it can break. For other images,
    of any range, the sum is off by one rounding at most. Gradients pass unchanged.

    Raises FcsrError for a tensor that is no batch, or no dense tensor of floats.

    >>> import fcsr
    >>> hr = fcsr.images.to_tensor(fcsr.images.sample("coffee").crop((0, 0, 16, 12)))
    >>> low, high = fcsr.frequency.split(hr, fcsr.frequency.Gaussian(sigma=1.5))
    >>> (low + high == hr).all().item()
    True
    """
    require_floats(hr, "the image")
    if hr.ndim != 4:
        raise FcsrError(f"split takes a batch (B, C, H, W), not the shape {tuple(hr.shape)}")
    low = f(hr)
    step = torch.finfo(hr.dtype).eps
    low = low + (torch.round(low.detach() / step) * step - low.detach())
    return low, hr - low


def gain(f: Filter, waves: int = 256) -> tuple[Float[Tensor, " waves"], Float[Tensor, " waves"]]:
    """The frequency response of `f`: 1 keeps a wave, 0 removes it, below 0 inverts it.

    Returns frequencies, equally spaced from 0 to just below 0.5 cycles a pixel, and their gains,
    measured with cosines along a mirrored row of `waves` pixels. Waves that `BicubicDownUp` adds by
    aliasing do not count; its gain at `1 / (2 factor)` depends on the phase.

    >>> import fcsr
    >>> frequencies, gains = fcsr.frequency.gain(fcsr.frequency.Gaussian(sigma=1.5))
    >>> frequencies[64].item(), round(gains[64].item(), 2)
    (0.125, 0.5)
    """
    half_waves = torch.arange(waves, dtype=torch.float64, device="cpu")
    centre = half_waves + 0.5
    cosines = torch.cos(math.pi / waves * half_waves[:, None] * centre)[:, None, None]
    passed = (f(cosines) * cosines).sum((1, 2, 3)) / cosines.square().sum((1, 2, 3))
    return half_waves / (2 * waves), passed


def half_power(sigma: float) -> float:
    """The frequency, in cycles a pixel, at which a Gaussian of that sigma halves the power.

    >>> import fcsr
    >>> round(fcsr.frequency.half_power(sigma=1.5), 3)
    0.088
    """
    return math.sqrt(math.log(2)) / (2 * math.pi * sigma)


KINDS: dict[str, Callable[[float], LowPass]] = {
    "Gaussian": Gaussian,
    "Box": lambda sigma: Box(max(1, round((math.sqrt(12 * sigma**2 + 1) - 1) / 2))),
    "Ideal": lambda sigma: Ideal(half_power(sigma)),
    "Butterworth": lambda sigma: Butterworth(half_power(sigma)),
    "BicubicDownUp": lambda sigma: BicubicDownUp(0.5 / half_power(sigma)),
}


def low_pass(kind: str, width: float) -> LowPass:
    """The filter of a kind that is as wide as a Gaussian with a sigma of `width` pixels.

    Ideal and Butterworth have their cutoff where the Gaussian halves the power, BicubicDownUp the
    small image's highest frequency. Box has about the same standard deviation. Raises FcsrError for
    an unknown kind, and for a width not from 0.5 to 16.

    >>> import fcsr
    >>> fcsr.frequency.low_pass("Box", width=1.5)
    Box(radius=2)
    """
    if kind not in KINDS:
        raise FcsrError(f'there is no filter "{kind}"; choose from {", ".join(KINDS)}')
    if not 0.5 <= width <= 16:
        raise FcsrError(f"width is {width}; give 0.5 to 16 pixels")
    return KINDS[kind](width)
