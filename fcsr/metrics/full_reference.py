"""How close an upscaled image (SR) is to the original (HR): PSNR, SSIM, LPIPS, artifacts.

Every metric takes two images of one size, (3, H, W) or (1, 3, H, W), RGB in [0, 1], and first
rounds both to 8 bits, because what a benchmark compares are image files. A number means little
without its protocol, so each function states its own.
"""

from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int8
from torch import Tensor

from fcsr.errors import FcsrError, ImageError
from fcsr.metrics import lpips_network
from fcsr.utils.device import exact

PROPER_RANGE = (-1.0, 1.0)
"""What LPIPS asks for."""

LPIPS_RANGES = {"lpips": PROPER_RANGE, "lpips_01": (0.0, 1.0), "lpips_255": (0.0, 255.0)}
"""The ranges that images are mapped to before LPIPS sees them. `lpips` alone is the proper one."""

SSIM_WINDOW = 11
LPIPS_MIN_SIDE = 31  # pixels a side; below, AlexNet's second pooling has nothing left to pool

Image = Float[Tensor, "... 3 _ _"]
Channel = Literal["rgb", "y"]


def psnr(sr: Image, hr: Image, channel: Channel = "rgb", shave: int = 0) -> float:
    """Peak signal-to-noise ratio in dB, higher is closer; infinite for equal images.

    `channel="rgb"`: one mean squared error over all three channels. `channel="y"`: over the luma
    of BT.601 as MATLAB's `rgb2ycbcr` gives it, in [16, 235] and not rounded again. The peak is
    255 in both. `shave` pixels are cut off each border first.

    Set5, Set14, B100 and Urban100 are compared by `channel="y", shave=scale`, DIV2K by
    `channel="rgb", shave=scale + 6`: the protocol of LIIF and LTE (Lee and Jin, CVPR 2022).

    Raises ImageError for images that are not of one size, not in [0, 1], or shaved to nothing.
    """
    sr, hr = _planes(*_levels(sr, hr, shave), channel)
    return (10 * torch.log10(255**2 / (sr - hr).square().mean())).item()


def ssim(sr: Image, hr: Image, channel: Channel = "rgb", shave: int = 0) -> float:
    """Structural similarity, at most 1, which equal images have (Wang et al., TIP 2004).

    By scikit-image with the settings of that paper: a Gaussian window of 11 x 11 pixels, sigma
    1.5, population covariances, K = (0.01, 0.03), a data range of 255, the mean over all places
    where the whole window fits. `channel="rgb"`: the mean over the three channels. `channel="y"`
    and `shave` are those of `psnr`.

    Raises ImageError for images that are not of one size, not in [0, 1], or, once shaved,
    smaller than the window.
    """
    from skimage.metrics import structural_similarity

    sr, hr = _planes(*_levels(sr, hr, shave, smallest=SSIM_WINDOW), channel)
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


def lpips(sr: Image, hr: Image, input_range: tuple[float, float] = PROPER_RANGE) -> float:
    """Learned perceptual distance, lower is closer; 0 for equal images (Zhang et al., CVPR 2018).

    AlexNet, version 0.1, on the whole image: nothing is shaved. It runs where `sr` is.

    `input_range` is what [0, 1] is mapped to before it enters the network. LPIPS asks for
    (-1, 1), and every LPIPS that stands alone in this project is that one. (0, 1) and (0, 255)
    are here to reproduce Table 1 of the paper: its Baseline cells are consistent with images
    in [0, 1], its CS and FCS cells with images in [0, 255]. Values are comparable only within
    one range, since the range alone changes them by a factor of up to 3.

    Raises ImageError for images that are not of one size, not in [0, 1], or smaller than
    31 x 31; FcsrError for another range, and for a network that is not installed.
    """
    if input_range not in LPIPS_RANGES.values():
        known = ", ".join(map(str, LPIPS_RANGES.values()))
        raise FcsrError(f"input_range is {input_range}; LPIPS is known for {known}")
    low, high = input_range
    sr, hr = (
        (levels / 255 * (high - low) + low)[None]
        for levels in _levels(sr, hr, smallest=LPIPS_MIN_SIDE)
    )
    network = lpips_network.alex(sr.device)
    # TF32, the default of convolutions on a GPU, could change the digits that are printed.
    full = torch.backends.cudnn.flags(enabled=True, allow_tf32=False)
    with torch.no_grad(), full, exact(sr.device):
        return network(sr, hr).item()


