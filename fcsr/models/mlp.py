"""Fully connected layers, multiplied by the faster of the two libraries that PyTorch has on a CPU.

PyTorch multiplies matrices by MKL, and makes convolutions by oneDNN, which takes less than half of
MKL's time on a processor of AMD (two cores of an EPYC, 4,096 rows of 256 to 256: 1.0 and 2.2 ms).
A fully connected layer is a convolution of 1 x 1 pixels, whose images are its rows.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

WIDTH = 128  # pixels of each of the images, one pixel high, that rows make
IMAGES = 16  # from so many on PyTorch takes oneDNN on a single thread, too
OUTPUTS = 32  # of fewer a convolution costs more than it saves


class MLP(nn.Sequential):
    """Layers one after the other, as `nn.Sequential`.

    >>> import torch
    >>> from fcsr.models.mlp import MLP
    >>> MLP(torch.nn.Linear(2, 5), torch.nn.ReLU())(torch.zeros(7, 2)).shape
    torch.Size([7, 5])
    """

    def forward(self, rows: Float[Tensor, "*b n"]) -> Float[Tensor, "*b m"]:
        for layer in self:
            rows = linear(layer, rows)
        return rows


def linear(layer: nn.Module, rows: Float[Tensor, "*b n"]) -> Float[Tensor, "*b m"]:
    """`layer(rows)`, but for rounding; a large linear layer in float32 on a CPU by oneDNN.

    >>> import torch
    >>> from fcsr.models.mlp import linear
    >>> layer, rows = torch.nn.Linear(8, 64), torch.ones(2048, 8)
    >>> torch.allclose(linear(layer, rows), layer(rows), atol=1e-6)
    True
    """
    if torch.compiler.is_compiling():
        return layer(rows)
    if not isinstance(layer, nn.Linear) or not _gains(layer, rows):
        return layer(rows)
    image = rows.reshape(-1, 1, WIDTH, rows.shape[-1]).permute(0, 3, 1, 2)
    made = F.conv2d(image, layer.weight[:, :, None, None], layer.bias)
    return made.permute(0, 2, 3, 1).reshape(*rows.shape[:-1], -1)


def _gains(layer: nn.Linear, rows: Tensor) -> bool:
    """Whether PyTorch takes oneDNN for a convolution, and MKL for a product."""
    many, rest = divmod(rows[..., 0].numel(), WIDTH)
    return (
        rest == 0
        and many >= IMAGES
        and layer.out_features >= OUTPUTS
        and rows.is_cpu
        and rows.dtype == layer.weight.dtype == torch.float32
        and not torch.is_autocast_enabled("cpu")
        and torch.backends.mkl.is_available()
    )
