"""LTE, CS and FCS: one encoder, one texture estimator, three ways to say what a pixel is.

    model   what a query gives                              shape                     loss
    LTE     RGB                                             (B, Q, 3)                 L1
    CS      logits of the 256 levels of each colour         (B, Q, 3, 256)            eq. (1)
    FCS     low band, and logits of the high band's levels  (B, Q, 3), (B, Q, 3, 256) eq. (2)

How they are encoded, queried, read and trained is the same for all: see `fcsr.models.base`.
"""

import math
from typing import NamedTuple

from jaxtyping import Float, UInt8
from torch import Tensor

from fcsr import decoding, frequency, losses
from fcsr.decoding import CLASSES, ZERO_RESIDUAL, Decode
from fcsr.errors import FcsrError
from fcsr.frequency import Gaussian, LowPass, filters
from fcsr.images import to_levels
from fcsr.models.base import ContinuousModel, Estimate
from fcsr.models.edsr import EDSR
from fcsr.models.prior import LaplacePrior
from fcsr.models.texture import EstimatorSize


class LTE(ContinuousModel):
    """The Baseline: RGB regressed with L1 (Lee & Jin, "Local Texture Estimator", CVPR 2022)."""

    def __init__(
        self, encoder: EDSR, size: EstimatorSize = EstimatorSize(), max_scale: float = 4.0
    ):
        super().__init__(encoder, size, outputs=(3,), max_scale=max_scale)

    def answer(self, estimate: Estimate) -> Float[Tensor, "b q 3"]:
        return _regress(self.heads(estimate), estimate.skip)

    def read(
        self, outputs: Float[Tensor, "b q 3"], decode: str | Decode | None = None
    ) -> Float[Tensor, "b q 3"]:
        self.check_decode(decode)
        return outputs.clamp(0, 1)

    def check_decode(self, decode: str | Decode | None) -> None:
        if decode is not None:
            raise FcsrError(f"decode is {decode}, but LTE gives RGB: it has nothing to decode")

    def targets(self, hr: Float[Tensor, "b 3 h w"]) -> tuple[Float[Tensor, "b 3 h w"]]:
        return (hr,)

    def loss(
        self, outputs: Float[Tensor, "b q 3"], hr: Float[Tensor, "b q 3"]
    ) -> Float[Tensor, ""]:
        return losses.l1(outputs, hr)


class CS(ContinuousModel):
    """Super-resolution as classification: each colour of a pixel is one of 256 levels.

    Args:
        prior: start the logits from a learnable Laplace distribution around the interpolation.
        decode: how distributions are read by default: "mode", "mean", "median" or "smoothed".
    """

    def __init__(
        self,
        encoder: EDSR,
        size: EstimatorSize = EstimatorSize(),
        max_scale: float = 4.0,
        prior: bool = True,
        decode: str = "mode",
    ):
        super().__init__(encoder, size, outputs=(3 * CLASSES,), max_scale=max_scale)
        decoding.resolve(decode)
        self.default_decode = decode
        self.prior = LaplacePrior(scale=8.0) if prior else None

    @property
    def config(self) -> dict:
        return super().config | {
            "prior": self.prior is not None,
            "decode": self.default_decode,
        }

    def answer(self, estimate: Estimate) -> Float[Tensor, "b q 3 classes"]:
        logits = self.heads(estimate).unflatten(-1, (3, CLASSES))
        if self.prior is not None:
            logits = logits + self.prior(255 * estimate.skip)
        return logits

    def read(
        self, outputs: Float[Tensor, "b q 3 classes"], decode: str | Decode | None = None
    ) -> Float[Tensor, "b q 3"]:
        return decoding.resolve(decode or self.default_decode)(outputs) / 255

    def targets(self, hr: Float[Tensor, "b 3 h w"]) -> tuple[UInt8[Tensor, "b 3 h w"]]:
        return (to_levels(hr),)

    def loss(
        self, outputs: Float[Tensor, "b q 3 classes"], levels: UInt8[Tensor, "b q 3"]
    ) -> Float[Tensor, ""]:
        return losses.cross_entropy(outputs, levels)


class Bands(NamedTuple):
    """What FCS says of each pixel."""

    low: Float[Tensor, "b q 3"]  # LSR, y_L, in [0, 1]
    high: Float[Tensor, "b q 3 classes"]  # HSR, logits of y_H in levels, 128 for 0


