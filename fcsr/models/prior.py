"""Where a classifier's logits start from."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from fcsr.decoding import CLASSES


class LaplacePrior(nn.Module):
    """A discretised Laplace distribution around a given level.

    Its one learnable number is its scale in levels. A classifier that starts from it needs to
    learn only how a pixel differs from its interpolation, not that levels have an order.
    """

    def __init__(self, scale: float):
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(scale).log())

    def forward(self, centre: Float[Tensor, "*b"]) -> Float[Tensor, "*b classes"]:
        levels = torch.arange(CLASSES, device=centre.device, dtype=centre.dtype)
        scale = torch.exp(self.log_scale)
        return -(levels / scale - (centre / scale).unsqueeze(-1)).abs()
