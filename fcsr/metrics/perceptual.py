"""How much SR looks like HR, by deep features that were calibrated on human judgements.

As all metrics, both round the images to 8 bits first. They run on the device of SR, in float32;
VGG16 sees large images in strips, which together give what the whole image would.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from fcsr.errors import FcsrError
from fcsr.metrics import dists_network, lpips_network
from fcsr.metrics.full_reference import Image
from fcsr.metrics.levels import shaved_levels
from fcsr.metrics.trunks import TRUNKS, Net
from fcsr.utils.device import no_autocast

PROPER_RANGE = (-1.0, 1.0)
"""The input range that LPIPS expects."""

LPIPS_RANGES = {"lpips": PROPER_RANGE, "lpips_01": (0.0, 1.0), "lpips_255": (0.0, 255.0)}
"""The ranges that images are mapped to before LPIPS. Only that of `lpips` is the proper one."""

LPIPS_MIN_SIDE = 31
"""Pixels a side that LPIPS needs: of fewer, AlexNet's second pooling has nothing left to pool."""

DISTS_MIN_SIDE = 16
"""Pixels a side that DISTS needs: of fewer, not one whole place is left in VGG16's last stage."""


def lpips(
    sr: Image, hr: Image, input_range: tuple[float, float] = PROPER_RANGE, net: Net = "alex"
) -> float:
    """Learned perceptual distance, lower is closer; 0 for equal images (Zhang et al., CVPR 2018).

    Version 0.1, on the whole image: nothing is shaved. What was trained with the LPIPS of one
    network is better judged by another: their errors differ.

    Args:
        sr, hr: images of one size, RGB in [0, 1], of 31 x 31 pixels or more.
        input_range: what [0, 1] is mapped to before it enters the network. LPIPS expects
            (-1, 1), and "LPIPS" without a range means that one in all of fcsr. (0, 1) and
            (0, 255) are here to reproduce Table 1 of the paper: its Baseline cells are consistent
            with images in [0, 1], its CS and FCS cells with images in [0, 255]. Values are
            comparable only within one range: the range alone changes them by a factor of up to 3.
        net: whose features are compared: "alex", AlexNet, the usual choice to measure with and
            what "LPIPS" means in all of fcsr, or "vgg", VGG16. Values are comparable only within
            one network.

    Raises:
        ImageError: the images are not of one size, not in [0, 1], or too small.
        FcsrError: another range or network, or a network that is not installed.

    Example:
        >>> import fcsr, torch
        >>> hr = torch.full((1, 3, 32, 32), 0.5)
        >>> fcsr.metrics.lpips(hr, hr)
        0.0
        >>> fcsr.metrics.lpips(fcsr.metrics.add_noise(hr, 20), hr, net="vgg") > 0.1
        True
    """
    if input_range not in LPIPS_RANGES.values():
        known = ", ".join(map(str, LPIPS_RANGES.values()))
        raise FcsrError(f"input_range is {input_range}; LPIPS is known for {known}")
    if net not in TRUNKS:
        raise FcsrError(f'net is "{net}"; LPIPS has {" and ".join(TRUNKS)}')
    low, high = input_range
    sr, hr = (
        (levels / 255 * (high - low) + low)[None]
        for levels in shaved_levels(sr, hr, smallest=LPIPS_MIN_SIDE)
    )
    network = lpips_network.network(net, sr.device)
    with _exactly(sr.device):
        if net == "vgg":
            return lpips_network.vgg_distance(network, sr, hr)
        return network(sr, hr).item()


def dists(sr: Image, hr: Image) -> float:
    """Distance of structure and texture, lower is closer; 0 for equal images.

    DISTS (Ding et al., "Image Quality Assessment: Unifying Structure and Texture Similarity",
    TPAMI 2020) was made to forgive a texture that is another sample of the same kind. On the whole
    image, at its own size. (The authors' code may shrink the short side of a file to 256 pixels
    first, which gives other values.)

    Args:
        sr, hr: images of one size, RGB in [0, 1], of 16 x 16 pixels or more.

    Raises:
        ImageError: the images are not of one size, not in [0, 1], or too small.
        FcsrError: a package that is not installed.

    Example:
        >>> import fcsr, torch
        >>> hr = torch.full((1, 3, 32, 32), 0.5)
        >>> fcsr.metrics.dists(hr, hr)
        0.0
        >>> fcsr.metrics.dists(fcsr.metrics.add_noise(hr, 20), hr) > 0.1
        True
    """
    sr, hr = (levels[None] / 255 for levels in shaved_levels(sr, hr, smallest=DISTS_MIN_SIDE))
    network = dists_network.network(sr.device)
    with _exactly(sr.device):
        return network.in_strips(sr, hr)


@contextmanager
def _exactly(device: torch.device) -> Iterator[None]:
    """No gradients, and no arithmetic that could change the digits that are printed.

    TF32 is the default of convolutions on a GPU.
    """
    full = torch.backends.cudnn.flags(enabled=True, allow_tf32=False)
    with torch.no_grad(), full, no_autocast(device):
        yield
