"""Random crops at random scales: the batches that models are trained on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from accelerate import Accelerator
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from fcsr import data, images
from fcsr.errors import ImageError, TrainingError
from fcsr.models import grid
from fcsr.training.recipe import Recipe


class Batch(NamedTuple):
    """Crops at one scale, and the pixels of HR that are queried.

    Example:
        >>> import fcsr, torch
        >>> photographs = [torch.zeros(3, 32, 32, dtype=torch.uint8)]
        >>> crops = fcsr.training.Crops(
        ...     photographs, batch=2, lr_size=8, queries=64, max_scale=4.0, seed=0
        ... )
        >>> batch = crops[0]
        >>> batch.lr.shape, batch.pick(batch.hr).shape
        (torch.Size([2, 3, 8, 8]), torch.Size([2, 64, 3]))
    """

    lr: Float[Tensor, "b 3 h w"]  # RGB in [0, 1]
    hr: Float[Tensor, "b 3 H W"]  # RGB in [0, 1]
    pixels: Int[Tensor, "b q"]  # y * W + x
    coord: Float[Tensor, "b q 2"]  # (y, x) in [-1, 1], see `fcsr.models.texture`
    cell: Float[Tensor, "b q 2"]  # (height, width) of a pixel, in the same units

    def pick(self, image: Tensor) -> Tensor:
        """The queried pixels of an image of HR's size: (B, C, H, W) -> (B, Q, C)."""
        index = self.pixels.unsqueeze(1).expand(-1, image.shape[1], -1)
        return image.flatten(2).gather(2, index).transpose(1, 2)


@dataclass(frozen=True)
class Crops:
    """Endless random training batches; `crops[step]` depends on `seed` and `step` only.

    So there is no state to save: training that resumes at step n gets the same batches. Any model
    may be trained on them, in a loop over steps, or with workers by PyTorch's `DataLoader`. Each
    batch has one scale, drawn uniformly from [1, max_scale], so that its tensors have one shape.
    HR crops are flipped and transposed at random; LR is HR reduced by antialiased bicubic, rounded
    to 8 bits as image files are.

    Args:
        photographs: 8-bit RGB, on the device that batches are made on.
        batch: crops in each process.
        lr_size: side of the LR crops in pixels.
        queries: HR pixels that are queried in each crop, at most; a crop may have fewer.
        max_scale: of the largest HR crops.
        seed: of crops, scales and queries.
        rank: number of this process; each has its own part of one large batch.
        square: query a square of neighbouring pixels, row by row, instead of scattered ones;
            scales then start where a crop holds the square.
        paths: of the photographs, for messages.

    Raises:
        TrainingError: the square is larger than the largest crop.
        ImageError: a photograph is smaller than the largest crop.

    Example:
        >>> import fcsr, torch
        >>> photograph = fcsr.images.to_tensor(fcsr.images.sample("coffee"))
        >>> crops = fcsr.training.Crops(
        ...     [fcsr.images.to_levels(photograph)[0]],
        ...     batch=2, lr_size=16, queries=64, max_scale=4.0, seed=0,
        ... )
        >>> crops[0].lr.shape
        torch.Size([2, 3, 16, 16])
        >>> torch.equal(crops[1000].hr, crops[1000].hr)
        True
        >>> net = torch.nn.Conv2d(3, 3, 3, padding=1)  # a model of one's own
        >>> loader = torch.utils.data.DataLoader(crops, batch_size=None, sampler=range(3))
        >>> for batch in loader:  # of the steps 0, 1 and 2
        ...     size = batch.hr.shape[-2:]
        ...     sr = torch.nn.functional.interpolate(net(batch.lr), size=size, mode="bicubic")
        ...     torch.nn.functional.l1_loss(sr, batch.hr).backward()
    """

    photographs: list[UInt8[Tensor, "3 _ _"]]
    batch: int
    lr_size: int
    queries: int
    max_scale: float
    seed: int
    rank: int = 0
    square: bool = False
    paths: Sequence[Path] = ()

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
        min_scale = max(1.0, math.isqrt(self.queries) / self.lr_size) if self.square else 1.0
        uniform = torch.rand((), generator=self._random(step, -1), device="cpu").item()
        size = round(self.lr_size * (min_scale + (self.max_scale - min_scale) * uniform))
        hr = torch.stack([self._crop(size, self._random(step, number)) for number in own]) / 255
        lr = images.to_levels(images.resize(hr, (self.lr_size, self.lr_size))) / 255
        pixels = self._pixels(size, [self._random(step, number, hr.device) for number in own])
        coord = grid((size, size), hr.device).flatten(0, 1)[pixels]
        return Batch(lr, hr, pixels, coord, torch.full_like(coord, 2 / size))

    def _random(
        self, step: int, number: int, device: torch.device | str = "cpu"
    ) -> torch.Generator:
        """A generator for one crop of one step: no crop depends on how many others there are."""
        # ints: NumPy's integers would overflow
        seed = (int(self.seed) * 1_000_003 + int(step)) * 65_537 + number + 1
        return torch.Generator(device=device).manual_seed(seed % 2**63)

    def _pixels(self, size: int, randoms: list[torch.Generator]) -> Int[Tensor, "b q"]:
        """Which pixels are queried, drawn on the device, none twice in a crop."""
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
            orders = (torch.randperm(size * size, generator=r, device=device) for r in randoms)
            return torch.stack([order[:count] for order in orders])
        # All crops' at once: one permutation after the other would take half as long as the step.
        keys = [torch.rand(size * size, generator=r, device=device) for r in randoms]
        return torch.stack(keys).topk(count, sorted=False).indices

    def _crop(self, size: int, random: torch.Generator) -> UInt8[Tensor, "3 s s"]:
        """A random square of a random photograph, flipped and transposed at random."""

        def draw(end: int) -> int:
            return int(torch.randint(end, (), generator=random, device="cpu"))

        photograph = self.photographs[draw(len(self.photographs))]
        height, width = photograph.shape[-2:]
        top, left = draw(height - size + 1), draw(width - size + 1)
        crop = photograph[:, top : top + size, left : left + size]
        if draw(2):
            crop = crop.flip(-1)
        if draw(2):
            crop = crop.flip(-2)
        return crop.transpose(-1, -2) if draw(2) else crop


def make_crops(
    recipe: Recipe,
    paths: list[Path],
    max_scale: float,
    accelerator: Accelerator,
    progress: bool = True,
) -> tuple[Crops, Crops]:
    """This process's training crops, and crops of the last photographs, for validation.

    Raises:
        TrainingError: there are no more photographs than are for validation.
        ImageError: a photograph cannot be read or is smaller than a crop.
    """
    if len(paths) <= recipe.val_images:
        raise TrainingError(
            f"{recipe.photographs} holds {len(paths)} photographs, and {recipe.val_images} are for "
            "validation: give more photographs, or a smaller val_images"
        )
    photographs = data.load_photographs(paths, accelerator.device, progress)
    settings = (recipe.batch, recipe.lr_size, recipe.queries, max_scale, recipe.seed)
    first_val, rank = len(paths) - recipe.val_images, accelerator.process_index
    square = recipe.lpips_weight > 0
    return (
        Crops(photographs[:first_val], *settings, rank, square, paths[:first_val]),
        Crops(photographs[first_val:], *settings, square=square, paths=paths[first_val:]),
    )
