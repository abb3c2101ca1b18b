"""What all metrics do first: check two images, round them to 8 bits, shave them, take the luma."""

from torch import Tensor

from fcsr.errors import FcsrError, ImageError
from fcsr.images.ranges import require_unit
from fcsr.utils.dense import require_dense
from fcsr.utils.numbers import as_whole


def shaved_levels(
    sr: Tensor, hr: Tensor, shave: int = 0, smallest: int = 1
) -> tuple[Tensor, Tensor]:
    """Both images in 8-bit levels, without `shave` pixels at each border: float32 (3, h, w).

    Raises:
        ImageError: no images, not of one size, not in [0, 1], or with less than `smallest`
            pixels left along a side.
    """
    pixels = as_whole(shave)
    if pixels is None:
        raise ImageError(f"shave is {shave}; give a whole number of pixels, e.g. math.ceil(scale)")
    _check_sizes(sr, hr, pixels, smallest)
    height, width = sr.shape[-2:]
    inner = (..., slice(pixels, height - pixels), slice(pixels, width - pixels))
    return levels_of("SR", sr)[inner], levels_of("HR", hr)[inner].to(sr.device)


def levels_of(name: str, image: Tensor) -> Tensor:
    """An image in 8-bit levels, float32 (3, h, w), on its device.

    Raises:
        ImageError: no image, or one with NaN or values outside [0, 1]; `name` is in the message.
    """
    _check_image(name, image)
    require_unit(image, name)
    return image.detach().float().reshape(3, *image.shape[-2:]).mul(255).round()


def planes(sr: Tensor, hr: Tensor, channel: str) -> tuple[Tensor, Tensor]:
    """Both images' RGB (3, h, w) or luma (1, h, w) in float64, on the CPU: not all devices have it.

    Raises:
        FcsrError: another channel than "rgb" and "y".
    """
    sr, hr = sr.cpu().double(), hr.cpu().double()
    if channel == "rgb":
        return sr, hr
    if channel == "y":
        return luma(sr), luma(hr)
    raise FcsrError(f'channel is "{channel}"; it is "rgb" or "y"')


def luma(levels: Tensor) -> Tensor:
    """BT.601's luma as MATLAB's `rgb2ycbcr` gives it: (3, h, w) -> (1, h, w) in [16, 235]."""
    red, green, blue = levels / 255
    return (16 + 65.481 * red + 128.553 * green + 24.966 * blue)[None]


def _check_sizes(sr: Tensor, hr: Tensor, shave: int, smallest: int) -> None:
    _check_image("SR", sr)
    _check_image("HR", hr)
    if sr.shape[-2:] != hr.shape[-2:]:
        raise ImageError(
            f"SR has {size(sr)} pixels and HR {size(hr)}; crop HR to the size that SR stands for"
        )
    if shave < 0 or min(sr.shape[-2:]) - 2 * shave < smallest:
        raise ImageError(
            f"{size(sr)} pixels with {shave} shaved off each border are too few: this metric "
            f"needs {smallest} x {smallest} pixels and a shave of 0 or more"
        )


def _check_image(name: str, image: Tensor) -> None:
    if not isinstance(image, Tensor):
        kind = type(image).__name__
        raise ImageError(f"{name} is a {kind}; fcsr.images.to_tensor makes a tensor of a picture")
    require_dense(image, name)
    if tuple(image.shape[:-2]) not in {(3,), (1, 3)}:
        raise ImageError(
            f"{name} has the shape {tuple(image.shape)}; a metric compares one image at a "
            "time, (3, H, W) or (1, 3, H, W)"
        )


def size(image: Tensor) -> str:
    """Height and width, for a message: `480 x 320`."""
    return "{} x {}".format(*image.shape[-2:])
