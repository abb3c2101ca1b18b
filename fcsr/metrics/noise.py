"""The control that LPIPS asks for: plain noise.

LPIPS rewards grain, also grain that has nothing to do with the image. So a method that is
better than a smooth one in LPIPS, and worse in PSNR, should be compared with the smooth one plus
Gaussian noise of the strength that brings it to the same PSNR.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from fcsr.errors import FcsrError

MAX_DEVIATION = 128.0  # levels; what is noisier is no image any more


def add_noise(
    image: Float[Tensor, "... h w"], deviation: float, seed: int = 0
) -> Float[Tensor, "... h w"]:
    """An image in [0, 1] plus Gaussian noise, independent for each value, clamped to [0, 1].

    `deviation` is the standard deviation in 8-bit levels. One seed gives one pattern of noise.
    """
    random = torch.Generator().manual_seed(seed)
    noise = torch.randn(image.shape, generator=random).to(image)
    return (image + deviation / 255 * noise).clamp(0, 1)


def add_noise_to_psnr(
    image: Float[Tensor, "... h w"], psnr: float, measure: Callable[[Tensor], float]
) -> Float[Tensor, "... h w"]:
    """An image with as much grain as brings its PSNR down to `psnr` dB.

    `measure` gives the PSNR of a candidate. The deviation is found to 0.002 levels, which is
    0.01 dB and less. An image whose PSNR is not above `psnr` is returned as it is.

    Raises FcsrError when no image with a deviation up to 128 levels has so low a PSNR.
    """
    from scipy.optimize import brentq

    def excess(deviation: float) -> float:
        return measure(add_noise(image, deviation)) - psnr

    if excess(0) <= 0:
        return image
    if excess(MAX_DEVIATION) > 0:
        raise FcsrError(f"no grain is strong enough to lower PSNR to {psnr:.2f} dB")
    return add_noise(image, brentq(excess, 0, MAX_DEVIATION, xtol=0.002))