class Artifacts(NamedTuple):
    """Where SR is darker or brighter than anything HR has thereabouts."""

    black: float  # pixels too dark, per thousand
    bright: float  # pixels too bright, per thousand
    map: Int8[Tensor, "h w"]  # -1 where too dark, 1 where too bright, else 0


def artifact_rate(sr: Image, hr: Image, radius: int = 2, margin: float = 16.0) -> Artifacts:
    """Black and bright artifacts, which the paper speaks of, counted. The definition is ours.

    A pixel is an artifact if its luma (16-235 of BT.601, in levels) lies more than `margin`
    levels below the least, or above the greatest, luma that HR has within `radius` pixels in
    each direction. Blur and a shift by up to `radius` pixels stay between these bounds, so they
    do not count; a speck that HR has no cause for does.

    Raises ImageError for images that are not of one size or not in [0, 1], and FcsrError for a
    negative radius or margin.
    """
    if radius < 0 or margin < 0:
        raise FcsrError(f"radius is {radius} and margin is {margin}; neither may be negative")
    sr, hr = _planes(*_levels(sr, hr), "y")
    window = {"kernel_size": 2 * radius + 1, "stride": 1, "padding": radius}
    least, greatest = -F.max_pool2d(-hr, **window), F.max_pool2d(hr, **window)
    black, bright = sr < least - margin, sr > greatest + margin
    rates = (1000 * share.double().mean().item() for share in (black, bright))
    return Artifacts(*rates, (bright.to(torch.int8) - black.to(torch.int8))[0])


def _levels(sr: Tensor, hr: Tensor, shave: int = 0, smallest: int = 1) -> tuple[Tensor, Tensor]:
    """Both images checked, as float32 (3, h, w) of whole numbers 0 ... 255, and shaved."""
    _check_sizes(sr, hr, shave, smallest)
    _check_values("SR", sr)
    _check_values("HR", hr)
    height, width = sr.shape[-2:]
    inner = (..., slice(shave, height - shave), slice(shave, width - shave))
    sr, hr = (
        image.detach().to(sr.device, torch.float32).reshape(3, height, width)[inner]
        for image in (sr, hr)
    )
    return sr.mul(255).round(), hr.mul(255).round()


def _check_sizes(sr: Tensor, hr: Tensor, shave: int, smallest: int) -> None:
    if not isinstance(shave, int):
        raise ImageError(f"shave is {shave}; give a whole number of pixels, e.g. math.ceil(scale)")
    for name, image in (("SR", sr), ("HR", hr)):
        if not isinstance(image, Tensor):
            kind = type(image).__name__
            raise ImageError(
                f"{name} is a {kind}; fcsr.images.to_tensor makes a tensor of a picture"
            )
        if tuple(image.shape[:-2]) not in {(3,), (1, 3)}:
            raise ImageError(
                f"{name} has the shape {tuple(image.shape)}; a metric compares one image at a "
                "time, (3, H, W) or (1, 3, H, W)"
            )
    if sr.shape[-2:] != hr.shape[-2:]:
        raise ImageError(
            f"SR has {_size(sr)} pixels and HR {_size(hr)}; crop HR to the size that SR stands for"
        )
    if shave < 0 or min(sr.shape[-2:]) - 2 * shave < smallest:
        raise ImageError(
            f"{_size(sr)} pixels with {shave} shaved off each border do not do: this metric "
            f"needs {smallest} x {smallest} pixels and a shave of 0 or more"
        )


def _check_values(name: str, image: Tensor) -> None:
    if image.isnan().any():
        raise ImageError(f"{name} holds NaN in {int(image.isnan().sum())} of its values")
    low, high = image.aminmax()
    if low < 0 or high > 1:
        raise ImageError(
            f"{name} ranges from {low.item():g} to {high.item():g}; metrics take RGB in [0, 1]: "
            "divide 8-bit levels by 255, clamp what a model overshoots"
        )


def _size(image: Tensor) -> str:
    return "{} x {}".format(*image.shape[-2:])


def _planes(sr: Tensor, hr: Tensor, channel: str) -> tuple[Tensor, Tensor]:
    """(3, h, w) or luma (1, h, w), in float64 on the CPU, where every device has it."""
    sr, hr = sr.cpu().double(), hr.cpu().double()
    if channel == "rgb":
        return sr, hr
    if channel == "y":
        return _luma(sr), _luma(hr)
    raise FcsrError(f'channel is "{channel}"; it is "rgb" or "y"')


def _luma(levels: Tensor) -> Tensor:
    red, green, blue = levels / 255
    return (16 + 65.481 * red + 128.553 * green + 24.966 * blue)[None]
