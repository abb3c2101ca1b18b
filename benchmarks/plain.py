"""The published way to query and train, plainly: what fcsr is measured against.

Written from the LTE paper and the behaviour of its authors' program, for fcsr's own weights: for
each of four neighbours, nearest-neighbour `grid_sample` fetches amplitudes, frequencies and the
neighbour's coordinate, and the whole MLP runs, last layer included; then the four answers are
averaged. The loss is made of all answers at once.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fcsr.continuous import ContinuousModel, Estimate
from fcsr.texture import TextureEstimator, bilinear, grid


class Plain(nn.Module):
    """The same weights and the same answers as `model`, by the published steps."""

    def __init__(self, model: ContinuousModel):
        super().__init__()
        self.model = model

    def forward(self, lr: Tensor, coord: Tensor, cell: Tensor, *targets: Tensor) -> Tensor:
        features = self.model.encoder((lr - 0.5) / 0.5)
        size = cell.new_tensor(lr.shape[-2:])
        cell = torch.maximum(cell, 2 / (self.model.max_scale * size))
        answers = [answer(e, features, coord, cell) for e in self.model.estimators]
        skip = bilinear(lr, coord)
        return self.model.loss(meaning(self.model, torch.cat(answers, -1), skip), *targets)


def answer(estimator: TextureEstimator, features: Tensor, coord: Tensor, cell: Tensor) -> Tensor:
    """(B, Q, outputs): head and all for each neighbour, then the average."""
    height, width = features.shape[-2:]
    amplitudes, frequencies = estimator.amplitude(features), estimator.frequency(features)
    centres = grid((height, width), features.device).permute(2, 0, 1).expand(len(coord), -1, -1, -1)
    scale = coord.new_tensor([height, width])
    outputs, areas = [], []
    for top in (-1, 1):
        for left in (-1, 1):
            shifted = (coord + coord.new_tensor([top, left]) / scale + 1e-6).clamp(
                -1 + 1e-6, 1 - 1e-6
            )
            amplitude = sample(amplitudes, shifted)
            frequency = sample(frequencies, shifted).unflatten(-1, (-1, 2))
            offset = (coord - sample(centres, shifted)) * scale
            angle = (frequency * offset.unsqueeze(-2)).sum(-1) + estimator.phase(cell * scale)
            wave = torch.cat((torch.cos(torch.pi * angle), torch.sin(torch.pi * angle)), -1)
            outputs.append(estimator.head(estimator.mlp(amplitude * wave)))
            areas.append(offset.prod(-1).abs() + 1e-9)
    total = sum(areas)
    opposite = reversed(areas)
    return sum(
        output * (area / total).unsqueeze(-1)
        for output, area in zip(outputs, opposite, strict=True)
    )


def meaning(model: ContinuousModel, numbers: Tensor, skip: Tensor):
    """What the model makes of its heads' numbers: skip, prior and shapes."""
    heads = model.heads
    model.heads = lambda _: numbers
    try:
        return model.answer(Estimate((), skip))
    finally:
        model.heads = heads


def sample(image: Tensor, coord: Tensor) -> Tensor:
    """The nearest pixels: (B, C, H, W) at (B, Q, (y, x)) -> (B, Q, C)."""
    points = coord.flip(-1).unsqueeze(1)
    return F.grid_sample(image, points, "nearest", align_corners=False).squeeze(2).transpose(1, 2)
