"""CS: super-resolution as classification, by eq. (1) of the paper."""

from typing import Any

from jaxtyping import Float, UInt8
from torch import Tensor

from fcsr import decoding, losses
from fcsr.decoding import Decode, Distribution
from fcsr.images import to_levels
from fcsr.models import heads
from fcsr.models.base import ContinuousModel
from fcsr.models.edsr import EDSR
from fcsr.models.encoded import Estimate
from fcsr.models.prior import LaplacePrior
from fcsr.models.texture import EstimatorSize


class CS(ContinuousModel):
    """Super-resolution as classification: each colour of a pixel is one of 256 levels.

    Args:
        encoder: makes the features of an image.
        size: of the texture estimator; the default is published LTE's.
        max_scale: the largest scale of the training.
        prior: start the logits from a learnable Laplace distribution around the interpolation.
        decode: the default decode: a name in `decoding.NAMED`.
        head: "logits", 256 free ones a colour, as in the paper, or "mixture", a `LogisticMixture`.
        components: of the mixture.

    >>> import fcsr, torch
    >>> coord = torch.zeros(1, 5, 2)
    >>> fcsr.CS.compact()(torch.zeros(1, 3, 8, 8), coord, cell=coord + 0.1).shape
    torch.Size([1, 5, 3, 256])
    """

    def __init__(
        self,
        encoder: EDSR,
        size: EstimatorSize = EstimatorSize(),
        max_scale: float = 4.0,
        prior: bool = True,
        decode: str = "mode",
        head: str = "logits",
        components: int = 5,
    ):
        heads.check_head(head, components, decode)
        super().__init__(encoder, size, (heads.outputs(head, components),), max_scale)
        self.head, self.components = head, int(components)
        self.default_decode: str = decode
        self.prior = LaplacePrior(scale=8.0) if prior and head == "logits" else None

    @property
    def config(self) -> dict[str, Any]:
        return super().config | {
            "prior": self.prior is not None,
            "decode": self.default_decode,
            "head": self.head,
            "components": self.components,
        }

    def outputs(self, estimate: Estimate) -> Distribution:
        numbers = self.heads(estimate)
        return heads.distribution(self.head, numbers, 255 * estimate.skip, self.prior)

    def decode(
        self, outputs: Distribution, decode: str | Decode | None = None
    ) -> Float[Tensor, "b q 3"]:
        return decoding.resolve(decode or self.default_decode)(outputs) / 255

    def check_decode(self, decode: str | Decode | None) -> None:
        heads.check_decode(self.head, decode)

    def targets(self, hr: Float[Tensor, "b 3 h w"]) -> tuple[UInt8[Tensor, "b 3 h w"]]:
        return (to_levels(hr),)

    def loss(  # type: ignore[override]  # it has these targets only
        self, outputs: Distribution, levels: UInt8[Tensor, "b q 3"]
    ) -> Float[Tensor, ""]:
        return losses.cross_entropy(outputs, levels)
