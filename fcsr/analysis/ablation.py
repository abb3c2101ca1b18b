"""What each part of the design gains: short trainings that differ from it in one thing.

All start from the weights of one LTE, those of one seed see the same crops, and all are measured
on photographs that training never sees (`fcsr.analysis.measuring`). What is trained is listed in
`fcsr.analysis.variants`; `fcsr.analysis.paired_tests` compares the rows.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import torch

from fcsr import models
from fcsr.analysis.measuring import measure
from fcsr.analysis.variants import AXES, DESIGN, DESIGNS, Variant
from fcsr.errors import FcsrError
from fcsr.training import Recipe, loop
from fcsr.utils.progress import tqdm

if TYPE_CHECKING:
    import pandas

KEY = ["axis", "model", "variant", "seed"]
"""The columns that name a training."""

LOW_BAND = "low band"
"""The axis, in tables, of the measures of `measuring.low_band`."""


def short_recipe(photographs: str, steps: int, **settings) -> Recipe:
    """For trainings of a few hundred steps: a high learning rate, and a short moving average.

    Args:
        photographs: the folder or set that the recipe trains on.
        steps: how many; there is one validation, at the end.
        settings: other values for fields of `Recipe`.

    Example:
        >>> from fcsr.analysis import ablation
        >>> recipe = ablation.short_recipe("BSDS400", steps=200)
        >>> recipe.lr, recipe.warmup, recipe.eval_every
        (0.002, 10, 200)
    """
    short = {"lr": 2e-3, "warmup": steps // 20, "ema_decay": 0.98, "eval_every": steps}
    return Recipe(photographs, steps, **({"mixed_precision": "bf16"} | short | settings))


def plan(axes: Iterable[str]) -> list[tuple[str, Variant]]:
    """What is to be trained for these axes: the designs that they change, then their variants.

    Raises FcsrError for an unknown axis.

    Example:
        >>> from fcsr.analysis import ablation
        >>> for axis, variant in ablation.plan(["low_loss"]):
        ...     print(f"{axis}: {variant.model}, {variant.name}")
        design: FCS, as designed
        low_loss: FCS, L1
    """
    axes = list(axes)
    for axis in axes:
        if axis not in AXES:
            raise FcsrError(f'there is no axis "{axis}"; choose from {", ".join(AXES)}')
    changed = [(axis, variant) for axis in axes for variant in AXES[axis]]
    models = {variant.model for _, variant in changed}
    return [*((DESIGN, design) for design in DESIGNS if design.model in models), *changed]


def study(axis: str, recipe: Recipe, start: str | Path, seeds: int) -> "pandas.DataFrame":
    """Train and measure the variants of an axis, and what they differ from, for some seeds.

    Args:
        axis: one of `AXES`.
        recipe: for all of them; the photographs that it holds out are what is measured on.
        start: the LTE whose weights they begin with, a name or a checkpoint.
        seeds: how many: of the new heads, and of the crops, which all variants share.

    Returns:
        A pandas DataFrame with the columns of `KEY`, decode, and `measuring.MEASURES`: means of the
        photographs. The axis of the models as designed is `DESIGN`.

    Example:
        >>> import tempfile
        >>> import fcsr
        >>> from fcsr.analysis import ablation
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("chelsea", "coffee"):
        ...         crop = fcsr.images.sample(name).crop((200, 100, 264, 164))
        ...         fcsr.images.save(crop, f"{folder}/{name}.png")
        ...     small = {"batch": 1, "lr_size": 16, "queries": 64, "val_images": 1}
        ...     recipe = ablation.short_recipe(folder, steps=1, **small)
        ...     table = ablation.study("low_loss", recipe, "lte-compact", seeds=1)
        >>> table[["axis", "decode"]].values.tolist()
        [['design', 'mode'], ['design', 'mean'], ['low_loss', 'mode'], ['low_loss', 'mean']]
    """
    import pandas as pd

    jobs = [(seed, *job) for seed in range(seeds) for job in plan([axis])]
    rows = []
    for seed, axis, variant in tqdm(jobs, desc="trainings"):
        about = dict(zip(KEY, (axis, variant.model, variant.name, seed), strict=True))
        rows += [about | row for row in run(variant, replace(recipe, seed=seed), start)]
    return pd.DataFrame(rows)


def run(variant: Variant, recipe: Recipe, start: str | Path) -> list[dict]:
    """Train a variant from the weights of an LTE, and measure it: a row for each decode.

    Example:
        >>> import tempfile
        >>> import fcsr
        >>> from fcsr.analysis import ablation
        >>> from fcsr.analysis.variants import Variant
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("chelsea", "coffee"):
        ...         crop = fcsr.images.sample(name).crop((200, 100, 264, 164))
        ...         fcsr.images.save(crop, f"{folder}/{name}.png")
        ...     small = {"batch": 1, "lr_size": 16, "queries": 64, "val_images": 1}
        ...     recipe = ablation.short_recipe(folder, steps=1, **small)
        ...     rows = ablation.run(Variant("mine", fcsr.CS), recipe, start="lte-compact")
        >>> [row["decode"] for row in rows]
        ['mode', 'mean']
    """
    torch.manual_seed(recipe.seed)  # of the weights that are new
    model = variant.kind.compact(**variant.options)
    if variant.warm:
        models.transfer(models.load(start), model)
    with TemporaryDirectory() as out:
        loop.train(model, replace(recipe, **variant.recipe), out, progress=False)
    return measure(model, recipe)
