"""The published way to query, render and train, plainly: what fcsr is measured against.

Written from the LTE paper and the behaviour of its authors' program, for fcsr's own weights: for
each of four neighbours, nearest-neighbour `grid_sample` fetches amplitudes, frequencies and the
neighbour's coordinate, and the whole MLP runs, last layer included; then the four outputs are
averaged. An image is rendered 30,000 queries at a time; the loss is of all outputs at once.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fcsr.models import ContinuousModel, Estimate, TextureEstimator, bilinear, grid

CHUNK = 30_000  # queries at once


class Maps(NamedTuple):
    amplitudes: Tensor  # (B, C, h, w)
    frequencies: Tensor  # (B, C, h, w): pairs of y and x
    centres: Tensor  # (B, 2, h, w)


class Plain(nn.Module):
    """The same weights and the same outputs as `model`, by the published steps."""

    def __init__(self, model: ContinuousModel):
        super().__init__()
        self.model = model

    def forward(self, lr: Tensor, coord: Tensor, cell: Tensor, *targets: Tensor) -> Tensor:
        return self.model.loss(self.query(lr, self.encode(lr), coord, cell), *targets)

    def encode(self, lr: Tensor) -> list[Maps]:
        """What is made of an image once, for each texture estimator."""
        features = self.model.encoder((lr - 0.5) / 0.5)
        centres = grid(tuple(lr.shape[-2:]), lr.device).permute(2, 0, 1)
        centres = centres.expand(len(lr), -1, -1, -1)
        return [
            Maps(estimator.amplitude(features), estimator.frequency(features), centres)
            for estimator in self.model.estimators
        ]

    def query(self, lr: Tensor, maps: list[Maps], coord: Tensor, cell: Tensor):
        cell = torch.maximum(cell, 2 / (self.model.max_scale * cell.new_tensor(lr.shape[-2:])))
        pairs = zip(self.model.estimators, maps, strict=True)
        outputs = [query_estimator(estimator, seen, coord, cell) for estimator, seen in pairs]
        return model_outputs(self.model, torch.cat(outputs, -1), bilinear(lr, coord))

    @torch.no_grad()
    def render(self, lr: Tensor, size: tuple[int, int], decode: str | None = None) -> Tensor:
        """(B, 3, H, W): every pixel of an image of `size`."""
        maps = self.encode(lr)
        coord = grid(size, lr.device).flatten(0, 1).expand(len(lr), -1, -1)
        cell = (2 / coord.new_tensor(size)).expand_as(coord)
        chunks = zip(coord.split(CHUNK, 1), cell.split(CHUNK, 1), strict=True)
        parts = [self.model.decode(self.query(lr, maps, *chunk), decode) for chunk in chunks]
        return torch.cat(parts, 1).transpose(1, 2).unflatten(2, size)


def query_estimator(estimator: TextureEstimator, maps: Maps, coord: Tensor, cell: Tensor) -> Tensor:
    """(B, Q, outputs): head and all for each neighbour, then the average."""
    scale = coord.new_tensor(maps.centres.shape[-2:])
    outputs, areas = [], []
    for top in (-1, 1):
        for left in (-1, 1):
            shifted = (coord + coord.new_tensor([top, left]) / scale + 1e-6).clamp(
                -1 + 1e-6, 1 - 1e-6
            )
            amplitude, frequency, centre = (sample(image, shifted) for image in maps)
            offset = (coord - centre) * scale
            pairs = torch.stack((frequency[..., 0::2], frequency[..., 1::2]), -2)  # (B, Q, 2, C/2)
            angle = (pairs * offset.unsqueeze(-1)).sum(-2) + estimator.phase(cell * scale)
            wave = torch.cat((torch.cos(torch.pi * angle), torch.sin(torch.pi * angle)), -1)
            outputs.append(estimator.head(estimator.mlp(amplitude * wave)))
            areas.append(offset.prod(-1).abs() + 1e-9)
    total = sum(areas)
    opposite = reversed(areas)
    return sum(
        output * (area / total).unsqueeze(-1)
        for output, area in zip(outputs, opposite, strict=True)
    )


def model_outputs(model: ContinuousModel, numbers: Tensor, skip: Tensor):
    """What the model makes of its heads' numbers: skip, prior and shapes."""
    heads = model.heads
    model.heads = lambda _: numbers
    try:
        return model.outputs(Estimate((), skip))
    finally:
        model.heads = heads


def sample(image: Tensor, coord: Tensor) -> Tensor:
    """The nearest pixels: (B, C, H, W) at (B, Q, (y, x)) -> (B, Q, C)."""
    points = coord.flip(-1).unsqueeze(1)
    return F.grid_sample(image, points, "nearest", align_corners=False).squeeze(2).transpose(1, 2)
