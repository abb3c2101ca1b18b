"""What trains a classifier of ordered values better: short trainings that differ in one thing.

    python benchmarks/classifiers.py PHOTOGRAPHS START --out figures/classifiers.csv

Each variant trains a compact CS or FCS for the same number of steps on the same batches, from the
weights of the LTE `START` unless it says otherwise, and is measured on the photographs that
training never sees, at x4, read by mode and mean. A table that is there already is gone on with.
"""

import copy
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import pandas as pd
import torch
import torch.nn.functional as F
import typer
from accelerate import Accelerator
from tqdm import tqdm

from fcsr import CS, FCS, Recipe, checkpoints, data, images, losses, metrics, training
from fcsr.continuous import ContinuousModel
from fcsr.decoding import CLASSES
from fcsr.files import replacing
from fcsr.frequency import Gaussian
from fcsr.inference import render
from fcsr.layouts import Files
from fcsr.objective import Objective
from fcsr.protocols import BENCHMARK

SCALE = 4
DECODES = ("mode", "mean")


class Soft:
    """Cross-entropy with targets that are Gaussians of `width` levels around the true one."""

    width = 0.0

    def cross_entropy(self, logits, levels):
        if not self.width:
            return losses.cross_entropy(logits, levels)
        values = torch.arange(CLASSES)
        targets = (-0.5 * ((values - values.unsqueeze(-1)) / self.width) ** 2).softmax(-1)
        return F.cross_entropy(logits.flatten(0, -2), targets[levels.flatten().long()])


class SoftCS(Soft, CS):
    def loss(self, outputs, levels):
        return self.cross_entropy(outputs, levels)


class SoftFCS(Soft, FCS):
    def loss(self, outputs, low, levels):
        squares = F.mse_loss(outputs.low, low)
        return self.cross_entropy(outputs.high, levels) + self.weight * squares


@dataclass(frozen=True)
class Variant:
    name: str  # what differs from the model as it is
    kind: type[ContinuousModel]
    options: dict = field(default_factory=dict)  # of the model
    rate: float = 6e-4
    warm: bool = True  # start from LTE
    width: float = 0.0  # of soft targets at the start; falls to 0 until half of the training

    @property
    def key(self) -> tuple[str, str]:
        return self.kind.__name__.removeprefix("Soft"), self.name


PLAIN, LAST = "as it is", "no average of the weights"
VARIANTS = [
    *(
        variant
        for kind in (SoftCS, SoftFCS)
        for variant in (
            Variant(PLAIN, kind),
            Variant("no prior", kind, {"prior": False}),
            Variant("fresh weights, not LTE's", kind, warm=False),
            Variant("rate 2e-3", kind, rate=2e-3),
            Variant("soft targets, 4 levels", kind, width=4.0),
        )
    ),
    Variant("weight 300", SoftFCS, {"weight": 300.0}),
    Variant("weight 30000", SoftFCS, {"weight": 30_000.0}),
    Variant("sigma 1", SoftFCS, {"low_pass": Gaussian(1.0)}),
    Variant("sigma 2.5", SoftFCS, {"low_pass": Gaussian(2.5)}),
    Variant("an estimator each", SoftFCS, {"shared": False}),
]


def run(variant: Variant, photographs: str, start: str, steps: int) -> list[dict]:
    """Train and measure one variant, on one thread."""
    torch.set_num_threads(1)
    last, average = train(variant, photographs, start, steps)
    model, name = variant.key
    models = {name: average} | ({LAST: last} if name == PLAIN else {})
    return [
        {"model": model, "variant": name} | row
        for name, trained in models.items()
        for row in measure(trained, photographs)
    ]


def train(
    variant: Variant, photographs: str, start: str, steps: int
) -> tuple[ContinuousModel, ContinuousModel]:
    """The last weights, and their moving average."""
    torch.manual_seed(0)
    model = variant.kind.compact(**variant.options)
    if variant.warm:
        checkpoints.transfer(checkpoints.load(start), model)
    recipe = Recipe(photographs, steps, rate=variant.rate, warmup=steps // 20)
    crops, _ = training.make_crops(recipe, model.max_scale, Accelerator(cpu=True))
    objective, average = Objective(model), copy.deepcopy(model).requires_grad_(False)
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = recipe.rate_at(step)
        model.width = variant.width * max(0.0, 1 - 2 * step / steps)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = training.batch_loss(objective, model, crops[step])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
        optimizer.step()
        optimizer.zero_grad()
        training.follow(average, model, step, decay=0.98)  # as short as the training is
    return model.eval(), average.eval()


@torch.no_grad()
def measure(model: ContinuousModel, photographs: str) -> Iterator[dict]:
    """PSNR (luma) and LPIPS on the photographs held out, a row for each reading."""
    decodes = (None,) if model.default_decode is None else DECODES
    scores = {decode: [] for decode in decodes}
    held_out = data.photographs(photographs)[-Recipe.held_out :]
    for _, *pair in data.Benchmark(SCALE, [Files(path.stem, path) for path in held_out]):
        lr, hr = map(images.to_tensor, pair)
        srs = render(model, lr, tuple(hr.shape[-2:]), decodes, progress=False)
        for decode, sr in zip(decodes, srs, strict=True):
            scores[decode].append((BENCHMARK.psnr(sr, hr, SCALE), metrics.lpips(sr, hr)))
    for decode, pairs in scores.items():
        psnr, lpips = torch.tensor(pairs).mean(0).tolist()
        yield {"decode": decode or "", "psnr": psnr, "lpips": lpips}


def main(
    photographs: Annotated[Path, typer.Argument(help="A folder of photographs, or BSDS400.")],
    start: Annotated[str, typer.Argument(help="An LTE: a name or a checkpoint.")],
    steps: Annotated[int, typer.Option(help="Of each training.")] = 300,
    workers: Annotated[int, typer.Option(help="Processes, of one thread each.")] = 2,
    out: Annotated[Path, typer.Option(help="A CSV file for the table.")] = Path("classifiers.csv"),
) -> None:
    if out.exists():
        rows = pd.read_csv(out, keep_default_na=False).to_dict("records")
    else:
        lte = measure(checkpoints.load(start), str(photographs))
        rows = [{"model": "LTE", "variant": "start"} | row for row in lte]
    done = {(row["model"], row["variant"]) for row in rows}
    jobs = [variant for variant in VARIANTS if variant.key not in done]
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, max_tasks_per_child=1)
    with pool, tqdm(total=len(jobs)) as bar:
        finished = [pool.submit(run, variant, str(photographs), start, steps) for variant in jobs]
        for result in finished:
            rows += result.result()
            with replacing(out) as draft:
                pd.DataFrame(rows).to_csv(draft, index=False, float_format="%.4f")
            bar.update()


if __name__ == "__main__":
    typer.run(main)
