"""What a training step costs: fcsr's against a plain loop, and both against the arithmetic's floor.

    python benchmarks/train.py PHOTOGRAPHS [--paper] [--steps 6]

The plain loop is eager float32 with the published settings (16 crops of 48 x 48, 2,304 queries
each) and the published query (`plain.py`): four passes of the MLP for each query, as do all others
but "one pass", which averages textures first, as the compact models of fcsr do. Model by model,
each variant runs in a process of its own, in turns, twice (`--rounds`); the fastest counts. The
floor is the time that the step's multiplications, made once, would take at the rate of one large
matrix product of the same type, on the same machine.
"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple

import pandas as pd
import torch
import typer
from measure import in_turns, peak, rate, report, seconds
from plain import Plain
from torch.utils.flop_counter import FlopCounterMode

from fcsr import EDSR, Recipe, data, models
from fcsr.models import ContinuousModel, EstimatorSize
from fcsr.training import Batch, Objective, batch_loss, inputs
from fcsr.training.accelerator import can_use_cuda_graphs, make_accelerator, with_cuda_graphs
from fcsr.training.crops import make_crops


class Variant(NamedTuple):
    name: str
    objective: type
    precision: str
    ensemble: str = "hidden"
    compile: bool = False


class Cost(NamedTuple):
    seconds: float  # of a step
    memory: float  # GiB at its peak, beyond what was there before the first step
    floor: float  # seconds of its multiplications


MODELS = {"lte": {}, "cs": {}, "fcs": {}, "cs, mixture": {"head": "mixture"}}
"""The models that are trained, and their options."""

VARIANTS = [
    Variant("plain, float32", Plain, "no"),
    Variant("fcsr, float32", Objective, "no"),
    Variant("fcsr, bfloat16", Objective, "bf16"),
    Variant("fcsr, bfloat16, compiled", Objective, "bf16", compile=True),
    Variant("fcsr, bfloat16, one pass", Objective, "bf16", "texture"),
]


def cost(name: str, variant: Variant, photographs: Path, paper: bool, steps: int) -> Cost:
    """Measured in this process, which should be a fresh one."""
    torch.manual_seed(0)
    recipe = Recipe(
        photographs, batch=16, mixed_precision=variant.precision, compile=variant.compile
    )
    accelerator = make_accelerator(recipe)
    size = replace(EstimatorSize() if paper else EstimatorSize.compact(), ensemble=variant.ensemble)
    encoder = EDSR.baseline() if paper else EDSR.compact()
    kind = models.MODELS[name.partition(",")[0].upper()]
    model = kind(encoder, size, **MODELS[name]).to(accelerator.device)
    ours = variant.objective is Objective
    if ours:
        model.encoder.to(memory_format=torch.channels_last)
    paths = data.photographs(recipe.photographs)
    crops, _ = make_crops(recipe, paths, model.max_scale, accelerator)
    optimizer = torch.optim.Adam(model.parameters(), fused=ours)
    before = peak()
    net, optimizer = accelerator.prepare(variant.objective(model), optimizer)
    if can_use_cuda_graphs(recipe, accelerator):
        net = with_cuda_graphs(net, inputs(model, crops[0]))

    def step(number: int) -> None:
        accelerator.backward(batch_loss(net, model, crops[number]))
        accelerator.clip_grad_norm_(model.parameters(), recipe.max_grad_norm)
        optimizer.step()
        optimizer.zero_grad()

    def run() -> None:
        for number in range(steps):
            step(number)

    run()  # compiles, and meets each size of crop, for which a GPU looks for its convolutions
    spent = seconds(run) / steps
    memory = peak() - before
    precision = torch.bfloat16 if variant.precision == "bf16" else torch.float32
    return Cost(spent, memory, operations(model, crops[0]) / rate(precision))


def operations(model: ContinuousModel, batch: Batch) -> int:
    """Of one step, forth and back, with one head for each query, and nothing done twice."""
    targets = (batch.pick(target) for target in model.targets(batch.hr))
    with FlopCounterMode(display=False) as counter:
        model.loss(model(batch.lr, batch.coord, batch.cell), *targets).backward()
    return counter.get_total_flops()


def main(
    photographs: Annotated[Path, typer.Argument(help="A folder of photographs.")],
    paper: Annotated[bool, typer.Option("--paper", help="Paper-size models.")] = False,
    steps: Annotated[int, typer.Option(help="Steps to time, after as many before.")] = 6,
    rounds: Annotated[int, typer.Option(help="How often each is timed.")] = 2,
    out: Annotated[Path | None, typer.Option(help="A CSV file for the table.")] = None,
) -> None:
    costs, rows = {}, []
    for name in MODELS:
        jobs = [(name, variant, photographs, paper, steps) for variant in VARIANTS]
        for job, found in in_turns(cost, jobs, rounds).items():
            costs[job[:2]] = found
        rows += [row(name, variant, costs) for variant in VARIANTS]
        report(pd.DataFrame(rows), out)  # of the models so far, which an interruption then leaves


def row(name: str, variant: Variant, costs: dict[tuple, Cost]) -> dict:
    """A row of the table; both ratios are of times, the larger the faster and the slower."""
    found = costs[name, variant]
    return {
        "model": name,
        "loop": variant.name,
        "steps_per_second": 1 / found.seconds,
        "times_plain": costs[name, VARIANTS[0]].seconds / found.seconds,
        "of_lte_step": found.seconds / costs["lte", variant].seconds,
        "peak_gib": found.memory,
        "floor_share": found.floor / found.seconds,
    }


if __name__ == "__main__":
    typer.run(main)
