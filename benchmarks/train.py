"""What a training step costs: fcsr's against a plain loop, and both against the arithmetic's floor.

    python benchmarks/train.py PHOTOGRAPHS [--paper] [--steps 6]

The plain loop is eager float32 with the published settings (16 crops of 48 x 48, 2,304 queries
each) and the published query (`plain.py`): four passes of the MLP for each query, as do all others
but "one pass", which averages textures first, as the compact models of fcsr do. Each variant runs
in a process of its own, in turns, twice; the faster counts. The floor is the time that the step's
multiplications, made once, would take at the rate of one large matrix product of the same type, on
the same machine.
"""

import multiprocessing
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple

import pandas as pd
import torch
import typer
from accelerate import Accelerator
from plain import Plain
from torch.utils.flop_counter import FlopCounterMode

from fcsr import EDSR, Recipe, models, training
from fcsr.continuous import ContinuousModel
from fcsr.crops import Batch
from fcsr.files import replacing
from fcsr.inference import default_device
from fcsr.objective import Objective
from fcsr.texture import EstimatorSize

WARMUP = 2  # steps that are not timed


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


VARIANTS = [
    Variant("plain, float32", Plain, "no"),
    Variant("fcsr, float32", Objective, "no"),
    Variant("fcsr, bfloat16", Objective, "bf16"),
    Variant("fcsr, bfloat16, one pass", Objective, "bf16", "texture"),
]
COMPILED = Variant("fcsr, bfloat16, compiled", Objective, "bf16", compile=True)


def cost(name: str, variant: Variant, photographs: Path, paper: bool, steps: int) -> Cost:
    """Measured in this process, which should be a fresh one."""
    torch.manual_seed(0)
    recipe = Recipe(str(photographs), batch=16)
    accelerator = Accelerator(
        cpu=default_device().type == "cpu",
        mixed_precision=variant.precision,
        dynamo_backend="inductor" if variant.compile else None,
    )
    size = replace(EstimatorSize() if paper else EstimatorSize.compact(), ensemble=variant.ensemble)
    encoder = EDSR.baseline() if paper else EDSR.compact()
    model = models.MODELS[name.upper()](encoder, size).to(accelerator.device)
    ours = variant.objective is Objective
    if ours:
        model.encoder.to(memory_format=torch.channels_last)
    crops, _ = training.make_crops(recipe, model.max_scale, accelerator)
    optimizer = torch.optim.Adam(model.parameters(), fused=ours)
    net, optimizer = accelerator.prepare(variant.objective(model), optimizer)

    def step(number: int) -> None:
        accelerator.backward(training.batch_loss(net, model, crops[number]))
        accelerator.clip_grad_norm_(model.parameters(), recipe.clip)
        optimizer.step()
        optimizer.zero_grad()

    before = peak()
    for number in range(WARMUP):
        step(number)
    synchronize()
    start = time.perf_counter()
    for number in range(WARMUP, WARMUP + steps):
        step(number)
    synchronize()
    seconds = (time.perf_counter() - start) / steps
    memory = peak() - before
    return Cost(seconds, memory, operations(model, crops[0]) / rate(variant.precision))


def operations(model: ContinuousModel, batch: Batch) -> int:
    """Of one step, forth and back, with one head for each query, and nothing done twice."""
    targets = (batch.pick(target) for target in model.targets(batch.hr))
    with FlopCounterMode(display=False) as counter:
        model.loss(model(batch.lr, batch.coord, batch.cell), *targets).backward()
    return counter.get_total_flops()


def rate(precision: str) -> float:
    """Floating-point operations a second in one large matrix product."""
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    size = 8192 if torch.cuda.is_available() else 2048
    a, b = (torch.randn(size, size, dtype=kind, device=default_device()) for _ in range(2))
    best = float("inf")
    for _ in range(5):
        synchronize()
        start = time.perf_counter()
        a @ b
        synchronize()
        best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best


def peak() -> float:
    """GiB."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 2**30
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def synchronize() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def main(
    photographs: Annotated[Path, typer.Argument(help="A folder of photographs.")],
    paper: Annotated[bool, typer.Option("--paper", help="Paper-size models.")] = False,
    compiled: Annotated[bool, typer.Option("--compile", help="Also with torch.compile.")] = False,
    steps: Annotated[int, typer.Option(help="Steps to time.")] = 6,
    out: Annotated[Path | None, typer.Option(help="A CSV file for the table.")] = None,
) -> None:
    variants = [*VARIANTS, *([COMPILED] if compiled else [])]
    jobs = [(name, variant) for name in ("lte", "cs", "fcs") for variant in variants]
    costs: dict[tuple, Cost] = {}
    context = multiprocessing.get_context("spawn")
    for _ in range(2):
        for job in jobs:
            with ProcessPoolExecutor(1, mp_context=context) as pool:
                found = pool.submit(cost, *job, photographs, paper, steps).result()
            costs[job] = min(found, costs.get(job, found))
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    print(f"{device}, {torch.get_num_threads()} threads, torch {torch.__version__}")
    rows = [row(name, variant, costs) for name, variant in jobs]
    table = pd.DataFrame(rows)
    print(table.to_markdown(index=False, floatfmt=".2f"))
    if out:
        with replacing(out) as draft:
            table.to_csv(draft, index=False, float_format="%.3f")


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
