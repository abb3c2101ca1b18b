"""What a fast network for x4 alone costs beside the compact LTE, which has any scale.

    python benchmarks/imdn.py --out figures/imdn.csv --page docs/performance.md

IMDN (Hui et al., ACM Multimedia 2019) is written here after its paper, and is timed with weights
made by chance. Each job makes 512 x 512 pixels with one thread, in a process of its own, in turns,
twice, five times each; the fastest counts. `s_per_mp`: seconds for a megapixel of the result.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NamedTuple

import pandas as pd
import torch
import torch.nn.functional as F
import typer
from jaxtyping import Float
from measure import in_turns, report, seconds
from torch import Tensor, nn

import fcsr
from fcsr.models.compile import compile_in_place

SIDE = 512  # of the result
ROUNDS = 5
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


class Job(NamedTuple):
    model: str  # "imdn" or "lte-compact"
    compiled: bool
    precision: str  # "float32" or "bfloat16"


JOBS = [
    Job(model, compiled, precision)
    for model in ("imdn", "lte-compact")
    for compiled in (False, True)
    for precision in ("float32", "bfloat16")
]


def renderer(job: Job, side: int = SIDE) -> Callable[[], Tensor]:
    """Makes an image of `side` x `side` pixels of one made by chance."""
    image = torch.rand(1, 3, side // 4, side // 4)
    if job.model != "imdn":
        model = fcsr.load(job.model)
        model.set_precision(job.precision)
        if job.compiled:
            model.compile()
        return lambda: fcsr.render(model, image, (side, side), progress=False)[0]
    net = IMDN().eval().to(getattr(torch, job.precision), memory_format=torch.channels_last)
    image = image.to(getattr(torch, job.precision))
    work = torch.no_grad()(lambda: net(image).float())
    if job.compiled:
        compile_in_place([net], work)
    return work


def cost(job: Job) -> tuple[float]:
    """Seconds for a megapixel, measured in this process, which should be a fresh one."""
    torch.set_num_threads(1)
    work = renderer(job)
    work()  # what only the first call pays
    return (min(seconds(work) for _ in range(ROUNDS)) / (SIDE**2 / 1e6),)


def main(
    out: Annotated[Path | None, typer.Option(help="A CSV file for the table.")] = None,
    page: Annotated[Path | None, typer.Option(help="A page for it, beside --out.")] = None,
) -> None:
    costs = in_turns(cost, [(job,) for job in JOBS])
    rows = [job._asdict() | {"s_per_mp": found} for (job,), (found,) in costs.items()]
    report(pd.DataFrame(rows), out, page)


if __name__ == "__main__":
    typer.run(main)
