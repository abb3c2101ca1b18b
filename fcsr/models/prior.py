"""The distribution that a classifier's logits start from."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from fcsr.decoding import CLASSES


class LaplacePrior(nn.Module):
    """A discretised Laplace distribution around a given level, with a learnable scale in levels.

    A classifier that starts from it needs to learn only how a pixel differs from its
    interpolation, not that levels have an order.

    >>> import fcsr, torch
    >>> fcsr.models.LaplacePrior(scale=4.0)(torch.tensor([20.0, 200.0])).argmax(-1)
    tensor([ 20, 200])
    """

    def __init__(self, scale: float):
        super().__init__()
        device = torch.get_default_device()  # as of all weights
        self.log_scale = nn.Parameter(torch.tensor(scale, device=device).log())

    def forward(self, centre: Float[Tensor, "*b"]) -> Float[Tensor, "*b classes"]:
        levels = torch.arange(CLASSES, device=centre.device, dtype=centre.dtype)
        scale = torch.exp(self.log_scale)
        return -(levels / scale - (centre / scale).unsqueeze(-1)).abs()
