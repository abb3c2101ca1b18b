"""The loss of a batch, without ever holding the logits of all its queries.

A batch of 16 crops has 36,864 queries. Their 768 logits each are 113 MB in float32, of which
cross-entropy keeps several copies for the way back. So heads and loss are made for some queries at
a time, and made once more on the way back: the heads are a small part of a query's arithmetic.
"""

import math

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from fcsr import losses
from fcsr.errors import TrainingError
from fcsr.metrics import PROPER_RANGE, lpips_network
from fcsr.models import ContinuousModel, Estimate
from fcsr.training.crops import Batch
from fcsr.training.recipe import Recipe

CHUNK = 2048  # queries of a batch at once: 6 MB of float32 logits
CHUNK_ON_GPU = 12_288  # each piece costs a GPU some dozens of launches, however small


class Objective(nn.Module):
    """A model and its loss as one module, which accelerate can wrap for many processes."""

    def __init__(self, model: ContinuousModel):
        super().__init__()
        self.model = model

    def targets(self, hr: Float[Tensor, "b 3 h w"]) -> tuple[Shaped[Tensor, "b 3 h w"], ...]:
        """The images whose asked-for pixels `forward` compares with."""
        return self.model.targets(hr)

    def forward(
        self,
        lr: Float[Tensor, "b 3 h w"],
        coord: Float[Tensor, "b q 2"],
        cell: Float[Tensor, "b q 2"],
        *targets: Shaped[Tensor, "b q 3"],
    ) -> Float[Tensor, ""]:
        """The mean loss."""
        return self._mean(self._pieces(self._loss, lr, coord, cell, targets))

    def loss_and_rgb(
        self,
        lr: Float[Tensor, "b 3 h w"],
        coord: Float[Tensor, "b q 2"],
        cell: Float[Tensor, "b q 2"],
        *targets: Shaped[Tensor, "b q 3"],
    ) -> tuple[Float[Tensor, ""], Float[Tensor, "b q 3"]]:
        """The same, and the RGB that the model reads by default."""
        pieces = self._pieces(self._loss_and_rgb, lr, coord, cell, targets)
        return self._mean(pieces), torch.cat([rgb for *_, rgb in pieces], dim=1)

    def _pieces(self, make, lr: Tensor, coord: Tensor, cell: Tensor, targets: tuple) -> list:
        """What `make` makes of some queries' outputs and targets, for all queries in turn."""
        hidden, skip = self.model.estimate(self.model.encode(lr), coord, cell)
        count, most = len(hidden), max(1, (CHUNK_ON_GPU if lr.is_cuda else CHUNK) // len(lr))

        def piece(skip: Tensor, *rest: Tensor):
            outputs = self.model.outputs(Estimate(rest[:count], skip))
            return skip.shape[1] / coord.shape[1], *make(outputs, *rest[count:])

        pieces = [tensor.split(most, dim=1) for tensor in (skip, *hidden, *targets)]
        return [
            checkpoint(piece, *some, use_reentrant=False, preserve_rng_state=False)
            for some in zip(*pieces, strict=True)
        ]

    def _loss(self, outputs, *targets: Tensor) -> tuple[Tensor]:
        return (self.model.loss(outputs, *targets),)

    def _loss_and_rgb(self, outputs, *targets: Tensor) -> tuple[Tensor, Tensor]:
        return self.model.loss(outputs, *targets), self.model.decode(outputs)

    @staticmethod
    def _mean(pieces: list) -> Tensor:
        # Not as a product of matrices, which autocast would make in bfloat16.
        return sum(loss.float() * share for share, loss, *_ in pieces)


class PerceptualObjective(Objective):
    """The same, plus LPIPS between what is read and HR: the queries are a square, row by row.

    Args:
        model: what is trained, on its device; what it reads by default must have a gradient.
        weight: of LPIPS beside the model's own loss.
        fidelity: what a dB of PSNR is worth; it holds LPIPS back.
    """

    def __init__(self, model: ContinuousModel, weight: float, fidelity: float):
        if model.default_decode not in (None, "mean"):
            name = type(model).__name__
            raise TrainingError(
                f"{name} is read by its {model.default_decode}, through which LPIPS has no "
                f'gradient: make it as {name}(…, decode="mean")'
            )
        super().__init__(model)
        self.weight, self.fidelity = weight, fidelity
        # In a tuple it is no part of this module: in training mode it would drop features.
        self.lpips = (lpips_network.alex(next(model.parameters()).device),)

    def targets(self, hr: Float[Tensor, "b 3 h w"]) -> tuple[Shaped[Tensor, "b 3 h w"], ...]:
        return hr, *super().targets(hr)

    def forward(self, *inputs: Tensor) -> Float[Tensor, ""]:
        return self.loss_and_rgb(*inputs)[0]

    def loss_and_rgb(
        self,
        lr: Float[Tensor, "b 3 h w"],
        coord: Float[Tensor, "b q 2"],
        cell: Float[Tensor, "b q 2"],
        hr: Float[Tensor, "b q 3"],
        *targets: Shaped[Tensor, "b q 3"],
    ) -> tuple[Float[Tensor, ""], Float[Tensor, "b q 3"]]:
        loss, sr = super().loss_and_rgb(lr, coord, cell, *targets)
        lpips = self.lpips[0](_square(sr), _square(hr)).float().mean()
        psnr = losses.psnr(sr.float(), hr)
        return loss + self.weight * lpips - self.fidelity * psnr, sr


def make_objective(model: ContinuousModel, recipe: Recipe) -> Objective:
    """What a step lowers."""
    if recipe.lpips_weight:
        return PerceptualObjective(model, recipe.lpips_weight, recipe.psnr_weight)
    return Objective(model)


def batch_loss(
    net: nn.Module, objective: Objective | ContinuousModel, batch: Batch
) -> Float[Tensor, ""]:
    """The loss of a batch; `net` is an `Objective`, as accelerate may have wrapped it.

    `objective` says what it compares with: itself unwrapped or, without LPIPS, its model.
    """
    return net(*inputs(objective, batch))


def inputs(objective: Objective | ContinuousModel, batch: Batch) -> tuple[Tensor, ...]:
    """What an `Objective` is given of a batch."""
    targets = (batch.pick(target) for target in objective.targets(batch.hr))
    return batch.lr, batch.coord, batch.cell, *targets


def _square(pixels: Float[Tensor, "b q 3"]) -> Float[Tensor, "b 3 h h"]:
    """Pixels in [0, 1], row by row, as images in the range that LPIPS asks for."""
    low, high = PROPER_RANGE
    image = pixels.transpose(1, 2).unflatten(2, (math.isqrt(pixels.shape[1]), -1))
    return image * (high - low) + low
