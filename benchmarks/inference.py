"""What upscaling costs: fcsr against the published query loop, and against the arithmetic's floor.

    python benchmarks/inference.py --out figures/inference.csv --page docs/performance.md \\
        --figure docs/performance.png

Both render the same weights (made by chance, with a fixed seed) and must agree to 1e-5; then each
variant renders x4 to 512 x 512 pixels in a process of its own, in turns, twice, and the faster
counts. The floor is the time that fcsr's multiplications would take at the rate of one large
matrix product of the same precision on the same machine. Distributions are decoded by their mode,
a mixture's by their mean. A sweep over pixels and scales follows, once; `--figure` draws it.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple

import pandas as pd
import torch
import typer
from measure import in_turns, peak, rate, report, seconds
from plain import Plain
from torch.utils.flop_counter import FlopCounterMode

from fcsr import EDSR, models
from fcsr.inference import render
from fcsr.models import ContinuousModel, EstimatorSize
from fcsr.utils.device import default_device
from fcsr.utils.files import atomic_write

AGREE = 1e-5  # of values in [0, 1]
NAMES = ("lte", "cs", "fcs")
MIXTURES = ("cs, mixture", "fcs, mixture")
COMPILED = "fcsr, compiled"
ONE_PASS = replace(EstimatorSize(), ensemble="texture")
SIZES = {
    "paper": (EDSR.baseline, EstimatorSize()),
    "paper, one pass": (EDSR.baseline, ONE_PASS),
    "compact": (EDSR.compact, EstimatorSize.compact()),
}


class Job(NamedTuple):
    model: str
    size: str = "paper"
    loop: str = "fcsr"  # or "fcsr, compiled", or "published"
    precision: str = "float32"  # or "bfloat16"
    side: int = 512  # of the result, in pixels
    scale: float = 4.0


class Cost(NamedTuple):
    seconds: float
    cpu_seconds: float  # of all threads together
    memory: float  # GiB at its peak, of the model, its compiling, and the rendering
    floor: float  # seconds


def main_jobs(side: int) -> list[Job]:
    """Published LTE first, with which all others are compared."""
    jobs = [
        *(Job(name, loop=loop) for name in NAMES for loop in ("published", "fcsr")),
        *(
            Job(name, size, loop, precision)
            for size, names in (("paper", NAMES), ("compact", (*NAMES, *MIXTURES)))
            for loop in ("fcsr", COMPILED)
            for precision in ("float32", "bfloat16")
            for name in names
            if (size, loop, precision) != ("paper", "fcsr", "float32")
        ),
        *(Job(name, "paper, one pass") for name in NAMES),
    ]
    return [job._replace(side=side) for job in jobs]


def sweep_jobs(side: int) -> list[Job]:
    """Other numbers of pixels, and other scales."""
    pixels, scales = ("paper", "compact"), (2.0, 8.0)
    return [
        *(Job(n, size, side=s) for n in NAMES for size in pixels for s in (side // 4, 2 * side)),
        *(Job(n, size, side=side, scale=s) for n in NAMES for size in pixels for s in scales),
    ]


def make(job: Job) -> ContinuousModel:
    torch.manual_seed(0)
    encoder, size = SIZES[job.size]
    name, _, mixture = job.model.partition(", ")
    head = {"head": "mixture", "decode": "mean"} if mixture else {}
    model = models.MODELS[name.upper()](encoder(), size, **head).eval().to(default_device())
    if job.loop != "published":
        model.set_precision(job.precision)
    if job.loop == COMPILED:
        model.compile()
    return model


def renderer(job: Job, model: ContinuousModel, decode: str | None = None) -> Callable:
    """Does what is timed, to an image made by chance."""
    lr = torch.rand(1, 3, *[round(job.side / job.scale)] * 2)
    lr, size = lr.to(next(model.parameters()).device), (job.side, job.side)
    if job.loop == "published":
        return lambda: Plain(model).render(lr, size, decode)
    return lambda: render(model, lr, size, [decode], progress=False)[0]


def cost(job: Job) -> Cost:
    """Measured in this process, which should be a fresh one."""
    before = peak()
    model = make(job)
    renderer(job._replace(side=64), model)()  # what only the first call pays
    work, start = renderer(job, model), time.process_time()
    spent = seconds(work)
    cpu_seconds = time.process_time() - start
    memory = peak() - before
    return Cost(spent, cpu_seconds, memory, operations(job) / rate(getattr(torch, job.precision)))


def operations(job: Job) -> int:
    """Floating-point operations of fcsr's matrix products: counted, not done."""
    job = job._replace(loop="fcsr", precision="float32")
    with FlopCounterMode(display=False) as counter:
        renderer(job, make(job).to("meta"))()
    return counter.get_total_flops()


