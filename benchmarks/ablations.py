"""What each part of the design gains: `fcsr.analysis.ablation` for all axes, and the table of it.

    python benchmarks/ablations.py PHOTOGRAPHS START --out figures/ablations.csv

Each variant is trained from the weights of the LTE `START`, once for each seed, and measured on
the photographs that training never sees. A table that is there already is continued.
"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import measure
import typer

from fcsr import models
from fcsr.analysis import ablation, measuring
from fcsr.analysis.variants import AXES, Variant
from fcsr.frequency import Gaussian
from fcsr.models import FCS


def main(
    photographs: Annotated[str, typer.Argument(help="A folder of photographs, or BSDS400.")],
    start: Annotated[str, typer.Argument(help="An LTE: a name or a checkpoint.")],
    steps: Annotated[int, typer.Option(help="Of each training.")] = 200,
    batch: Annotated[int, typer.Option(help="Crops a step.")] = 4,
    queries: Annotated[int, typer.Option(help="Pixels queried in each crop.")] = 1024,
    seeds: Annotated[int, typer.Option(help="Trainings of each variant.")] = 3,
    workers: Annotated[int, typer.Option(help="Processes, of one thread each.")] = 1,
    out: Annotated[Path, typer.Option(help="A CSV file for the table.")] = Path("ablations.csv"),
) -> None:
    recipe = ablation.short_recipe(photographs, steps, batch=batch, queries=queries)
    lte = (measuring.measure, models.load(start), recipe)
    jobs = {("start", "LTE", start, 0): lte}
    for variant in (Variant("as designed", FCS), *AXES["filter"], *AXES["width"]):
        low_pass = variant.options.get("low_pass", Gaussian())
        place = (ablation.LOW_BAND, variant.model, variant.name, 0)
        jobs[place] = (measuring.low_band, low_pass, recipe)
    # Seed by seed, so that a table that is not finished lacks seeds, not axes.
    for seed in range(seeds):
        seeded = replace(recipe, seed=seed)
        for axis, variant in ablation.plan(AXES):
            place = (axis, variant.model, variant.name, seed)
            jobs[place] = (ablation.run, variant, seeded, start)
    measure.fill(out, ablation.KEY, jobs, workers)


if __name__ == "__main__":
    typer.run(main)
