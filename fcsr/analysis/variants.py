"""The design, and other ways to make each of its choices: what an ablation trains.

The design is what `fcsr.models` makes by default. An axis is a choice in it that the paper leaves
open, or that is ours; each variant of an axis differs from the design in that choice alone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from jaxtyping import Float, Integer, UInt8
from torch import Tensor

from fcsr import decoding, losses
from fcsr.analysis.costs import COSTS, CostCS, CostFCS
from fcsr.decoding import CLASSES, ZERO_RESIDUAL
from fcsr.errors import FcsrError
from fcsr.frequency import KINDS, Gaussian, low_pass
from fcsr.mixtures import PARAMETERS, LogisticMixture
from fcsr.models import CS, FCS, LTE, Bands, ContinuousModel, Estimate


class Fewer(ContinuousModel):
    """A classifier with only some of its 256 classes.

    Targets move to the nearest class that is allowed, and the logits of the others to minus
    infinity, so that no probability is left for them. Mix it into CS or FCS, before them.

    Args:
        arguments, options: of the model.
        allowed: the classes that stay, of 0 to 255.

    Example:
        >>> import torch
        >>> from fcsr.analysis.variants import FewerCS
        >>> model = FewerCS.compact(allowed=range(2, 256, 4))
        >>> model.mask(torch.zeros(256)).softmax(-1).count_nonzero().item()
        64
    """

    nearest: Integer[Tensor, " classes"]  # of each of the 256, the class that is allowed

    def __init__(self, *arguments: Any, allowed: Sequence[int], **options: Any):
        super().__init__(*arguments, **options)
        if not allowed or len({*allowed} & {*range(CLASSES)}) < len(allowed):
            raise FcsrError(f"allowed is {allowed}; give some of the classes 0 to 255, each once")
        self.allowed = tuple(allowed)
        device = torch.get_default_device()  # as that of the weights
        values, classes = torch.tensor(allowed, device=device), torch.arange(CLASSES, device=device)
        nearest = values[(classes.unsqueeze(-1) - values).abs().argmin(-1)]
        self.register_buffer("nearest", nearest, persistent=False)

    @property
    def config(self) -> dict[str, Any]:
        return super().config | {"allowed": list(self.allowed)}

    def mask(self, logits: Float[Tensor, "*b classes"]) -> Float[Tensor, "*b classes"]:
        """Logits without the classes that are not allowed."""
        missing = self.nearest != torch.arange(CLASSES, device=logits.device)
        return logits.masked_fill(missing, -math.inf)

    def move(self, levels: Integer[Tensor, "*b"]) -> Integer[Tensor, "*b"]:
        """The nearest class that is allowed, of each level."""
        return self.nearest[levels.long()].to(levels.dtype)


class FewerCS(Fewer, CS):
    """CS with only some of its 256 levels.

    Example:
        >>> import torch
        >>> from fcsr.analysis.variants import FewerCS
        >>> model = FewerCS.compact(allowed=range(2, 256, 4))
        >>> model.move(torch.tensor([0, 3, 255], dtype=torch.uint8)).tolist()
        [2, 2, 254]
    """

    def outputs(self, estimate: Estimate) -> Float[Tensor, "b q 3 classes"]:
        return self.mask(decoding.as_logits(super().outputs(estimate)))

    def loss(  # type: ignore[override]  # it has these targets only
        self, outputs: Float[Tensor, "b q 3 classes"], levels: UInt8[Tensor, "b q 3"]
    ) -> Float[Tensor, ""]:
        return super().loss(outputs, self.move(levels))


class FewerFCS(Fewer, FCS):
    """FCS with only some of its high band's 256 classes.

    Example:
        >>> import torch
        >>> from fcsr.analysis.variants import FewerFCS
        >>> model = FewerFCS.compact(allowed=range(112, 145))  # residuals within 16 levels
        >>> model.move(torch.tensor([0, 128, 255], dtype=torch.uint8)).tolist()
        [112, 128, 144]
    """

    def outputs(self, estimate: Estimate) -> Bands:
        low, high = super().outputs(estimate)
        return Bands(low, self.mask(decoding.as_logits(high)))

    def loss(  # type: ignore[override]  # it has these targets only
        self, outputs: Bands, low: Float[Tensor, "b q 3"], levels: UInt8[Tensor, "b q 3"]
    ) -> Float[Tensor, ""]:
        return super().loss(outputs, low, self.move(levels))


class AbsoluteFCS(FCS):
    """FCS with L1 for its low band.

    Eq. (2)'s weight is what maximum likelihood gives for Gaussian errors, 1 / (2 sigma^2). For
    errors of a Laplace distribution that is as wide, it gives sqrt(2) / sigma beside L1: the
    double of the weight's root, 110 for 3000.

    Example:
        >>> import torch
        >>> from fcsr.analysis.variants import AbsoluteFCS
        >>> from fcsr.models import Bands
        >>> model, levels = AbsoluteFCS.compact(), torch.zeros(1, 1, 3, dtype=torch.uint8)
        >>> outputs = Bands(low=torch.zeros(1, 1, 3), high=torch.zeros(1, 1, 3, 256))
        >>> low = [model.loss(outputs, torch.full((1, 1, 3), x), levels) for x in (0.0, 0.01)]
        >>> round((low[1] - low[0]).item(), 2)  # 110 times the error of 0.01
        1.1
    """

    def loss(  # type: ignore[override]  # it has these targets only
        self, outputs: Bands, low: Float[Tensor, "b q 3"], levels: Integer[Tensor, "b q 3"]
    ) -> Float[Tensor, ""]:
        weight = 2 * math.sqrt(self.weight)
        return losses.cross_entropy(outputs.high, levels) + weight * losses.l1(outputs.low, low)


class EvenStartCS(CS):
    """CS with a mixture, given `head="mixture"`, whose components all start 4 levels wide.

    Example:
        >>> import torch
        >>> from fcsr.analysis.variants import EvenStartCS
        >>> coord = torch.zeros(1, 1, 2)
        >>> model = EvenStartCS.compact(head="mixture")
        >>> mixture = model(torch.zeros(1, 3, 8, 8), coord, coord + 0.1)
        >>> bool((mixture.log_scales.exp() / 4).log().abs().max() < 0.5)
        True
    """

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        bias = self.estimators[0].head.bias
        zeros = bias.new_zeros(PARAMETERS * self.components)
        starts = LogisticMixture.around(bias.new_zeros(3), zeros).log_scales
        log_scales = slice(4 * self.components, 7 * self.components)
        with torch.no_grad():
            bias[log_scales] += (math.log(4) - starts).flatten()


@dataclass(frozen=True)
class Variant:
    """One way to make a model, and to train it.

    Example:
        >>> import fcsr
        >>> from fcsr.analysis.variants import Variant
        >>> variant = Variant("wider", fcsr.FCS, {"low_pass": fcsr.frequency.Gaussian(2.5)})
        >>> variant.kind.compact(**variant.options).low_pass
        Gaussian(sigma=2.5)
    """

    name: str  # what differs from the design
    kind: type[ContinuousModel]
    options: dict = field(default_factory=dict)  # of the model
    recipe: dict = field(default_factory=dict)  # what changes in the recipe
    warm: bool = True  # start from LTE's weights

    @property
    def model(self) -> str:
        """LTE, CS or FCS: which of them `kind` is, or is derived from; else its own name."""
        cores = (core.__name__ for core in (LTE, CS, FCS) if issubclass(self.kind, core))
        return next(cores, self.kind.__name__)


DESIGN = "design"
DESIGNS = (Variant("as designed", CS), Variant("as designed", FCS))

AXES = {
    "filter": tuple(
        Variant(kind, FCS, {"low_pass": low_pass(kind, Gaussian().sigma)})
        for kind in KINDS
        if kind != "Gaussian"  # which is the design's
    ),
    "width": tuple(
        Variant(f"sigma {sigma}", FCS, {"low_pass": Gaussian(sigma)}) for sigma in (0.75, 1.0, 2.5)
    ),
    "estimators": (Variant("one each", FCS, {"shared": False}),),
    # Every second or fourth class. CS's stand in the middle of the levels that they are for; FCS's
    # are such that a residual of 0 has one.
    "classes": tuple(
        Variant(f"{CLASSES // step} classes", kind, {"allowed": range(first, CLASSES, step)})
        for step in (2, 4)
        for kind, first in ((FewerCS, step // 2), (FewerFCS, 0))
    ),
    "clip": tuple(
        Variant(
            f"within {most}",
            FewerFCS,
            {"allowed": range(ZERO_RESIDUAL - most, ZERO_RESIDUAL + most + 1)},
        )
        for most in (16, 32, 64)
    ),
    # 1 and 255^2 are eq. (2) as the paper prints it, with colours in [0, 1] and in levels.
    "weight": tuple(
        Variant(f"weight {weight}", FCS, {"weight": float(weight)}) for weight in (1, 300, 255**2)
    ),
    "prior": tuple(Variant("no prior", kind, {"prior": False}) for kind in (CS, FCS)),
    "low_loss": (Variant("L1", AbsoluteFCS),),
    "head": (
        *(
            Variant(f"mixture of {k}", CS, {"head": "mixture", "components": k})
            for k in (1, 3, 5, 10)
        ),
        Variant("mixture of 5, even start", EvenStartCS, {"head": "mixture"}),
        Variant("mixture of 5", FCS, {"head": "mixture"}),
    ),
    "targets": tuple(
        Variant(cost, kind, {"cost": cost}) for cost in COSTS for kind in (CostCS, CostFCS)
    ),
}
