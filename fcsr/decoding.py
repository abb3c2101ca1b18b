"""Decoding: from a distribution over 256 values to one value.

All decodes take logits over the last axis, one for each integer value 0 … 255, and return the
value, a float of 0 … 255, without that axis. The paper does not say how it decodes; its sharp
images with black and bright artifacts suggest the mode.
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
from fcsr.utils.device import no_autocast

CLASSES = 256
ZERO_RESIDUAL = 128  # the class that stands for a residual of 0

Decode = Callable[[Float[Tensor, "*b classes"]], Float[Tensor, "*b"]]


def mode(logits: Float[Tensor, "*b classes"]) -> Float[Tensor, "*b"]:
    """The likeliest value (argmax): sharpest, and least often wrong.

    >>> import fcsr, torch
    >>> fcsr.decoding.mode(torch.tensor([0.5, 0.1, 0.4]).log())
    tensor(0.)
    """
    return logits.argmax(-1).to(_wide(logits).dtype)


def mean(logits: Float[Tensor, "*b classes"]) -> Float[Tensor, "*b"]:
    """The expected value: minimal in squared error, so best in PSNR, and smoothest.

    >>> import fcsr, torch
    >>> fcsr.decoding.mean(torch.tensor([0.5, 0.1, 0.4]).log())
    tensor(0.9000)
    """
    return sharpened_mean(logits, sharpness=1.0)


def median(logits: Float[Tensor, "*b classes"]) -> Float[Tensor, "*b"]:
    """The smallest value with at least half of the probability up to it: minimal in L1.

    >>> import fcsr, torch
    >>> fcsr.decoding.median(torch.tensor([0.4, 0.2, 0.4]).log())
    tensor(1.)
    """
    return quantile(logits, share=0.5)


def quantile(
    logits: Float[Tensor, "*b classes"], share: float | Float[Tensor, "*b"]
) -> Float[Tensor, "*b"]:
    """The smallest value with at least `share` of the probability up to it.

    `share`, 0 … 1, is one number, or one for each distribution: uniformly random shares give
    samples of the distributions. Raises FcsrError for a number outside of this range.

    >>> import fcsr, torch
    >>> fcsr.decoding.quantile(torch.tensor([0.4, 0.2, 0.4]).log(), share=0.9)
    tensor(2.)
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
    """The mean, moved by `strength` (0 … 1) towards a sample, which it is at 1.

    Each value is drawn independently of its neighbours and of the other colours. As a `decode`,
    fix strength and generator by `functools.partial`. The generator is on the model's device, and
    each call advances it. Raises FcsrError for another strength.

    >>> import fcsr, torch
    >>> certain = torch.tensor([-100.0, 0.0, -100.0])
    >>> fcsr.decoding.partial_sample(certain, strength=0.75)
    tensor(1.)
    """
    if not 0 <= strength <= 1:
        raise FcsrError(f"strength is {strength}; give 0 (the mean) to 1 (a sample)")
    logits = _wide(logits)
    share = torch.rand(
        logits.shape[:-1], generator=generator, device=logits.device, dtype=logits.dtype
    )
    return mean(logits).lerp(quantile(logits, share), strength)


def smoothed_mode(logits: Float[Tensor, "*b classes"], width: float) -> Float[Tensor, "*b"]:
    """The mode of the distribution blurred by a Gaussian with a sigma of `width` levels.

    Where probability is spread, single classes stand out by chance. Here a neighbourhood wins;
    width 0 would be the mode. Raises FcsrError unless the width is finite and above 0.

    >>> import fcsr, torch
    >>> fcsr.decoding.smoothed_mode(torch.tensor([0.4, 0.0, 0.3, 0.3]).log(), width=1.0)
    tensor(2.)
    """
    if not 0 < width < math.inf:
        raise FcsrError(f"width is {width}; give a finite number of levels above 0")
    logits = _wide(logits)
    values = torch.arange(logits.shape[-1], device=logits.device, dtype=logits.dtype)
    kernel = torch.exp(-(((values.unsqueeze(-1) - values) / width) ** 2) / 2)
    kernel[kernel < 1e-6] = 0  # products with less would be denormal numbers, which are slow
    with no_autocast(logits.device):
        return (logits.softmax(-1) @ kernel).argmax(-1).to(logits.dtype)


def sharpened_mean(logits: Float[Tensor, "*b classes"], sharpness: float) -> Float[Tensor, "*b"]:
    """The mean of `p^t`, renormalised, with t = `sharpness` (an inverse temperature).

    t = 1 is the mean, t -> infinity the mode. As a `decode`, fix it:
    `functools.partial(sharpened_mean, sharpness=4.0)`. Raises FcsrError unless 0 < t < infinity.

    >>> import fcsr, torch
    >>> logits = torch.tensor([0.5, 0.1, 0.4]).log()
    >>> [round(fcsr.decoding.sharpened_mean(logits, t).item(), 2) for t in (1, 4, 64)]
    [0.9, 0.58, 0.0]
    """
    if not 0 < sharpness < math.inf:
        raise FcsrError(f"sharpness is {sharpness}; give a finite one above 0 (1 is the mean)")
    logits = _wide(logits)
    values = torch.arange(logits.shape[-1], device=logits.device, dtype=logits.dtype)
    with no_autocast(logits.device):
        mean = (sharpness * logits).softmax(-1) @ values
    return mean.clamp(max=logits.shape[-1] - 1)  # probabilities add up to 1 but for rounding


NAMED: dict[str, Decode] = {
    "mode": mode,
    "mean": mean,
    "median": median,
    "smoothed": functools.partial(smoothed_mode, width=8.0),  # few artifacts: see notebook 07
}


def resolve(decode: str | Decode) -> Decode:
    """The decode of that name in `NAMED`, else an FcsrError; a function is returned as it is.

    >>> import fcsr
    >>> fcsr.decoding.resolve("mean") is fcsr.decoding.mean
    True
    """
    if callable(decode):
        return decode
    if decode not in NAMED:
        known = ", ".join(f'"{name}"' for name in NAMED)
        raise FcsrError(f'unknown decode "{decode}": give {known} or a function of the logits')
    return NAMED[decode]


def check_name(decode: str) -> None:
    """Raise FcsrError unless it is a name in `NAMED`: a function cannot be saved with a model.

    >>> import fcsr
    >>> fcsr.decoding.check_name("mean")
    """
    if resolve(decode) is decode:
        known = ", ".join(NAMED)
        raise FcsrError(f"decode is {label(decode)}, which cannot be saved; give one of {known}")


def label(decode: str | Decode) -> str:
    """What tables call a decode.

    >>> import fcsr, functools
    >>> fcsr.decoding.label(functools.partial(fcsr.decoding.sharpened_mean, sharpness=4.0))
    'sharpened_mean(sharpness=4.0)'
    """
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
    """Signed high-band values as classes: in 8-bit units, 128 for 0, clamped to 0 … 255.

    >>> import fcsr, torch
    >>> fcsr.decoding.residual_to_levels(torch.tensor([-0.7, -1 / 255, 0.0, 0.7]))
    tensor([  0, 127, 128, 255], dtype=torch.uint8)
    """
    return to_levels(residual + ZERO_RESIDUAL / 255)


def clipped_share(residual: Float[Tensor, "*b"]) -> float:
    """The share of high-band values beyond the 256 classes (0 … 1).

    >>> import fcsr, torch
    >>> fcsr.decoding.clipped_share(torch.tensor([-0.7, 0.0, 0.1, 0.2]))
    0.25
    """
    level = (255 * residual).round() + ZERO_RESIDUAL
    return ((level < 0) | (level > 255)).float().mean().item()
