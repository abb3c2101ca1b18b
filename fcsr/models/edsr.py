"""EDSR-baseline without its upsampling: an image becomes a map of features of the same size."""

from jaxtyping import Float
from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions and a skip; no batch normalisation (Lim et al., CVPRW 2017)."""

    def __init__(self, features: int):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(features, features, 3, padding=1),
        )

    def forward(self, x: Float[Tensor, "b f h w"]) -> Float[Tensor, "b f h w"]:
        return x + self.body(x)


class EDSR(nn.Module):
    """The encoder `E` of LTE: (B, 3, h, w) in [-1, 1] -> (B, features, h, w).

    Source: Lim et al., "Enhanced Deep Residual Networks for Single Image Super-Resolution",
    CVPRW 2017, without its upsampling, as in LIIF and LTE.

    >>> import fcsr, torch
    >>> fcsr.EDSR.compact()(torch.zeros(1, 3, 8, 12)).shape
    torch.Size([1, 32, 8, 12])
    """

    def __init__(self, blocks: int, features: int):
        super().__init__()
        self.blocks, self.features = blocks, features
        self.head = nn.Conv2d(3, features, 3, padding=1)
        self.body = nn.Sequential(
            *(ResidualBlock(features) for _ in range(blocks)),
            nn.Conv2d(features, features, 3, padding=1),
        )

    @classmethod
    def baseline(cls) -> "EDSR":
        """The paper's encoder: 16 blocks of 64 features, 1.2 million parameters."""
        return cls(blocks=16, features=64)

    @classmethod
    def compact(cls) -> "EDSR":
        """For a laptop: 8 blocks of 32 features, an eighth of the arithmetic."""
        return cls(blocks=8, features=32)

    @property
    def config(self) -> dict[str, int]:
        """The arguments that make an encoder of this size."""
        return {"blocks": self.blocks, "features": self.features}

    @property
    def radius(self) -> int:
        """The radius of the receptive field in pixels: one for each convolution."""
        return 2 * self.blocks + 2

    def forward(self, image: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b f h w"]:
        """The features of a batch of images in [-1, 1], one vector a pixel."""
        x = self.head(image)
        return x + self.body(x)
