"""Random crops at random scales, which the models are trained on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from fcsr import images
from fcsr.errors import ImageError, TrainingError
from fcsr.models import grid


class Batch(NamedTuple):
    """Crops at one scale, and the pixels of them that are asked for."""

    lr: Float[Tensor, "b 3 h w"]
    hr: Float[Tensor, "b 3 H W"]
    pixels: Int[Tensor, "b q"]  # y * W + x
    coord: Float[Tensor, "b q 2"]
    cell: Float[Tensor, "b q 2"]

    def pick(self, image: Tensor) -> Tensor:
        """The asked-for pixels of an image like `hr`: (B, C, H, W) -> (B, Q, C)."""
        index = self.pixels.unsqueeze(1).expand(-1, image.shape[1], -1)
        return image.flatten(2).gather(2, index).transpose(1, 2)


@dataclass(frozen=True)
class Crops:
    """Endless random training batches; batch number `step` is a function of `seed` and `step`.

    So there is no state to save: training that resumes at step n sees what it would have seen.
    Each batch has one scale, drawn evenly from [1, max_scale], so that its tensors have one
    shape. `square` asks for pixels that are neighbours, row by row, not anywhere; then scales
    begin where a crop holds the square. HR crops are flipped and transposed at random; LR is HR
    reduced by antialiased bicubic, rounded to 8 bits as image files are.
    """

    photographs: list[UInt8[Tensor, "3 _ _"]]
    batch: int
    lr_size: int
    queries: int
    max_scale: float
    seed: int
    rank: int = 0  # of several processes; each has its own part of one large batch
    square: bool = False
    paths: Sequence[Path] = ()  # of the photographs, for messages

    def __post_init__(self):
        needed = round(self.lr_size * self.max_scale)
        if self.square and math.isqrt(self.queries) > needed:
            side = math.isqrt(self.queries)
            raise TrainingError(
                f"a square of {side} x {side} queries is larger than the largest crop, {needed} x "
                f"{needed} (lr_size {self.lr_size} times max_scale {self.max_scale})"
            )
        for number, photograph in enumerate(self.photographs):
            if min(photograph.shape[-2:]) < needed:
                height, width = photograph.shape[-2:]
                which = self.paths[number] if self.paths else f"photograph {number}"
                raise ImageError(
                    f"{which} has {width}x{height} pixels; crops need "
                    f"{needed}x{needed} (lr_size {self.lr_size} times max_scale {self.max_scale})"
                )

    def __getitem__(self, step: int) -> Batch:
        own = range(self.batch * self.rank, self.batch * (self.rank + 1))
        least = max(1.0, math.isqrt(self.queries) / self.lr_size) if self.square else 1.0
        drawn = torch.rand((), generator=self._random(step, -1)).item()
        size = round(self.lr_size * (least + (self.max_scale - least) * drawn))
        hr = torch.stack([self._crop(size, self._random(step, number)) for number in own]) / 255
        lr = images.to_levels(images.resize(hr, (self.lr_size, self.lr_size))) / 255
        pixels = self._pixels(size, [self._random(step, number, hr.device) for number in own])
        coord = grid((size, size), hr.device).flatten(0, 1)[pixels]
        return Batch(lr, hr, pixels, coord, torch.full_like(coord, 2 / size))

    def _random(
        self, step: int, number: int, device: torch.device | str = "cpu"
    ) -> torch.Generator:
        """For one crop of one step, so that no crop depends on how many others there are."""
        seed = (self.seed * 1_000_003 + step) * 65_537 + number + 1
        return torch.Generator(device).manual_seed(seed % 2**63)

    def _pixels(self, size: int, randoms: list[torch.Generator]) -> Int[Tensor, "b q"]:
        """Which pixels are asked for, drawn on the device, none twice in a crop."""
        device, count = randoms[0].device, min(self.queries, size * size)
        if self.square:
            side = math.isqrt(self.queries)
            draws = (
                torch.randint(size - side + 1, (2, 1), generator=r, device=device) for r in randoms
            )
            top, left = torch.stack(list(draws), dim=1)  # (b, 1) each
            span = torch.arange(side, device=device)
            return ((top + span).unsqueeze(2) * size + (left + span).unsqueeze(1)).flatten(1)
        if device.type == "cpu":
            orders = (torch.randperm(size * size, generator=r) for r in randoms)
            return torch.stack([order[:count] for order in orders])
        # All crops' at once: one permutation after the other would take half as long as the step.
        lots = [torch.rand(size * size, generator=r, device=device) for r in randoms]
        return torch.stack(lots).topk(count, sorted=False).indices

    def _crop(self, size: int, random: torch.Generator) -> UInt8[Tensor, "3 s s"]:
        def draw(end: int) -> int:
            return int(torch.randint(end, (), generator=random))

        photograph = self.photographs[draw(len(self.photographs))]
        height, width = photograph.shape[-2:]
        top, left = draw(height - size + 1), draw(width - size + 1)
        crop = photograph[:, top : top + size, left : left + size]
        if draw(2):
            crop = crop.flip(-1)
        if draw(2):
            crop = crop.flip(-2)
        return crop.transpose(-1, -2) if draw(2) else crop