def difference(name: str, side: int) -> tuple[float]:
    """Between the loops' images; distributions are decoded by their means, which have no ties."""
    images = []
    for loop in ("published", "fcsr", COMPILED):
        job = Job(name, loop=loop, side=side)
        model = make(job)
        torch.manual_seed(1)
        images.append(renderer(job, model, None if name == "lte" else "mean")())
    return (max((images[0] - other).abs().max().item() for other in images[1:]),)


def row(job: Job, found: Cost, published: Cost | None = None) -> dict:
    """A row of the table; `times_published`: how many times as fast as published LTE.

    `cpu_s_per_mp`: seconds of all threads for a megapixel of the result.
    """
    return job._asdict() | {
        "seconds": found.seconds,
        "times_published": published.seconds / found.seconds if published else None,
        "cpu_s_per_mp": found.cpu_seconds / (job.side**2 / 1e6),
        "peak_gib": found.memory,
        "floor_share": found.floor / found.seconds,
    }


def draw(table: pd.DataFrame, side: int, target: Path) -> None:
    """Seconds over pixels, and over scale, on logarithmic axes."""
    from matplotlib.figure import Figure

    table = table[(table.loop == "fcsr") & (table.precision == "float32")]
    table = table.assign(megapixels=table.side**2 / 1e6)
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    pixels, scales = figure.subplots(1, 2, sharey=True)
    curves(pixels, table[table.scale == 4], "megapixels")
    curves(scales, table[table.side == side], "scale")
    pixels.set(xlabel="megapixels of the result, at x4", ylabel="seconds")
    pixels.legend(fontsize=8)
    scales.set(xlabel=f"scale, to {side} x {side} pixels")
    scales.set_xticks([2, 4, 8], ["x2", "x4", "x8"])
    scales.minorticks_off()
    with atomic_write(target) as draft:
        figure.savefig(draft, dpi=120, format="png")


def curves(ax, table: pd.DataFrame, x: str) -> None:
    """A line for each model, solid for paper size, dashed for compact."""
    for size, style in (("paper", "-o"), ("compact", "--s")):
        for number, name in enumerate(NAMES):
            line = table[(table["size"] == size) & (table.model == name)].sort_values(x)
            label = f"{name.upper()}, {size}"
            ax.loglog(line[x], line.seconds, style, color=f"C{number}", label=label)
    ax.grid(alpha=0.3)


def main(
    out: Annotated[Path | None, typer.Option(help="A CSV file for the table.")] = None,
    page: Annotated[Path | None, typer.Option(help="A page for it, beside --out.")] = None,
    figure: Annotated[Path | None, typer.Option(help="A PNG file for the sweep.")] = None,
    side: Annotated[int, typer.Option(help="Of the results, in pixels.")] = 512,
) -> None:
    for name in NAMES:
        [(found,)] = in_turns(difference, [(name, side // 2)], rounds=1).values()
        print(f"{name}: fcsr's image differs from the published loop's by {found:.1e} at most")
        if not found <= AGREE:
            raise SystemExit(f"{name}: that is more than {AGREE:g}")
    costs = in_turns(cost, [(job,) for job in main_jobs(side)])
    published = next(iter(costs.values()))
    rows = [row(job, found, published) for (job,), found in costs.items()]
    report(pd.DataFrame(rows))
    costs = in_turns(cost, [(job,) for job in sweep_jobs(side)], rounds=1)
    table = pd.DataFrame(rows + [row(job, found) for (job,), found in costs.items()])
    report(table, out, page)
    if figure:
        draw(table, side, figure)


if __name__ == "__main__":
    typer.run(main)
