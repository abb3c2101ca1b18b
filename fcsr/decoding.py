"""From a distribution over 256 values to one value: how a classified pixel is read.

All functions take logits over the last axis, one for each integer value 0 … 255, and return
the value, a float of 0 … 255, without that axis. The paper does not say how it reads its
distributions; its sharp images with black and bright specks speak for the mode.
"""

import functools
import math
from collections.abc import Callable
from numbers import Real

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from fcsr.errors import FcsrError
from fcsr.images import to_levels
from fcsr.utils.device import exact

CLASSES = 256
ZERO_RESIDUAL = 128  # the class that stands for a residual of 0

Decode = Callable[[Float[Tensor, "*b classes"]], Float[Tensor, "*b"]]


def mode(logits: Float[Tensor, "*b classes"]) -> Float[Tensor, "*b"]:
    """The likeliest value (argmax): sharpest, and minimal in the rate of wrong classes."""
    return logits.argmax(-1).to(_wide(logits).dtype)


def mean(logits: Float[Tensor, "*b classes"]) -> Float[Tensor, "*b"]:
    """The expected value: minimal in squared error, so best in PSNR, and smoothest."""
    return sharpened_mean(logits, sharpness=1.0)


def median(logits: Float[Tensor, "*b classes"]) -> Float[Tensor, "*b"]:
    """The smallest value with at least half of the probability up to it: minimal in L1."""
    return quantile(logits, share=0.5)


def quantile(
    logits: Float[Tensor, "*b classes"], share: float | Float[Tensor, "*b"]
) -> Float[Tensor, "*b"]:
    """The smallest value with at least `share` of the probability up to it.

    `share`, 0 ... 1, is one for all or each distribution's own: shares that are drawn evenly
    make samples of the distributions.
    """
    if isinstance(share, Real) and not 0 <= share <= 1:
        raise FcsrError(f"share is {share}; give 0 to 1 (0.5 is the median)")
    logits = _wide(logits)
    share = torch.as_tensor(share, device=logits.device, dtype=logits.dtype)
    below = logits.softmax(-1).cumsum(-1) < share.unsqueeze(-1)
    return below.sum(-1).clamp(max=logits.shape[-1] - 1).to(logits.dtype)


def partial_sample(
    logits: Float[Tensor, "*b classes"], strength: float, generator: torch.Generator | None = None
) -> Float[Tensor, "*b"]:
    """From the mean, `strength` of the way (0 ... 1) to a sample: at 1 it is one.

    Each value is drawn by itself, whatever its neighbours and the other colours are. To pass it
    on as a `decode`, fix strength and generator by `functools.partial`; the latter is on the
    model's device, and a reading goes on in it.
    """
    if not 0 <= strength <= 1:
        raise FcsrError(f"strength is {strength}; give 0 (the mean) to 1 (a sample)")
    logits = _wide(logits)
    share = torch.rand(
        logits.shape[:-1], generator=generator, device=logits.device, dtype=logits.dtype
    )
    return mean(logits).lerp(quantile(logits, share), strength)


def smoothed_mode(logits: Float[Tensor, "*b classes"], width: float) -> Float[Tensor, "*b"]:
    """The mode of the distribution blurred by a Gaussian of `width` levels.

    Where probability is spread, single classes stand out by chance. What wins here is a
    neighbourhood: width 0 would be the mode.
    """
    if not 0 < width < math.inf:
        raise FcsrError(f"width is {width}; give a finite number of levels above 0")
    logits = _wide(logits)
    values = torch.arange(logits.shape[-1], device=logits.device, dtype=logits.dtype)
    kernel = torch.exp(-(((values.unsqueeze(-1) - values) / width) ** 2) / 2)
    kernel[kernel < 1e-6] = 0  # products with less would be denormal numbers, which are slow
    with exact(logits.device):
        return (logits.softmax(-1) @ kernel).argmax(-1).to(logits.dtype)


def mode_near_mean(logits: Float[Tensor, "*b classes"], radius: float) -> Float[Tensor, "*b"]:
    """The likeliest value within `radius` levels of the mean.

    A spike far from all other probability, as at the end of the range, cannot win.
    """
    if not 1 <= radius < math.inf:
        raise FcsrError(f"radius is {radius}; give a finite number of levels, at least 1")
    logits = _wide(logits)
    values = torch.arange(logits.shape[-1], device=logits.device, dtype=logits.dtype)
    far = (values - mean(logits).unsqueeze(-1)).abs() > radius
    return mode(logits.masked_fill(far, -math.inf))


def sharpened_mean(logits: Float[Tensor, "*b classes"], sharpness: float) -> Float[Tensor, "*b"]:
    """The mean of `p^t`, renormalised, with t = `sharpness` (an inverse temperature).

    t = 1 is the mean, t -> infinity the mode: a dial between the two. To pass it on as a
    `decode`, fix the dial: `functools.partial(sharpened_mean, sharpness=4.0)`.
    """
    if not 0 < sharpness < math.inf:
        raise FcsrError(f"sharpness is {sharpness}; give a finite one above 0 (1 is the mean)")
    logits = _wide(logits)
    values = torch.arange(logits.shape[-1], device=logits.device, dtype=logits.dtype)
    with exact(logits.device):
        mean = (sharpness * logits).softmax(-1) @ values
    return mean.clamp(max=logits.shape[-1] - 1)  # probabilities add up to 1 but for rounding


NAMED: dict[str, Decode] = {
    "mode": mode,
    "mean": mean,
    "median": median,
    "smoothed": functools.partial(smoothed_mode, width=8.0),  # no specks: see notebook 07
}


def resolve(decode: str | Decode) -> Decode:
    """The function that a name stands for; a function is returned as it is."""
    if callable(decode):
        return decode
    if decode not in NAMED:
        known = ", ".join(f'"{name}"' for name in NAMED)
        raise FcsrError(f'unknown decode "{decode}": give {known} or a function of the logits')
    return NAMED[decode]


def label(decode: str | Decode) -> str:
    """What tables call a decode: `mean`, or `sharpened_mean(sharpness=4.0)`."""
    if isinstance(decode, str):
        return decode
    if isinstance(decode, functools.partial):
        settings = (f"{name}={value}" for name, value in decode.keywords.items())
        return f"{label(decode.func)}({', '.join(settings)})"
    return getattr(decode, "__qualname__", type(decode).__name__)


def _wide(logits: Tensor) -> Tensor:
    """In float32 or wider: in bfloat16, as autocast leaves them, 254 and 255 are neighbours."""
    return logits.to(torch.promote_types(logits.dtype, torch.float32))


def residual_to_levels(residual: Float[Tensor, "*b"]) -> UInt8[Tensor, "*b"]:
    """Signed high-band values as classes: in 8-bit units, 128 for 0, clamped to 0 … 255."""
    return to_levels(residual + ZERO_RESIDUAL / 255)


def clipped_share(residual: Float[Tensor, "*b"]) -> float:
    """The share of high-band values that the 256 classes cannot express (0 … 1)."""
    level = (255 * residual).round() + ZERO_RESIDUAL
    return ((level < 0) | (level > 255)).float().mean().item()
