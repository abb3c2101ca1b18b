"""Low and high frequencies: the filter `f` and its complement `g` (section 2.1).

The paper writes an image as `yhat = f(yhat) + g(yhat)` with a low-pass filter `f` and
`g(yhat) = yhat - f(yhat)`. It does not say which filter; here are five, small frozen
dataclasses that are called on an image batch, and `LowPass`, to make one's own. Four mirror the
image at its borders (`d c b a | a b c d | d c b a`); bicubic resampling gives the pixels inside
more weight instead. So a constant image stays constant, and even a single pixel has a low band.
"""

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict, dataclass, is_dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from fcsr.errors import FcsrError
from fcsr.frequency.spectra import mirror_spectrum
from fcsr.utils.device import exact
from fcsr.utils.registry import Registry

FIXED_POINT = 2.0**-23
"""Pixel values in [0, 1] are multiples of this. The 24 bits of a float32 then hold sums and
differences up to 2 exactly: some filters overshoot, so that a high band leaves [-1, 1]."""

FILTERS = Registry("fcsr.frequency")
"""All low-pass filters by name, also one's own, as soon as they are defined."""


class LowPass(ABC):
    """A low-pass filter `f`: it is called on an image batch and gives its low band.

    A filter of one's own is a frozen dataclass whose fields are plain values, so that a model
    that was trained with it can be saved, and loaded wherever the class is defined.
    """

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        FILTERS.add(cls)

    @abstractmethod
    def __call__(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        """The low band, of the image's own shape."""


@dataclass(frozen=True)
class Gaussian(LowPass):
    """The default `f`: a Gaussian of standard deviation `sigma` pixels, cut off at 4 sigma."""

    sigma: float = 1.5

    def __post_init__(self):
        _require(0 < self.sigma < math.inf, "sigma", self.sigma, "a positive number of pixels")

    def __call__(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        radius = math.ceil(4 * self.sigma)
        distance = torch.arange(-radius, radius + 1, device=image.device, dtype=image.dtype)
        return _convolve(image, torch.exp(-0.5 * (distance / self.sigma) ** 2))


@dataclass(frozen=True)
class Box(LowPass):
    """The mean of the `(2 radius + 1)^2` pixels around each pixel."""

    radius: int = 2

    def __post_init__(self):
        whole = isinstance(self.radius, int) and self.radius >= 1
        _require(whole, "radius", self.radius, "a whole number of pixels, at least 1")

    def __call__(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        return _convolve(image, image.new_ones(2 * self.radius + 1))


@dataclass(frozen=True)
class Ideal(LowPass):
    """Keeps frequencies up to `cutoff` cycles a pixel (0.5 is the highest) and nothing above."""

    cutoff: float = 0.125

    def __post_init__(self):
        _require(self.cutoff > 0, "cutoff", self.cutoff, "a positive number of cycles a pixel")

    def __call__(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        return _multiply_spectrum(image, lambda frequency: frequency <= self.cutoff)


@dataclass(frozen=True)
class Butterworth(LowPass):
    """Halves the power at `cutoff` cycles a pixel; the higher `order`, the steeper its fall."""

    cutoff: float = 0.125
    order: int = 2

    def __post_init__(self):
        _require(self.cutoff > 0, "cutoff", self.cutoff, "a positive number of cycles a pixel")
        _require(self.order >= 1, "order", self.order, "a whole number, at least 1")

    def __call__(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        def gain(frequency):
            return (1 + (frequency / self.cutoff) ** (2 * self.order)) ** -0.5

        return _multiply_spectrum(image, gain)


@dataclass(frozen=True)
class BicubicDownUp(LowPass):
    """What survives an antialiased bicubic downscale by `factor` and the way back up."""

    factor: float = 4.0

    def __post_init__(self):
        _require(self.factor >= 1, "factor", self.factor, "a number of at least 1")

    def __call__(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        size = image.shape[-2:]
        small = tuple(max(1, round(n / self.factor)) for n in size)
        if small[1] == 1 and size[1] < size[0]:  # of one column torch 2.13 mistakes the layout
            return self(image.mT).mT
        for target in (small, size):
            image = F.interpolate(image, size=target, mode="bicubic", antialias=True)
        return image


def to_config(low_pass: LowPass) -> dict:
    """A filter as plain values, for a checkpoint: `{"name": "Gaussian", "sigma": 1.5}`.

    Raises:
        FcsrError: it is no `LowPass`, or no dataclass of plain values.
    """
    if not isinstance(low_pass, LowPass) or not is_dataclass(low_pass):
        raise FcsrError(
            f"low_pass is {low_pass!r}; give one of {', '.join(FILTERS)}, or a dataclass of one's "
            "own that inherits from fcsr.frequency.LowPass"
        )
    config = {"name": FILTERS.name(type(low_pass)), **asdict(low_pass)}
    try:
        json.dumps(config)
    except (TypeError, ValueError) as error:
        cure = "its fields must be numbers, texts, or lists of them"
        raise FcsrError(f"{low_pass!r} cannot be saved with a model ({error}); {cure}") from error
    return config


def from_config(config: dict) -> LowPass:
    """The filter that `to_config` wrote down.

    Raises:
        UndefinedClassError: its class is not defined here.
    """
    fields = {key: value for key, value in config.items() if key != "name"}
    return FILTERS.find(config["name"])(**fields)


def split(
    hr: Float[Tensor, "b c h w"], f: LowPass
) -> tuple[Float[Tensor, "b c h w"], Float[Tensor, "b c h w"]]:
    """Part an image into `low = f(hr)` and `high = g(hr) = hr - f(hr)`.

    `low` is rounded to the fixed-point grid of the image's dtype (2^-23 in float32, a 30,000th
    of an 8-bit level), so that for an image of [0, 1] on this grid, as `fcsr.images` makes them,
    the subtraction is exact and `low + high == hr` bit for bit (while both bands stay in [-2, 2];
    only patterns made for it drive the ideal filter further). Other images, of any range, or finer
    than the grid near 0, are off by one rounding at most. Gradients pass unchanged.

    Raises FcsrError for a tensor that is no batch.
    """
    if hr.ndim != 4:
        raise FcsrError(f"split takes a batch (B, C, H, W), not the shape {tuple(hr.shape)}")
    low = f(hr)
    step = torch.finfo(hr.dtype).eps
    low = low + (torch.round(low.detach() / step) * step - low.detach())
    return low, hr - low


def gain(f: LowPass, waves: int = 256) -> tuple[Float[Tensor, " waves"], Float[Tensor, " waves"]]:
    """What is left of a wave when it has passed `f`: 1 all of it, 0 nothing, below 0 turned over.

    Measured with cosines along a row of `waves` pixels, as its mirror images continue them.
    Returns their frequencies, equally spaced from 0 to just below 0.5 cycles a pixel, and their
    gains. Of what comes out, only the part that is this wave counts: `BicubicDownUp` adds other
    waves to it, and treats a wave of just the frequency `1 / (2 factor)` as it happens to stand.
    """
    half_waves = torch.arange(waves, dtype=torch.float64)
    centre = half_waves + 0.5
    cosines = torch.cos(math.pi / waves * half_waves[:, None] * centre)[:, None, None]
    passed = (f(cosines) * cosines).sum((1, 2, 3)) / cosines.square().sum((1, 2, 3))
    return half_waves / (2 * waves), passed


def half_power(sigma: float) -> float:
    """The frequency, in cycles a pixel, at which a Gaussian of that sigma halves the power."""
    return math.sqrt(math.log(2)) / (2 * math.pi * sigma)


KINDS: dict[str, Callable[[float], LowPass]] = {
    "Gaussian": Gaussian,
    "Box": lambda sigma: Box(max(1, round((math.sqrt(12 * sigma**2 + 1) - 1) / 2))),
    "Ideal": lambda sigma: Ideal(half_power(sigma)),
    "Butterworth": lambda sigma: Butterworth(half_power(sigma)),
    "BicubicDownUp": lambda sigma: BicubicDownUp(0.5 / half_power(sigma)),
}


def low_pass(kind: str, width: float) -> LowPass:
    """The filter of that kind which is as wide as a Gaussian of `width` pixels (its sigma).

    As wide means: for Ideal and Butterworth a cutoff at the frequency where the Gaussian halves
    the power, for BicubicDownUp a small image whose highest frequency that is, for Box about
    the same standard deviation, as far as whole pixels allow. Raises FcsrError for an unknown kind
    and for a width not from 0.5 to 16.
    """
    if kind not in KINDS:
        raise FcsrError(f'there is no filter "{kind}"; choose from {", ".join(KINDS)}')
    if not 0.5 <= width <= 16:
        raise FcsrError(f"width is {width}; give 0.5 to 16 pixels")
    return KINDS[kind](width)


def _require(holds: bool, name: str, value: float, wanted: str) -> None:
    if not holds:
        raise FcsrError(f"{name} is {value}; a low-pass filter needs {wanted} here")


def _mirror_index(size: int, margin: int, device: torch.device) -> Tensor:
    """Where `-margin … size + margin - 1` come to lie when the border is a mirror."""
    position = torch.arange(-margin, size + margin, device=device) % (2 * size)
    return torch.minimum(position, 2 * size - 1 - position)


def _convolve(image: Tensor, kernel: Tensor) -> Tensor:
    """Convolve rows, then columns, with a symmetric kernel that is scaled to a sum of 1."""
    b, c, h, w = image.shape
    margin = len(kernel) // 2
    kernel = kernel / kernel.sum()
    image = image[:, :, _mirror_index(h, margin, image.device)]
    image = image[:, :, :, _mirror_index(w, margin, image.device)]
    image = image.reshape(b * c, 1, h + 2 * margin, w + 2 * margin)
    with exact(image.device):
        image = F.conv2d(F.conv2d(image, kernel.view(1, 1, -1, 1)), kernel.view(1, 1, 1, -1))
    return image.reshape(b, c, h, w)


def _multiply_spectrum(image: Tensor, gain: Callable[[Tensor], Tensor]) -> Tensor:
    h, w = image.shape[-2:]
    spectrum, frequency = mirror_spectrum(image)
    return torch.fft.irfft2(spectrum * gain(frequency), s=(2 * h, 2 * w))[..., :h, :w]
