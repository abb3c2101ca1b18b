"""The control experiment for LPIPS: plain noise.

LPIPS rewards noise, also noise that has nothing to do with the image. So a method that is
better than a smooth one in LPIPS, and worse in PSNR, should be compared with the smooth one plus
Gaussian noise of the strength that brings it to the same PSNR.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from fcsr.errors import FcsrError

MAX_DEVIATION = 128.0  # levels; with more, little of an image is left


def add_noise(
    image: Float[Tensor, "... h w"], deviation: float, seed: int = 0
) -> Float[Tensor, "... h w"]:
    """Add Gaussian noise, independent for each value, and clamp to [0, 1].

    Args:
        image: values in [0, 1].
        deviation: standard deviation of the noise in 8-bit levels.
        seed: of the pattern: the same seed gives the same noise.

    Example:
        >>> import fcsr, torch
        >>> gray = torch.full((1, 3, 64, 64), 0.5)
        >>> noisy = fcsr.metrics.add_noise(gray, deviation=6)
        >>> round((noisy - gray).std().item() * 255)
        6
    """
    random = torch.Generator(device="cpu").manual_seed(seed)
    noise = torch.randn(image.shape, generator=random, device="cpu").to(image)
    return (image + deviation / 255 * noise).clamp(0, 1)


def add_noise_to_psnr(
    image: Float[Tensor, "... h w"], psnr: float, measure: Callable[[Tensor], float]
) -> Float[Tensor, "... h w"]:
    """Add as much noise as brings an image's PSNR down to `psnr` dB.

    The deviation is found to 0.002 levels, that is within 0.01 dB.

    Args:
        image: values in [0, 1].
        psnr: the PSNR wanted, in dB.
        measure: gives the PSNR of an image.

    Returns:
        The noisy image; `image` itself if its PSNR is not above `psnr`.

    Raises:
        FcsrError: no deviation up to 128 levels gives so low a PSNR.

    Example:
        >>> import fcsr, torch
        >>> hr = torch.full((1, 3, 32, 32), 0.5)
        >>> def measure(image):
        ...     return fcsr.metrics.psnr(image, hr)
        >>> f"{measure(fcsr.metrics.add_noise_to_psnr(hr, 30, measure)):.1f} dB"
        '30.0 dB'
    """
    from scipy.optimize import brentq

    def excess(deviation: float) -> float:
        return measure(add_noise(image, deviation)) - psnr

    if excess(0) <= 0:
        return image
    if excess(MAX_DEVIATION) > 0:
        raise FcsrError(f"no noise is strong enough to lower PSNR to {psnr:.2f} dB")
    return add_noise(image, brentq(excess, 0, MAX_DEVIATION, xtol=0.002))
