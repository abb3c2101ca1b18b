"""FCS: low frequencies regressed, high ones classified, by eq. (2) of the paper."""

from typing import Any, NamedTuple

from jaxtyping import Float, UInt8
from torch import Tensor

from fcsr import decoding, frequency, losses
from fcsr.decoding import ZERO_RESIDUAL, Decode, Distribution
from fcsr.errors import FcsrError
from fcsr.frequency import Gaussian, LowPass
from fcsr.models import heads
from fcsr.models.base import ContinuousModel, regress
from fcsr.models.edsr import EDSR
from fcsr.models.encoded import Estimate
from fcsr.models.prior import LaplacePrior
from fcsr.models.texture import EstimatorSize
from fcsr.utils.numbers import is_finite


class Bands(NamedTuple):
    """The outputs of FCS.

    >>> import fcsr, torch
    >>> bands = fcsr.models.Bands(torch.full((1, 5, 3), 0.5), torch.zeros(1, 5, 3, 256))
    >>> fcsr.FCS.compact().decode(bands, "mean").shape
    torch.Size([1, 5, 3])
    """

    low: Float[Tensor, "b q 3"]  # LSR, y_L, in [0, 1]
    high: Distribution  # HSR, of y_H in levels, 128 for 0


class FCS(ContinuousModel):
    """`y = y_L + y_H`: the low band regressed with L2, the high band classified.

    Args:
        encoder: makes the features of an image.
        size: of the texture estimators; the default is published LTE's.
        max_scale: the largest scale of the training.
        low_pass: the filter `f`, in HR pixels. The paper names none; the Gaussian is our choice.
        weight: of eq. (2)'s squared error (of values in [0, 1]) beside its cross-entropy. Our
            choice is that of maximum likelihood, 1 / (2 sigma^2), for a low band with a PSNR of
            about 38 dB.
        shared: the bands share one texture estimator, or have one each. The paper leaves it open.
        prior: start the high band's logits from a learnable Laplace distribution around 0.
        decode: the default decode of the high band: a name in `decoding.NAMED`.
        head: "logits", 256 free ones a colour, as in the paper, or "mixture", a `LogisticMixture`.
        components: of the mixture.

    >>> import fcsr, torch
    >>> coord = torch.zeros(1, 5, 2)
    >>> low, high = fcsr.FCS.compact()(torch.zeros(1, 3, 8, 8), coord, cell=coord + 0.1)
    >>> low.shape, high.shape
    (torch.Size([1, 5, 3]), torch.Size([1, 5, 3, 256]))
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
        head: str = "logits",
        components: int = 5,
    ):
        heads.check_head(head, components, decode)
        frequency.to_config(low_pass)  # what cannot be saved is refused before it is trained
        if not is_finite(weight, above=0):
            raise FcsrError(f"weight is {weight}; give a finite one above 0")
        high = heads.outputs(head, components)
        super().__init__(encoder, size, (3 + high,) if shared else (3, high), max_scale)
        self.head, self.components = head, int(components)
        self.low_pass, self.weight, self.shared = low_pass, weight, shared
        self.default_decode: str = decode
        self.prior = LaplacePrior(scale=4.0) if prior and head == "logits" else None

    @property
    def config(self) -> dict[str, Any]:
        return super().config | {
            "low_pass": frequency.to_config(self.low_pass),
            "weight": self.weight,
            "shared": self.shared,
            "prior": self.prior is not None,
            "decode": self.default_decode,
            "head": self.head,
            "components": self.components,
        }

    def outputs(self, estimate: Estimate) -> Bands:
        numbers = self.heads(estimate)
        low, high = numbers[..., :3], numbers[..., 3:]
        zero = estimate.skip.new_full((), ZERO_RESIDUAL)
        distribution = heads.distribution(self.head, high, zero, self.prior)
        return Bands(regress(low, estimate.skip), distribution)

    def decode(self, outputs: Bands, decode: str | Decode | None = None) -> Float[Tensor, "b q 3"]:
        level = decoding.resolve(decode or self.default_decode)(outputs.high)
        return (outputs.low + (level - ZERO_RESIDUAL) / 255).clamp(0, 1)

    def check_decode(self, decode: str | Decode | None) -> None:
        heads.check_decode(self.head, decode)

    def targets(
        self, hr: Float[Tensor, "b 3 h w"]
    ) -> tuple[Float[Tensor, "b 3 h w"], UInt8[Tensor, "b 3 h w"]]:
        low, high = frequency.split(hr, self.low_pass)
        return low, decoding.residual_to_levels(high)

    def loss(  # type: ignore[override]  # it has these targets only
        self, outputs: Bands, low: Float[Tensor, "b q 3"], levels: UInt8[Tensor, "b q 3"]
    ) -> Float[Tensor, ""]:
        return losses.frequency_specific(*outputs, low, levels, self.weight)
