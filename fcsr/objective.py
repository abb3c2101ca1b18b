"""The loss of a batch, without ever holding the logits of all its queries.

A batch of 16 crops has 36,864 queries. Their 768 logits each are 113 MB in float32, of which
cross-entropy keeps several copies for the way back. So heads and loss are made for some queries at
a time, and made once more on the way back: the heads are a small part of a query's arithmetic.
"""

from jaxtyping import Float, Shaped
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from fcsr.continuous import ContinuousModel, Estimate

CHUNK = 2048  # queries of a batch at once: 6 MB of float32 logits


class Objective(nn.Module):
    """A model and its loss as one module, which accelerate can wrap for many processes."""

    def __init__(self, model: ContinuousModel):
        super().__init__()
        self.model = model

    def forward(
        self,
        lr: Float[Tensor, "b 3 h w"],
        coord: Float[Tensor, "b q 2"],
        cell: Float[Tensor, "b q 2"],
        *targets: Shaped[Tensor, "b q 3"],
    ) -> Float[Tensor, ""]:
        """The mean loss; `targets` are the asked-for pixels of `model.targets(hr)`."""
        hidden, skip = self.model.estimate(self.model.encode(lr), coord, cell)
        pieces = [
            tensor.split(max(1, CHUNK // len(lr)), dim=1) for tensor in (skip, *hidden, *targets)
        ]
        losses = [
            checkpoint(self._piece, *piece, use_reentrant=False, preserve_rng_state=False)
            for piece in zip(*pieces, strict=True)
        ]
        # Not as a product of matrices, which autocast would make in bfloat16.
        shares = (piece.shape[1] / skip.shape[1] for piece in pieces[0])
        return sum(loss.float() * share for loss, share in zip(losses, shares, strict=True))

    def _piece(self, skip: Tensor, *rest: Tensor) -> Tensor:
        count = len(self.model.estimators)
        outputs = self.model.answer(Estimate(rest[:count], skip))
        return self.model.loss(outputs, *rest[count:])
