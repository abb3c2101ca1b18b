"""IMDN (Hui et al., ACM Multimedia 2019): what a fast network for one scale alone costs.

Written after the paper, to be timed with weights made by chance: a user who needs x4 and nothing
else may well prefer it. Its published weights have 32.21 dB on Set5 at x4.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

FEATURES = 64
KEPT = FEATURES // 4  # channels that each step of a block hands to its end
BLOCKS = 6


class Attention(nn.Module):
    """Weights for the channels, from the mean and the standard deviation of each."""

    def __init__(self, reduction: int = 16):
        super().__init__()
        self.squeeze = nn.Conv2d(FEATURES, FEATURES // reduction, 1)
        self.excite = nn.Conv2d(FEATURES // reduction, FEATURES, 1)

    def forward(self, x: Float[Tensor, "b f h w"]) -> Float[Tensor, "b f h w"]:
        std, mean = torch.std_mean(x, dim=(2, 3), correction=0, keepdim=True)
        return x * self.excite(F.relu(self.squeeze(std + mean))).sigmoid()


class Block(nn.Module):
    """Three times a quarter of the channels is kept and the rest goes on; then all are joined."""

    def __init__(self):
        super().__init__()
        rest = FEATURES - KEPT
        self.steps = nn.ModuleList(
            nn.Conv2d(inputs, FEATURES, 3, padding=1) for inputs in (FEATURES, rest, rest)
        )
        self.last = nn.Conv2d(rest, KEPT, 3, padding=1)
        self.attention = Attention()
        self.join = nn.Conv2d(4 * KEPT, FEATURES, 1)

    def forward(self, x: Float[Tensor, "b f h w"]) -> Float[Tensor, "b f h w"]:
        kept, rest = [], x
        for step in self.steps:
            part, rest = F.leaky_relu(step(rest), 0.05).split((KEPT, FEATURES - KEPT), dim=1)
            kept.append(part)
        return x + self.join(self.attention(torch.cat((*kept, self.last(rest)), dim=1)))


class IMDN(nn.Module):
    """RGB (B, 3, h, w) -> RGB (B, 3, scale h, scale w)."""

    def __init__(self, scale: int = 4):
        super().__init__()
        self.first = nn.Conv2d(3, FEATURES, 3, padding=1)
        self.blocks = nn.ModuleList(Block() for _ in range(BLOCKS))
        self.fuse = nn.Conv2d(BLOCKS * FEATURES, FEATURES, 1)
        self.smooth = nn.Conv2d(FEATURES, FEATURES, 3, padding=1)
        self.last = nn.Conv2d(FEATURES, 3 * scale**2, 3, padding=1)
        self.shuffle = nn.PixelShuffle(scale)

    def forward(self, image: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 3 H W"]:
        first = x = self.first(image)
        outputs = []
        for block in self.blocks:
            x = block(x)
            outputs.append(x)
        fused = F.leaky_relu(self.fuse(torch.cat(outputs, dim=1)), 0.05)
        return self.shuffle(self.last(first + self.smooth(fused)))
