"""CS as the paper's may have been trained: from random weights, without a prior, at length.

    python benchmarks/from_scratch.py PHOTOGRAPHS --out figures/from_scratch.csv

In short trainings CS loses much without the prior, and some without LTE's weights
(`figures/classifiers.csv`). Here both are left out, and the training is longer than that of
`cs-compact`, whose recipe it has otherwise. Both weights are measured on Set5 and Set14 at x4, and
by their loss on the photographs that training never sees. An interrupted training goes on from
`--state`.
"""

from pathlib import Path
from typing import Annotated

import torch
import typer

import fcsr
from fcsr import CS, Recipe, models
from fcsr.utils.files import atomic_write

SHIPPED = "cs-compact"
MEASURES = ["psnr", "lpips", "black", "bright"]


def main(
    photographs: Annotated[str, typer.Argument(help="A folder of photographs, or BSDS400.")],
    steps: Annotated[int, typer.Option(help="Of the training.")] = 8000,
    root: Annotated[Path | None, typer.Option(help="The folder of the sets.")] = None,
    state: Annotated[Path, typer.Option(help="A folder.")] = Path("build/from_scratch"),
    out: Annotated[Path, typer.Option(help="A CSV file.")] = Path("from_scratch.csv"),
) -> None:
    recipe = Recipe(photographs, steps, lr=2e-3, mixed_precision="bf16")
    torch.manual_seed(recipe.seed)
    fcsr.train(CS.compact(prior=False), recipe, state)
    weights = {SHIPPED: SHIPPED, str(state / "model.safetensors"): f"{steps} steps from scratch"}
    nats = {name: models.describe(name)["history"][-1]["val_loss"] for name in weights}

    methods = [f"{name}:{decode}" for name in weights for decode in ("mode", "mean")]
    rows = fcsr.evaluate(methods, ["Set5", "Set14"], 4, root=root)
    groups = rows.groupby(["dataset", "scale", "method", "decode"], sort=False)
    table = groups[MEASURES].mean().reset_index()
    table["nats"] = table["method"].map(nats)
    with atomic_write(out) as draft:
        table.replace({"method": weights}).to_csv(draft, index=False, float_format="%.4f")


if __name__ == "__main__":
    typer.run(main)
