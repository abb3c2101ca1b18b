"""LTE, the Baseline: RGB at any coordinate, regressed with L1."""

from jaxtyping import Float
from torch import Tensor

from fcsr import losses
from fcsr.decoding import Decode
from fcsr.errors import FcsrError
from fcsr.models.base import ContinuousModel, regress
from fcsr.models.edsr import EDSR
from fcsr.models.encoded import Estimate
from fcsr.models.texture import EstimatorSize


class LTE(ContinuousModel):
    """The Baseline: RGB regressed with L1 (Lee & Jin, "Local Texture Estimator", CVPR 2022).

    Args:
        encoder: makes the features of an image.
        size: of the texture estimator; the default is the published one.
        max_scale: the largest scale of the training.

    >>> import fcsr
    >>> model = fcsr.LTE(fcsr.EDSR.baseline())
    >>> sum(weight.numel() for weight in model.parameters())
    1714243
    """

    def __init__(
        self, encoder: EDSR, size: EstimatorSize = EstimatorSize(), max_scale: float = 4.0
    ):
        super().__init__(encoder, size, outputs=(3,), max_scale=max_scale)

    def outputs(self, estimate: Estimate) -> Float[Tensor, "b q 3"]:
        return regress(self.heads(estimate), estimate.skip)

    def decode(
        self, outputs: Float[Tensor, "b q 3"], decode: str | Decode | None = None
    ) -> Float[Tensor, "b q 3"]:
        self.check_decode(decode)
        return outputs.clamp(0, 1)

    def check_decode(self, decode: str | Decode | None) -> None:
        if decode is not None:
            name = type(self).__name__
            raise FcsrError(f"decode is {decode}, but {name} gives RGB: it has nothing to decode")

    def targets(self, hr: Float[Tensor, "b 3 h w"]) -> tuple[Float[Tensor, "b 3 h w"]]:
        return (hr,)

    def loss(  # type: ignore[override]  # it has these targets only
        self, outputs: Float[Tensor, "b q 3"], hr: Float[Tensor, "b q 3"]
    ) -> Float[Tensor, ""]:
        return losses.l1(outputs, hr)
