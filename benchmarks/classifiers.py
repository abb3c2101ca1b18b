"""What trains a classifier of ordered values better: short trainings that differ in one thing.

    python benchmarks/classifiers.py PHOTOGRAPHS START --out figures/classifiers.csv

Each variant trains a compact CS or FCS for the same number of steps on the same batches, from the
weights of the LTE `START` unless its name says otherwise, and is measured on the photographs that
training never sees, at x4, decoded by mode and mean. A table that is there already is
continued.
"""

import math
from pathlib import Path
from typing import Annotated

import measure
import torch.nn.functional as F
import typer

from fcsr import CS, FCS, losses, models
from fcsr.analysis import ablation, measuring
from fcsr.analysis.costs import soft_cross_entropy
from fcsr.analysis.variants import Variant
from fcsr.frequency import Gaussian


class Soft:
    """Cross-entropy with targets that are Gaussians around the true level.

    They are `width` levels wide at first, and narrow down to it within `batches` batches, or never
    if these are infinitely many.
    """

    def __init__(self, *arguments, width: float, batches: float, **options):
        super().__init__(*arguments, **options)
        self.width, self.batches, self.seen = width, batches, 0

    def targets(self, hr):
        self.seen += 1  # called once a batch
        return super().targets(hr)

    def cross_entropy(self, logits, levels):
        width = self.width * (1 - self.seen / self.batches)
        if width <= 0:
            return losses.cross_entropy(logits, levels)
        return soft_cross_entropy(logits, levels, width)


class SoftCS(Soft, CS):
    def loss(self, outputs, levels):
        return self.cross_entropy(outputs, levels)


class SoftFCS(Soft, FCS):
    def loss(self, outputs, low, levels):
        squares = F.mse_loss(outputs.low, low)
        return self.cross_entropy(outputs.high, levels) + self.weight * squares


def variants(steps: int) -> list[Variant]:
    soft = {"width": 4.0, "batches": steps // 2}
    return [
        *(
            variant
            for kind, soft_kind in ((CS, SoftCS), (FCS, SoftFCS))
            for variant in (
                Variant("as it is", kind),
                Variant("no average of the weights", kind, recipe={"ema_decay": 0.0}),
                Variant("no prior", kind, {"prior": False}),
                Variant("fresh weights, not LTE's", kind, warm=False),
                Variant("rate 2e-3", kind, recipe={"lr": 2e-3}),
                Variant("soft targets, 4 levels", soft_kind, soft),
                Variant("soft targets to the end", soft_kind, soft | {"batches": math.inf}),
            )
        ),
        Variant("weight 300", FCS, {"weight": 300.0}),
        Variant("weight 30000", FCS, {"weight": 30_000.0}),
        Variant("sigma 1", FCS, {"low_pass": Gaussian(1.0)}),
        Variant("sigma 2.5", FCS, {"low_pass": Gaussian(2.5)}),
        Variant("an estimator each", FCS, {"shared": False}),
    ]


def main(
    photographs: Annotated[str, typer.Argument(help="A folder of photographs, or BSDS400.")],
    start: Annotated[str, typer.Argument(help="An LTE: a name or a checkpoint.")],
    steps: Annotated[int, typer.Option(help="Of each training.")] = 300,
    workers: Annotated[int, typer.Option(help="Processes, of one thread each.")] = 2,
    out: Annotated[Path, typer.Option(help="A CSV file for the table.")] = Path("classifiers.csv"),
) -> None:
    recipe = ablation.short_recipe(photographs, steps, lr=6e-4)
    jobs = {("LTE", "start"): (measuring.measure, models.load(start), recipe)}
    for variant in variants(steps):
        jobs[variant.model, variant.name] = (ablation.run, variant, recipe, start)
    measure.fill(out, ["model", "variant"], jobs, workers)


if __name__ == "__main__":
    typer.run(main)
