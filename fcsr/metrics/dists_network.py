"""The network behind DISTS, complete without a download.

DISTS (Ding et al., "Image Quality Assessment: Unifying Structure and Texture Similarity", TPAMI
2020) compares the image itself and five stages of a VGG16 whose poolings are replaced. The VGG16
is that of LPIPS; the learned weights are those that the authors' package dists-pytorch brings.
Its own class is not used, because it downloads the VGG16.
"""

import functools
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from fcsr.metrics import lpips_network
from fcsr.metrics.trunks import Reference, installed_file, strips, verified
from fcsr.utils.extras import missing

PACKAGE = "dists-pytorch"
FILE = "DISTS_pytorch/weights.pt"
SHA256 = "f5e65c96230b7f6ca995691647d482237e4cab8a50c5c4a5784f219ef0748218"
AGAIN = "pip install --no-deps dists-pytorch==0.1"

CHANNELS = (3, 64, 128, 256, 512, 512)  # of the image, and of VGG16's stages
STRIDES = (1, 1, 2, 4, 8, 16)
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet's RGB
STABILISER = 1e-6  # c1 and c2


class DistsNetwork(nn.Module):
    """DISTS of batches, with gradients of its inputs; its own parameters have none.

    Args:
        vgg: the VGG16 of the package lpips, whose parts are shared.
        alpha, beta: what the similarity of texture and of structure weighs in each of the 1475
            channels.
    """

    alpha: Tensor
    beta: Tensor
    window: Tensor
    mean: Tensor
    deviation: Tensor

    def __init__(self, vgg: nn.Module, alpha: Float[Tensor, " 1475"], beta: Float[Tensor, " 1475"]):
        super().__init__()
        slices = (vgg.get_submodule(f"slice{number}") for number in range(1, 6))
        self.stages = nn.ModuleList(
            nn.Sequential(*(layer for layer in layers if not isinstance(layer, nn.MaxPool2d)))
            for layers in (part.children() for part in slices)
        )
        total = alpha.sum() + beta.sum()
        taps = alpha.new_tensor([1.0, 2.0, 1.0]) / 4  # Hann's window
        self.register_buffer("alpha", alpha / total)
        self.register_buffer("beta", beta / total)
        self.register_buffer("window", torch.outer(taps, taps))
        self.register_buffer("mean", alpha.new_tensor(MEAN).view(3, 1, 1))
        self.register_buffer("deviation", alpha.new_tensor(DEVIATION).view(3, 1, 1))
        self.reference = Reference(lambda image: tuple(self._features(image)))

    def forward(
        self, sr: Float[Tensor, "b 3 h w"], hr: Float[Tensor, "b 3 h w"]
    ) -> Float[Tensor, " b"]:
        """The distances of images in [0, 1]."""
        pairs = zip(self._features(sr), self._features(hr), strict=True)
        return self._distance([moments(x, y) for x, y in pairs])

    def in_strips(self, sr: Float[Tensor, "1 3 h w"], hr: Float[Tensor, "1 3 h w"]) -> float:
        """What `forward` gives for one pair, in bounded memory."""
        parts = []
        for strip in strips(*sr.shape[-2:]):
            xs = self._features(sr[..., strip.seen, :])
            ys = self.reference.features(hr[..., strip.seen, :])
            counted = (strip.counted(stride) for stride in STRIDES)
            parts.append(
                [
                    moments(x[..., rows, :], y[..., rows, :])
                    for x, y, rows in zip(xs, ys, counted, strict=True)
                ]
            )
        return self._distance([pooled(stage) for stage in zip(*parts, strict=True)]).item()

    def _distance(self, stages: Sequence["Moments"]) -> Tensor:
        """What is lacking to equality in texture and in structure, weighted."""
        distance = torch.zeros_like(stages[0].x[:, 0])
        alphas, betas = self.alpha.split(CHANNELS), self.beta.split(CHANNELS)
        for m, alpha, beta in zip(stages, alphas, betas, strict=True):
            texture = _agreement(m.x * m.y, m.x.square() + m.y.square())
            structure = _agreement(m.covariance, m.x_variance + m.y_variance)
            distance = distance + (1 - texture) @ alpha + (1 - structure) @ beta
        return distance

    def _features(self, image: Tensor) -> Iterator[Tensor]:
        """The image, and after each stage its features (B, C, H, W)."""
        yield image
        image = (image - self.mean) / self.deviation
        for number, stage in enumerate(self.stages):
            image = stage(self._pool(image) if number else image)
            yield image

    def _pool(self, features: Tensor) -> Tensor:
        """Half the size: the root of a weighted mean of squares, which does not alias."""
        channels = features.shape[1]
        window = self.window.expand(channels, 1, 3, 3)
        power = F.conv2d(features.square(), window, stride=2, padding=1, groups=channels)
        return (power + 1e-12).sqrt()


@functools.cache
def network(device: torch.device) -> DistsNetwork:
    """DISTS on `device`, ready to compare two batches (B, 3, H, W) in [0, 1].

    Float32, in evaluation mode. Built once for each device.

    Raises:
        FcsrError: dists-pytorch or lpips is missing; the message has the command that installs it.
        CheckpointError: the file of the weights or of the VGG16 is not the published one.
        DownloadError: the VGG16 is not on this machine and cannot be downloaded.
    """
    path = weights_path()
    if path is None:
        raise missing("DISTS", "metrics", PACKAGE)
    content = verified(path, SHA256, f"the weights of {PACKAGE} 0.1", AGAIN)
    weights = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    alpha, beta = (weights[name].detach().flatten() for name in ("alpha", "beta"))
    vgg = lpips_network.network("vgg", device).get_submodule("net")
    return DistsNetwork(vgg, alpha, beta).requires_grad_(False).eval().to(device)


def weights_path() -> Path | None:
    """The learned weights' file in the installed dists-pytorch; None when that is not installed."""
    return installed_file(PACKAGE, FILE)


class Moments(NamedTuple):
    """Means, variances and covariance of each channel of two features, (B, C) each."""

    places: Tensor  # how many
    x: Tensor
    y: Tensor
    x_variance: Tensor
    y_variance: Tensor
    covariance: Tensor


def moments(x: Float[Tensor, "b c h w"], y: Float[Tensor, "b c h w"]) -> Moments:
    """The moments over all places."""
    x_mean, y_mean = x.mean((2, 3)), y.mean((2, 3))
    places = x.new_tensor(x[0, 0].numel())
    x, y = x - x_mean[..., None, None], y - y_mean[..., None, None]
    second = (product.mean((2, 3)) for product in (x.square(), y.square(), x * y))
    return Moments(places, x_mean, y_mean, *second)


def pooled(parts: Sequence[Moments]) -> Moments:
    """The moments of several parts together: those within them, and those of their means."""
    each = Moments(*(torch.stack(values) for values in zip(*parts, strict=True)))
    places = each.places.sum()
    share = (each.places / places)[:, None, None]
    x, y = (share * each.x).sum(0), (share * each.y).sum(0)
    return Moments(
        places,
        x,
        y,
        (share * (each.x_variance + (each.x - x).square())).sum(0),
        (share * (each.y_variance + (each.y - y).square())).sum(0),
        (share * (each.covariance + (each.x - x) * (each.y - y))).sum(0),
    )


def _agreement(product: Tensor, squares: Tensor) -> Tensor:
    return (2 * product + STABILISER) / (squares + STABILISER)
