"""The waves that the texture estimator gives to a place, and what changes there in the photograph.

The estimator gives each pixel of the small image some waves (`models.TextureMaps`). Lee and Jin
(CVPR 2022) draw their frequencies as dots over the spectrum of the place; these are the numbers
behind such a figure, and a check on them: the direction in which the waves run, beside the
direction in which the true image changes. All frequencies are in cycles a pixel of the small image.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from fcsr.errors import FcsrError
from fcsr.models import TextureMaps


class Waves(NamedTuple):
    """The waves of every pixel of the small image.

    Example:
        >>> import torch
        >>> from fcsr.analysis.fourier_features import Waves
        >>> waves = Waves(frequency=torch.zeros(1, 8, 8, 4, 2), amplitude=torch.ones(1, 8, 8, 4))
        >>> waves.amplitude[0, 0, 0]  # of the four waves of the first pixel
        tensor([1., 1., 1., 1.])
    """

    frequency: Float[Tensor, "b h w waves 2"]  # (y, x); 0.5 is the highest that LR can hold
    amplitude: Float[Tensor, "b h w waves"]  # of cosine and sine together


class Direction(NamedTuple):
    """The axis along which something changes most, at every pixel.

    Example:
        >>> import torch
        >>> from fcsr.analysis.fourier_features import gradient_direction
        >>> rows = torch.linspace(0, 1, 8).view(1, 1, 8, 1).expand(1, 3, 8, 8)  # changes along y
        >>> [[angle]], [[share]], _ = (part[0] for part in gradient_direction(rows, (1, 1)))
        >>> round(angle.item(), 2), round(share.item(), 2)  # pi / 2, and no other direction
        (1.57, 1.0)
    """

    angle: Float[Tensor, "b h w"]  # of that axis, in radians: 0 is along x, pi / 2 along y
    share: Float[Tensor, "b h w"]  # 0 if all directions are alike, 1 if there is one alone
    power: Float[Tensor, "b h w"]  # in all directions together


def read(maps: TextureMaps) -> Waves:
    """The waves of every pixel.

    Offsets are in half pixels and a wave is cos(pi <F, offset>), so F counts cycles a pixel.

    Example:
        >>> import fcsr
        >>> import torch
        >>> from fcsr.analysis import fourier_features
        >>> maps = fcsr.load("lte-compact").encode(torch.zeros(1, 3, 8, 8)).maps[0]
        >>> fourier_features.read(maps).frequency.shape  # (B, H, W, waves, 2)
        torch.Size([1, 8, 8, 64, 2])
    """
    frequency = torch.stack((maps.along_y, maps.along_x), dim=-1)
    return Waves(frequency, torch.hypot(maps.cosine, maps.sine))


def direction(waves: Waves) -> Direction:
    """The direction of the waves, each with the power of its slope: (amplitude x frequency)^2.

    Example:
        >>> import fcsr
        >>> import torch
        >>> from fcsr.analysis import fourier_features
        >>> maps = fcsr.load("lte-compact").encode(torch.zeros(1, 3, 8, 8)).maps[0]
        >>> fourier_features.direction(fourier_features.read(maps)).angle.shape
        torch.Size([1, 8, 8])
    """
    y, x = (waves.amplitude.unsqueeze(-1) * waves.frequency).unbind(-1)
    return _direction(*((a * b).sum(-1) for a, b in ((y, y), (x, x), (y, x))))


def gradient_direction(image: Float[Tensor, "b c h w"], size: tuple[int, int]) -> Direction:
    """Where an image changes, averaged around each pixel of an image of `size`.

    The structure tensor (Förstner and Gülch, 1987): the mean of the products of the image's
    derivatives, over three by three pixels of the small image.

    Example:
        >>> import torch
        >>> from fcsr.analysis import fourier_features
        >>> columns = torch.linspace(0, 1, 16).expand(1, 3, 16, 16)  # changes along x
        >>> fourier_features.gradient_direction(columns, size=(2, 2)).angle
        tensor([[[0., 0.],
                 [0., 0.]]])
    """
    y, x = torch.gradient(image.mean(1), dim=(1, 2))
    products = torch.stack((y * y, x * x, y * x), dim=1)
    pooled = F.adaptive_avg_pool2d(products, size)
    around = F.avg_pool2d(pooled, 3, stride=1, padding=1, count_include_pad=False)
    return _direction(*around.unbind(1))


def local_spectrum(
    image: Float[Tensor, "b c h w"], centre: tuple[int, int], side: int
) -> Float[Tensor, "b side side"]:
    """The power spectrum of a square of `side` pixels of the gray image around `centre`.

    The square's mean is taken off, and a Hann window hides its border. Frequency 0 is in the
    middle, at [side // 2, side // 2], and a step is 1 / side cycles a pixel of `image`.

    Raises FcsrError for a square that does not lie in the image.

    Example:
        >>> import torch
        >>> from fcsr.analysis import fourier_features
        >>> stripes = torch.tensor([0.0, 1.0]).repeat(8).expand(1, 3, 16, 16)
        >>> power = fourier_features.local_spectrum(stripes, centre=(8, 8), side=8)
        >>> divmod(power.argmax().item(), 8)  # (0, -4 / 8): half a cycle a pixel, along x
        (4, 0)
    """
    top, left = (middle - side // 2 for middle in centre)
    h, w = image.shape[-2:]
    if side < 1 or min(top, left) < 0 or top + side > h or left + side > w:
        raise FcsrError(
            f"a square of {side} pixels around {centre} does not lie in {h} x {w} pixels; "
            "move it, or make it smaller"
        )
    square = image[:, :, top : top + side, left : left + side].mean(1)
    window = torch.hann_window(side, periodic=False, device=image.device, dtype=image.dtype)
    square = (square - square.mean((1, 2), keepdim=True)) * window[:, None] * window
    return torch.fft.fftshift(torch.fft.fft2(square), dim=(1, 2)).abs().square()


def _direction(yy: Tensor, xx: Tensor, yx: Tensor) -> Direction:
    """The main axis of symmetric matrices [[yy, yx], [yx, xx]]."""
    difference, power = xx - yy, xx + yy
    share = torch.hypot(difference, 2 * yx) / power.clamp(min=torch.finfo(power.dtype).tiny)
    return Direction(torch.atan2(2 * yx, difference) / 2, share, power)
