"""Other costs of classes than eq. (1)'s cross-entropy, and classifiers that are trained by them."""

import functools
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float, Integer
from torch import Tensor

from fcsr import decoding
from fcsr.decoding import Distribution
from fcsr.models import CS, FCS, Bands, ContinuousModel

Cost = Callable[[Float[Tensor, "b q 3 classes"], Integer[Tensor, "b q 3"]], Float[Tensor, ""]]
"""A mean over all distributions, given their logits and true classes."""

UNIFORM_SHARE = 0.5  # lambda of Zhang et al.
BLUR = 5.0  # of the classes' frequencies, in classes


def soft_cross_entropy(
    logits: Float[Tensor, "*b classes"], levels: Integer[Tensor, "*b"], width: float
) -> Float[Tensor, ""]:
    """Cross-entropy with targets that are Gaussians of `width` levels around the true level.

    Imani and White, "Improving Regression Performance with Distributional Losses", ICML 2018,
    take 0.75 of a bin (Farebrother et al., "Stop Regressing", ICML 2024).

    Example:
        >>> import torch
        >>> from fcsr.analysis.costs import soft_cross_entropy
        >>> soft_cross_entropy(torch.zeros(2, 256), torch.tensor([0, 9]), width=0.75)  # ln(256)
        tensor(5.5452)
    """
    values = torch.arange(logits.shape[-1], device=logits.device)
    distances = (values - levels.unsqueeze(-1)) / width
    targets = (-0.5 * distances.square()).softmax(-1)
    return F.cross_entropy(logits.flatten(0, -2), targets.flatten(0, -2))


def rebalanced_cross_entropy(
    logits: Float[Tensor, "*b classes"], levels: Integer[Tensor, "*b"]
) -> Float[Tensor, ""]:
    """Cross-entropy in which rare classes weigh more.

    As Zhang et al., "Colorful Image Colorization", ECCV 2016: a class weighs the inverse of its
    frequency, here among `levels` themselves, blurred and mixed with as much of the uniform
    distribution; the weights of all targets have a mean of 1.

    Example:
        >>> import torch
        >>> from fcsr.analysis.costs import rebalanced_cross_entropy
        >>> rebalanced_cross_entropy(torch.zeros(2, 256), torch.tensor([0, 9]))
        tensor(5.5452)
    """
    classes = logits.shape[-1]
    values = torch.arange(classes, device=logits.device)
    kernel = (-0.5 * ((values.unsqueeze(-1) - values) / BLUR).square()).softmax(-1)
    shares = levels.flatten().long().bincount(minlength=classes) / levels.numel()
    frequencies = (1 - UNIFORM_SHARE) * (shares @ kernel) + UNIFORM_SHARE / classes
    return F.cross_entropy(logits.flatten(0, -2), levels.flatten().long(), 1 / frequencies)


COSTS: dict[str, Cost] = {
    "soft": functools.partial(soft_cross_entropy, width=0.75),  # HL-Gauss
    "rebalanced": rebalanced_cross_entropy,
}


class OtherCost(ContinuousModel):
    """A classifier whose logits have another cost. Mix it into CS or FCS, before them.

    Args:
        arguments, options: of the model.
        cost: a name in `COSTS`.

    Example:
        >>> from fcsr.analysis.costs import CostCS
        >>> CostCS.compact(cost="soft").config["cost"]
        'soft'
    """

    def __init__(self, *arguments: Any, cost: str, **options: Any):
        super().__init__(*arguments, **options)
        self.cost = cost

    @property
    def config(self) -> dict[str, Any]:
        return super().config | {"cost": self.cost}

    def cost_of(
        self, distribution: Distribution, levels: Integer[Tensor, "b q 3"]
    ) -> Float[Tensor, ""]:
        """The mean cost of distributions, given the true classes."""
        return COSTS[self.cost](decoding.as_logits(distribution), levels)


class CostCS(OtherCost, CS):
    """CS that is trained by another cost of its logits than eq. (1).

    Args:
        arguments, options: of the model.
        cost: a name in `COSTS`.

    Example:
        >>> import torch
        >>> from fcsr.analysis.costs import CostCS
        >>> model = CostCS.compact(cost="rebalanced")
        >>> levels = torch.zeros(1, 4, 3, dtype=torch.uint8)
        >>> model.loss(torch.zeros(1, 4, 3, 256), levels)
        tensor(5.5452)
    """

    def loss(  # type: ignore[override]  # it has these targets only
        self, outputs: Distribution, levels: Integer[Tensor, "b q 3"]
    ) -> Float[Tensor, ""]:
        return self.cost_of(outputs, levels)


class CostFCS(OtherCost, FCS):
    """FCS that is trained by another cost of its high band's logits than eq. (2)'s.

    Args:
        arguments, options: of the model.
        cost: a name in `COSTS`.

    Example:
        >>> import torch
        >>> from fcsr.analysis.costs import CostFCS
        >>> from fcsr.models import Bands
        >>> model = CostFCS.compact(cost="rebalanced")
        >>> low, levels = torch.zeros(1, 4, 3), torch.zeros(1, 4, 3, dtype=torch.uint8)
        >>> model.loss(Bands(low, torch.zeros(1, 4, 3, 256)), low, levels)
        tensor(5.5452)
    """

    def loss(  # type: ignore[override]  # it has these targets only
        self, outputs: Bands, low: Float[Tensor, "b q 3"], levels: Integer[Tensor, "b q 3"]
    ) -> Float[Tensor, ""]:
        squares = F.mse_loss(outputs.low, low)
        return self.cost_of(outputs.high, levels) + self.weight * squares