class FCS(ContinuousModel):
    """`y = y_L + y_H`: the low band regressed with L2, the high band classified.

    Args:
        low_pass: the filter `f` that parts the two (our choice: the paper names none), in HR
            pixels.
        weight: of eq. (2)'s squared error (of values in [0, 1]) beside its cross-entropy. Our
            choice, 3000, is what maximum likelihood gives, 1 / (2 sigma^2), for a low band that
            is known to about 38 dB.
        shared: whether the two bands share one texture estimator or have one each (the paper
            leaves it open).
        prior: start the high band's logits from a learnable Laplace distribution around 0.
        decode: how distributions are read by default: "mode", "mean", "median" or "smoothed".
    """

    def __init__(
        self,
        encoder: EDSR,
        size: EstimatorSize = EstimatorSize(),
        max_scale: float = 4.0,
        low_pass: LowPass = Gaussian(),
        weight: float = 3000.0,
        shared: bool = True,
        prior: bool = True,
        decode: str = "mode",
    ):
        if not isinstance(low_pass, tuple(frequency.FILTERS.values())):
            raise FcsrError(f"low_pass is {low_pass}; give one of {', '.join(frequency.FILTERS)}")
        if not 0 < weight < math.inf:
            raise FcsrError(f"weight is {weight}; give a finite one above 0")
        decoding.resolve(decode)
        outputs = (3 + 3 * CLASSES,) if shared else (3, 3 * CLASSES)
        super().__init__(encoder, size, outputs, max_scale)
        self.low_pass, self.weight, self.shared = low_pass, weight, shared
        self.default_decode = decode
        self.prior = LaplacePrior(scale=4.0) if prior else None

    @property
    def config(self) -> dict:
        return super().config | {
            "low_pass": filters.to_config(self.low_pass),
            "weight": self.weight,
            "shared": self.shared,
            "prior": self.prior is not None,
            "decode": self.default_decode,
        }

    def answer(self, estimate: Estimate) -> Bands:
        low, high = self.heads(estimate).split((3, 3 * CLASSES), dim=-1)
        logits = high.unflatten(-1, (3, CLASSES))
        if self.prior is not None:
            logits = logits + self.prior(estimate.skip.new_full((), ZERO_RESIDUAL))
        return Bands(_regress(low, estimate.skip), logits)

    def read(self, outputs: Bands, decode: str | Decode | None = None) -> Float[Tensor, "b q 3"]:
        level = decoding.resolve(decode or self.default_decode)(outputs.high)
        return (outputs.low + (level - ZERO_RESIDUAL) / 255).clamp(0, 1)

    def targets(
        self, hr: Float[Tensor, "b 3 h w"]
    ) -> tuple[Float[Tensor, "b 3 h w"], UInt8[Tensor, "b 3 h w"]]:
        low, high = frequency.split(hr, self.low_pass)
        return low, decoding.residual_to_levels(high)

    def loss(
        self, outputs: Bands, low: Float[Tensor, "b q 3"], levels: UInt8[Tensor, "b q 3"]
    ) -> Float[Tensor, ""]:
        return losses.frequency_specific(*outputs, low, levels, self.weight)


MODELS: dict[str, type[ContinuousModel]] = {"LTE": LTE, "CS": CS, "FCS": FCS}


def make(name: str, compact: bool = False, **options) -> ContinuousModel:
    """A model with fresh weights by its name, `"lte"`, `"cs"` or `"fcs"`: paper-size or compact.

    `options` are those of its class.
    """
    if name.upper() not in MODELS:
        raise FcsrError(f'there is no model "{name}"; choose from {", ".join(MODELS)}')
    kind = MODELS[name.upper()]
    return kind.compact(**options) if compact else kind(EDSR.baseline(), **options)


def from_config(config: dict) -> ContinuousModel:
    """A model with fresh weights from what `model.config` gave."""
    options = dict(config)
    kind = MODELS[options.pop("model")]
    encoder = EDSR(**options.pop("encoder"))
    size = options.pop("size")
    size = size | {"hidden": tuple(size["hidden"])}  # JSON made a list of it
    if "low_pass" in options:
        options["low_pass"] = filters.from_config(options["low_pass"])
    return kind(encoder, EstimatorSize(**size), **options)


def _regress(values: Tensor, skip: Tensor) -> Tensor:
    """The estimator gives, in units of half the range, what bilinear interpolation lacks."""
    return skip + 0.5 * values
