"""How close an upscaled image (SR) is to the original (HR): PSNR, SSIM, artifacts.

Every metric takes two images of one size, (3, H, W) or (1, 3, H, W), RGB in [0, 1], and first
rounds both to 8 bits, because what a benchmark compares are image files. A number means little
without its protocol, so each function states its own.
"""

from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int8
from torch import Tensor

from fcsr.errors import FcsrError
from fcsr.metrics.levels import planes, shaved_levels

SSIM_WINDOW = 11

Image = Float[Tensor, "... 3 _ _"]
Channel = Literal["rgb", "y"]


def psnr(sr: Image, hr: Image, channel: Channel = "rgb", shave: int = 0) -> float:
    """Peak signal-to-noise ratio in dB, higher is closer; infinite for equal images.

    Set5, Set14, B100 and Urban100 are compared by `channel="y", shave=scale`, DIV2K by
    `channel="rgb", shave=scale + 6`: the protocol of LIIF and LTE (Lee and Jin, CVPR 2022).

    Args:
        sr, hr: images of one size, RGB in [0, 1].
        channel: "rgb", one mean squared error over all three channels, or "y", that of the luma
            of BT.601 as MATLAB's `rgb2ycbcr` gives it, in [16, 235] and not rounded again. The
            peak is 255 in both.
        shave: how many pixels are cut off each border first.

    Raises:
        ImageError: the images are not of one size, not in [0, 1], or shaved to nothing.

    Example:
        >>> import fcsr, torch
        >>> hr = torch.zeros(1, 3, 8, 8)
        >>> f"{fcsr.metrics.psnr(hr + 1 / 255, hr):.2f} dB"  # off by one 8-bit level
        '48.13 dB'
    """
    sr, hr = planes(*shaved_levels(sr, hr, shave), channel)
    return (10 * torch.log10(255**2 / (sr - hr).square().mean())).item()


def ssim(sr: Image, hr: Image, channel: Channel = "rgb", shave: int = 0) -> float:
    """Structural similarity, at most 1, which equal images have (Wang et al., TIP 2004).

    By scikit-image with the settings of that paper: a Gaussian window of 11 x 11 pixels, sigma
    1.5, population covariances, K = (0.01, 0.03), a data range of 255, the mean over all places
    where the whole window fits.

    Args:
        sr, hr: images of one size, RGB in [0, 1].
        channel: "rgb", the mean over the three channels, or "y", as in `psnr`.
        shave: how many pixels are cut off each border first.

    Raises:
        ImageError: the images are not of one size, not in [0, 1], or, once shaved, smaller than
            the window.

    Example:
        >>> import fcsr
        >>> hr = fcsr.images.to_tensor(fcsr.images.sample("coffee").crop((0, 0, 24, 16)))
        >>> fcsr.metrics.ssim(hr, hr)
        1.0
    """
    from skimage.metrics import structural_similarity

    sr, hr = planes(*shaved_levels(sr, hr, shave, smallest=SSIM_WINDOW), channel)
    return float(
        structural_similarity(
            hr.numpy(),
            sr.numpy(),
            channel_axis=0,
            data_range=255,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
    )


class Artifacts(NamedTuple):
    """Where SR is darker or brighter than all of HR nearby; see `artifact_rate`.

    Example:
        >>> import fcsr, torch
        >>> gray = torch.full((1, 3, 8, 8), 0.5)
        >>> fcsr.metrics.artifact_rate(gray, gray)[:2]
        (0.0, 0.0)
    """

    black: float  # pixels too dark, per thousand
    bright: float  # pixels too bright, per thousand
    map: Int8[Tensor, "h w"]  # -1 where too dark, 1 where too bright, else 0


def artifact_rate(sr: Image, hr: Image, radius: int = 2, margin: float = 16.0) -> Artifacts:
    """Count the black and bright artifacts that the paper describes. The definition is ours.

    A pixel is an artifact if its luma (16-235 of BT.601, in levels) lies more than `margin`
    levels below the least, or above the greatest, luma that HR has within `radius` pixels in
    each direction. Blur and a shift by up to `radius` pixels stay between these bounds and do
    not count; a dot that is not in HR does.

    Args:
        sr, hr: images of one size, RGB in [0, 1].
        radius: in pixels.
        margin: in 8-bit levels.

    Raises:
        ImageError: the images are not of one size or not in [0, 1].
        FcsrError: a negative radius or margin.

    Example:
        >>> import fcsr, torch
        >>> hr = torch.full((3, 10, 10), 0.5)
        >>> sr = hr.clone()
        >>> sr[:, 4, 4] = 0  # one black pixel in a hundred
        >>> fcsr.metrics.artifact_rate(sr, hr).black
        10.0
    """
    if radius < 0 or margin < 0:
        raise FcsrError(f"radius is {radius} and margin is {margin}; neither may be negative")
    sr, hr = planes(*shaved_levels(sr, hr), "y")
    black = sr < -_local_max(-hr, radius) - margin
    bright = sr > _local_max(hr, radius) + margin
    return Artifacts(
        black=1000 * black.double().mean().item(),
        bright=1000 * bright.double().mean().item(),
        map=(bright.to(torch.int8) - black.to(torch.int8))[0],
    )


def _local_max(plane: Tensor, radius: int) -> Tensor:
    """The greatest value within `radius` pixels in each direction: (1, h, w) -> (1, h, w)."""
    return F.max_pool2d(plane, kernel_size=2 * radius + 1, stride=1, padding=radius)
