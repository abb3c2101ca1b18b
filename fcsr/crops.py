"""Random crops at random scales, which the models are trained on."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from fcsr import images
from fcsr.errors import ImageError
from fcsr.texture import grid


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
    shape. HR crops are flipped and transposed at random; LR is HR reduced by antialiased
    bicubic, rounded to 8 bits as image files are.
    """

    photographs: list[UInt8[Tensor, "3 _ _"]]
    batch: int
    lr_size: int
    queries: int
    max_scale: float
    seed: int

    def __post_init__(self):
        needed = round(self.lr_size * self.max_scale)
        for number, photograph in enumerate(self.photographs):
            if min(photograph.shape[-2:]) < needed:
                height, width = photograph.shape[-2:]
                raise ImageError(
                    f"photograph {number} has {width}x{height} pixels; crops need "
                    f"{needed}x{needed} (lr_size {self.lr_size} times max_scale {self.max_scale})"
                )

    def __getitem__(self, step: int) -> Batch:
        random = torch.Generator().manual_seed(self.seed * 1_000_003 + step)
        scale = 1 + (self.max_scale - 1) * torch.rand((), generator=random).item()
        size = round(self.lr_size * scale)
        hr = torch.stack([self._crop(size, random) for _ in range(self.batch)]) / 255
        lr = images.to_levels(images.resize(hr, (self.lr_size, self.lr_size))) / 255
        queries = min(self.queries, size * size)
        pixels = torch.stack(
            [torch.randperm(size * size, generator=random)[:queries] for _ in range(self.batch)]
        ).to(hr.device)
        coord = grid((size, size), hr.device).flatten(0, 1)[pixels]
        return Batch(lr, hr, pixels, coord, torch.full_like(coord, 2 / size))

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
