"""The low-pass filter `f` and its complement `g` (section 2.1 of the paper).

The paper writes an image as `yhat = f(yhat) + g(yhat)` with `g(yhat) = yhat - f(yhat)`, and does
not name the filter. Here are five, and `LowPass` to write another. Four mirror the image at its
borders (`d c b a | a b c d | d c b a`), bicubic resampling gives more weight to the pixels inside:
so a constant image stays constant.
"""

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from fcsr.errors import FcsrError
from fcsr.frequency.spectra import mirror_spectrum
from fcsr.utils.dense import require_floats
from fcsr.utils.device import no_autocast
from fcsr.utils.interpolation import bicubic
from fcsr.utils.numbers import as_whole, is_finite
from fcsr.utils.registry import Registry

CYCLES = "a positive number of cycles a pixel"
MOST = 2**16  # of a radius and an order

FILTERS = Registry("fcsr.frequency")
"""All low-pass filters by name: a subclass of `LowPass` is added where it is defined."""


class LowPass(ABC):
    """A low-pass filter `f`, called on a batch of images.

    Write your own as a frozen dataclass of plain values: a model that was trained with it can
    then be saved, and loaded wherever the class is defined.

    >>> import dataclasses, fcsr
    >>> @dataclasses.dataclass(frozen=True)
    ... class Mean(fcsr.frequency.LowPass):
    ...     def __call__(self, image):
    ...         return image.mean((-2, -1), keepdim=True).expand_as(image)
    >>> fcsr.FCS.compact(low_pass=Mean()).low_pass
    Mean()
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        FILTERS.add(cls)

    @abstractmethod
    def __call__(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        """The low band of `image`, in the same units; ImageError for no dense tensor of floats."""


@dataclass(frozen=True)
class Gaussian(LowPass):
    """The default `f`: a Gaussian of standard deviation `sigma` pixels, cut off at 4 sigma.

    >>> import fcsr, torch
    >>> fcsr.frequency.Gaussian(sigma=1.5)(torch.zeros(1, 3, 12, 16)).shape
    torch.Size([1, 3, 12, 16])
    """

    sigma: float = 1.5

    def __post_init__(self):
        _require(is_finite(self.sigma, above=0), "sigma", self.sigma, "a positive number of pixels")

    def __call__(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        require_floats(image, "the image")
        radius = math.ceil(4 * self.sigma)
        distance = torch.arange(-radius, radius + 1, device=image.device, dtype=image.dtype)
        return _convolve(image, torch.exp(-0.5 * (distance / self.sigma) ** 2))


@dataclass(frozen=True)
class Box(LowPass):
    """The mean of the `(2 radius + 1)^2` pixels around each pixel.

    >>> import fcsr, torch
    >>> fcsr.frequency.Box(radius=1)(torch.arange(9.0).view(1, 1, 3, 3))[0, 0, 1, 1].round()
    tensor(4.)
    """

    radius: int = 2

    def __post_init__(self):
        radius = as_whole(self.radius) or 0
        wanted = f"a whole number of pixels, 1 to {MOST}"
        _require(1 <= radius <= MOST, "radius", self.radius, wanted)
        object.__setattr__(self, "radius", radius)

    def __call__(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        require_floats(image, "the image")
        return _convolve(image, image.new_ones(2 * self.radius + 1))


@dataclass(frozen=True)
class Ideal(LowPass):
    """Keeps frequencies up to `cutoff` cycles a pixel (0.5 is the highest) and nothing above.

    >>> import fcsr
    >>> _, gains = fcsr.frequency.gain(fcsr.frequency.Ideal(cutoff=0.2), waves=4)
    >>> [round(gain, 1) for gain in gains.tolist()]  # at 0, 1/8, 1/4 and 3/8 cycles a pixel
    [1.0, 1.0, 0.0, 0.0]
    """

    cutoff: float = 0.125

    def __post_init__(self):
        _require(
            is_finite(self.cutoff, above=0),
            "cutoff",
            self.cutoff,
            CYCLES,
        )

    def __call__(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        return _multiply_spectrum(image, lambda frequency: frequency <= self.cutoff)


@dataclass(frozen=True)
class Butterworth(LowPass):
    """Halves the power at `cutoff` cycles a pixel; the higher `order`, the steeper its fall.

    >>> import fcsr
    >>> _, gains = fcsr.frequency.gain(fcsr.frequency.Butterworth(cutoff=0.25), waves=4)
    >>> [round(gain, 2) for gain in gains.tolist()]  # at 0, 1/8, 1/4 and 3/8 cycles a pixel
    [1.0, 0.97, 0.71, 0.41]
    """

    cutoff: float = 0.125
    order: int = 2

    def __post_init__(self):
        _require(
            is_finite(self.cutoff, above=0),
            "cutoff",
            self.cutoff,
            CYCLES,
        )
        order = as_whole(self.order) or 0
        _require(1 <= order <= MOST, "order", self.order, f"a whole number, 1 to {MOST}")
        object.__setattr__(self, "order", order)

    def __call__(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        def gain(frequency):
            return (1 + (frequency / self.cutoff) ** (2 * self.order)) ** -0.5

        return _multiply_spectrum(image, gain)


@dataclass(frozen=True)
class BicubicDownUp(LowPass):
    """Antialiased bicubic downscaling by `factor`, and back to the original size.

    >>> import fcsr, torch
    >>> fcsr.frequency.BicubicDownUp(factor=2)(torch.ones(1, 3, 8, 8)).std().item() < 1e-6
    True
    """

    factor: float = 4.0

    def __post_init__(self):
        _require(is_finite(self.factor, least=1), "factor", self.factor, "a number of at least 1")

    def __call__(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        require_floats(image, "the image")
        size = image.shape[-2], image.shape[-1]
        small = max(1, round(size[0] / self.factor)), max(1, round(size[1] / self.factor))
        if small[1] == 1 and size[1] < size[0]:  # torch 2.13 mistakes one column's layout
            return self(image.mT).mT
        for target in (small, size):
            image = bicubic(image, target)
        return image


def to_config(low_pass: LowPass) -> dict[str, Any]:
    """A filter as plain values, for a checkpoint.

    Raises FcsrError for what is no `LowPass`, or no dataclass of plain values, and for a field
    `name`, which is the class's here.

    >>> import fcsr
    >>> fcsr.frequency.to_config(fcsr.frequency.Gaussian(sigma=1.5))
    {'name': 'Gaussian', 'sigma': 1.5}
    """
    if not isinstance(low_pass, LowPass) or not is_dataclass(low_pass):
        raise FcsrError(
            f"low_pass is {low_pass!r}; give one of {', '.join(FILTERS)}, or a dataclass of your "
            "own that inherits from fcsr.frequency.LowPass"
        )
    fields = asdict(low_pass)
    if "name" in fields:
        raise FcsrError(f"{low_pass!r} cannot be saved with a model: rename its field 'name'")
    config = {"name": FILTERS.name(type(low_pass)), **fields}
    try:
        json.dumps(config)
    except (TypeError, ValueError) as error:
        cure = "its fields must be numbers, texts, or tuples of them"
        raise FcsrError(f"{low_pass!r} cannot be saved with a model ({error}); {cure}") from error
    return config


def from_config(config: dict[str, Any]) -> LowPass:
    """The filter that `to_config` described, with tuples where JSON has made lists of them.

    Raises UndefinedClassError for an unknown class.

    >>> import fcsr
    >>> fcsr.frequency.from_config({"name": "Box", "radius": 3})
    Box(radius=3)
    """
    fields = {key: _with_tuples(value) for key, value in config.items() if key != "name"}
    return FILTERS.find(config["name"])(**fields)


def _with_tuples(value: Any) -> Any:
    return tuple(map(_with_tuples, value)) if isinstance(value, list) else value


def _require(holds: bool, name: str, value: float, wanted: str) -> None:
    if not holds:
        raise FcsrError(f"{name} is {value}; a low-pass filter needs {wanted} here")


def _mirror_index(size: int, margin: int, device: torch.device) -> Tensor:
    """Which pixels stand at `-margin … size + margin - 1` when the border is a mirror."""
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
    with no_autocast(image.device):
        image = F.conv2d(F.conv2d(image, kernel.view(1, 1, -1, 1)), kernel.view(1, 1, 1, -1))
    return image.reshape(b, c, h, w)


def _multiply_spectrum(image: Tensor, gain: Callable[[Tensor], Tensor]) -> Tensor:
    spectrum, frequency = mirror_spectrum(image)
    h, w = image.shape[-2:]
    return torch.fft.irfft2(spectrum * gain(frequency))[..., :h, :w]
