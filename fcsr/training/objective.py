"""The loss of a batch, without ever holding the logits of all its queries.

A batch of 16 crops has 36,864 queries. Their 768 logits each are 113 MB in float32, of which
cross-entropy keeps several copies for the backward pass. So heads and loss are computed for some
queries at a time and, where all of a batch's numbers would take too much memory, once more in the
backward pass (gradient checkpointing): the heads are a small part of a query's arithmetic.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from fcsr.models import ContinuousModel, Estimate
from fcsr.training.crops import Batch

CHUNK = 2048
"""Queries of a batch that are computed at once on a CPU: 6 MB of float32 logits."""

KEPT = 2**24
"""Numbers of the heads, of a whole batch, up to which nothing is computed twice: 64 MB a copy."""

CHUNK_ON_GPU = 12_288  # each chunk costs a GPU some dozens of launches, however small


class Objective(nn.Module):
    """A model and its loss as one module, which accelerate can wrap for several processes.

    Example:
        >>> import fcsr, torch
        >>> photographs = [torch.zeros(3, 32, 32, dtype=torch.uint8)]
        >>> batch = fcsr.training.Crops(photographs, 1, 8, queries=64, max_scale=4.0, seed=0)[0]
        >>> objective = fcsr.training.Objective(fcsr.CS.compact())
        >>> loss = objective(*fcsr.training.inputs(objective, batch))
        >>> loss.backward()
        >>> loss.shape
        torch.Size([])
    """

    def __init__(self, model: ContinuousModel):
        super().__init__()
        self.model = model

    def targets(self, hr: Float[Tensor, "b 3 h w"]) -> tuple[Shaped[Tensor, "b 3 h w"], ...]:
        """The images that outputs are compared with, at the queried pixels."""
        return self.model.targets(hr)

    def forward(
        self,
        lr: Float[Tensor, "b 3 h w"],
        coord: Float[Tensor, "b q 2"],
        cell: Float[Tensor, "b q 2"],
        *targets: Shaped[Tensor, "b q 3"],
    ) -> Float[Tensor, ""]:
        """The mean loss of all queries."""
        return self._mean(self._chunks(self._loss, lr, coord, cell, targets))

    def loss_and_rgb(
        self,
        lr: Float[Tensor, "b 3 h w"],
        coord: Float[Tensor, "b q 2"],
        cell: Float[Tensor, "b q 2"],
        *targets: Shaped[Tensor, "b q 3"],
    ) -> tuple[Float[Tensor, ""], Float[Tensor, "b q 3"]]:
        """The mean loss of all queries, and the RGB that the model decodes by default."""
        chunks = self._chunks(self._loss_and_rgb, lr, coord, cell, targets)
        return self._mean(chunks), torch.cat([rgb for *_, rgb in chunks], dim=1)

    def _chunks(
        self, compute: Callable, lr: Tensor, coord: Tensor, cell: Tensor, targets: tuple
    ) -> list[tuple]:
        """For each chunk of queries: its share of them, and `compute(outputs, *targets)`."""
        hidden, skip = self.model.estimate(self.model.encode(lr), coord, cell)
        count, most = len(hidden), max(1, (CHUNK_ON_GPU if lr.is_cuda else CHUNK) // len(lr))

        def one(skip: Tensor, *rest: Tensor) -> tuple:
            outputs = self.model.outputs(Estimate(rest[:count], skip))
            return skip.shape[1] / coord.shape[1], *compute(outputs, *rest[count:])

        split = [tensor.split(most, dim=1) for tensor in (skip, *hidden, *targets)]
        chunks = zip(*split, strict=True)
        if skip.shape[:2].numel() * self.model.numbers <= KEPT:
            return [one(*chunk) for chunk in chunks]
        return [
            checkpoint(one, *chunk, use_reentrant=False, preserve_rng_state=False)
            for chunk in chunks
        ]

    def _loss(self, outputs, *targets: Tensor) -> tuple[Tensor]:
        return (self.model.loss(outputs, *targets),)

    def _loss_and_rgb(self, outputs, *targets: Tensor) -> tuple[Tensor, Tensor]:
        return self.model.loss(outputs, *targets), self.model.decode(outputs)

    @staticmethod
    def _mean(chunks: list[tuple]) -> Tensor:
        # Not as a matrix product, which autocast would compute in bfloat16.
        return sum(loss.float() * share for share, loss, *_ in chunks)


def batch_loss(
    net: nn.Module, objective: Objective | ContinuousModel, batch: Batch
) -> Float[Tensor, ""]:
    """The loss of a batch.

    Args:
        net: an `Objective`, or what accelerate made of it.
        objective: that `Objective` or, without LPIPS, its model: it gives the targets.
        batch: of `Crops`.

    Example:
        >>> import fcsr, torch
        >>> photographs = [torch.zeros(3, 32, 32, dtype=torch.uint8)]
        >>> batch = fcsr.training.Crops(photographs, 1, 8, queries=64, max_scale=4.0, seed=0)[0]
        >>> objective = fcsr.training.Objective(fcsr.load("lte-compact"))
        >>> fcsr.training.batch_loss(objective, objective, batch) < 0.1  # of black crops
        tensor(True)
    """
    return net(*inputs(objective, batch))


def inputs(objective: Objective | ContinuousModel, batch: Batch) -> tuple[Tensor, ...]:
    """The arguments of an `Objective` for a batch: LR, coordinates, cells, and targets.

    Example:
        >>> import fcsr, torch
        >>> photographs = [torch.zeros(3, 32, 32, dtype=torch.uint8)]
        >>> batch = fcsr.training.Crops(photographs, 1, 8, queries=64, max_scale=4.0, seed=0)[0]
        >>> lr, coord, cell, low, high = fcsr.training.inputs(fcsr.FCS.compact(), batch)
        >>> low.shape, high.dtype  # of the queried pixels
        (torch.Size([1, 64, 3]), torch.uint8)
    """
    targets = (batch.pick(target) for target in objective.targets(batch.hr))
    return batch.lr, batch.coord, batch.cell, *targets
