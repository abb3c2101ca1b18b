"""What each part of the design gains: short trainings that differ from it in one thing.

All start from the weights of one LTE, those of one seed see the same crops, and all are measured
on photographs that training never sees. What is trained is listed in `fcsr.analysis.variants`.

An effect is tested by a paired t-test over the seeds (Student, 1908), and the p-values are
corrected for their number (Holm, 1979). With three seeds no test of ranks can give less than 0.25.
The t-test assumes that the differences of the pairs are normally distributed, which three values
cannot show. Holm's correction assumes nothing: the pairs of a seed share their design, so the
effects depend on one another. A seed is what is drawn, so the tests say nothing about other
photographs or longer trainings.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from fcsr import data, images, metrics, models
from fcsr.analysis.variants import AXES, DESIGN, DESIGNS, Variant
from fcsr.data.layouts import Files
from fcsr.errors import FcsrError
from fcsr.evaluation.uncertainty import holm
from fcsr.frequency import LowPass
from fcsr.inference import render
from fcsr.metrics import BENCHMARK
from fcsr.models import ContinuousModel
from fcsr.training import Recipe, loop
from fcsr.utils.progress import tqdm

if TYPE_CHECKING:
    import pandas

_Image = Float[Tensor, "1 3 _ _"]

SCALE = 4
"""The scale at which models are measured."""

DECODES = ("mode", "mean")
"""How distributions are decoded."""

MEASURES = ["psnr", "lpips", "black", "bright"]
"""What is measured: dB, LPIPS of images in [-1, 1], artifacts per 1000 pixels."""

TESTED = ["psnr", "lpips"]
"""The measures whose effects are tested. Counts of artifacts are mostly near 0, far from normal."""

LOW_BAND = "low band"
"""The axis, in tables, of the measures of `low_band`."""

KEY = ["axis", "model", "variant", "seed"]
"""The columns that name a training."""


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
        A pandas DataFrame with the columns of `KEY`, decode, and `MEASURES`: means of the
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


def measure(model: ContinuousModel, recipe: Recipe) -> list[dict]:
    """Means over the photographs that a recipe holds out, at x4: a row for each decode.

    Example:
        >>> import tempfile
        >>> import fcsr
        >>> from fcsr.analysis import ablation
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("chelsea", "coffee"):
        ...         crop = fcsr.images.sample(name).crop((200, 100, 264, 164))
        ...         fcsr.images.save(crop, f"{folder}/{name}.png")
        ...     recipe = ablation.short_recipe(folder, steps=1, val_images=1)
        ...     mode, mean = ablation.measure(fcsr.load("cs-compact"), recipe)
        >>> mode["psnr"] < mean["psnr"]
        True
    """
    decodes = (None,) if model.default_decode is None else DECODES
    device = next(model.parameters()).device

    def draw(lr: _Image, hr: _Image) -> list[_Image]:
        height, width = hr.shape[-2:]
        return render(model, lr.to(device), (height, width), decodes, progress=False)

    return _means(decodes, draw, recipe)


def low_band(low_pass: LowPass, recipe: Recipe) -> list[dict]:
    """The same of `f(HR)`: of an FCS whose low band is perfect, and whose high band adds nothing.

    Example:
        >>> import tempfile
        >>> import fcsr
        >>> from fcsr.analysis import ablation
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("chelsea", "coffee"):
        ...         crop = fcsr.images.sample(name).crop((200, 100, 264, 164))
        ...         fcsr.images.save(crop, f"{folder}/{name}.png")
        ...     recipe = ablation.short_recipe(folder, steps=1, val_images=1)
        ...     filters = map(fcsr.frequency.Gaussian, (0.75, 1.5))
        ...     [narrow], [wide] = (ablation.low_band(f, recipe) for f in filters)
        >>> narrow["psnr"] > wide["psnr"]
        True
    """
    return _means((None,), lambda lr, hr: [low_pass(hr).clamp(0, 1)], recipe)


def _means(
    decodes: tuple[str | None, ...], draw: Callable[[_Image, _Image], list[_Image]], recipe: Recipe
) -> list[dict]:
    """What `draw` makes of LR and HR, for each decode one SR, measured."""
    import pandas as pd

    rows = []
    held_out = data.photographs(recipe.photographs)[-recipe.val_images :]
    for _, *pair in data.Benchmark(SCALE, [Files(path.stem, path) for path in held_out]):
        lr, hr = (images.to_tensor(picture) for picture in pair)
        for decode, sr in zip(decodes, draw(lr, hr), strict=True):
            hr = hr.to(sr.device)
            black, bright, _ = metrics.artifact_rate(sr, hr)
            values = (BENCHMARK.psnr(sr, hr, SCALE), metrics.lpips(sr, hr), black, bright)
            rows.append({"decode": decode or "", **dict(zip(MEASURES, values, strict=True))})
    means = pd.DataFrame(rows).groupby("decode", sort=False).mean()
    return means.reset_index().to_dict("records")


def effects(table: "pandas.DataFrame") -> "pandas.DataFrame":
    """What each variant changes: its measures less those of the design with the same seed.

    Args:
        table: what `study` gave, of one or several axes.

    Returns:
        A DataFrame, a row for each axis, model, variant and decode. Columns: of each of
        `MEASURES` the mean and the std (standard deviation) over the seeds; of those of `TESTED`
        also p, of the paired t-test (two-sided), and p_holm, corrected for all p of the result.
        Both are NaN where there is one seed. A p_holm above 0.05 does not show that there is no
        effect: with three seeds and a hundred p, the smallest has to belong to a mean of over 25
        standard deviations.

    Example:
        >>> import pandas as pd
        >>> from fcsr.analysis import ablation
        >>> names = {"design": "as designed", "prior": "no prior"}
        >>> psnr = {"design": [30.0, 31.0], "prior": [29.5, 30.4]}
        >>> other = {"model": "CS", "decode": "mode", "lpips": 0.5, "black": 0, "bright": 0}
        >>> rows = [
        ...     {"axis": axis, "variant": name, "seed": seed, "psnr": psnr[axis][seed]} | other
        ...     for axis, name in names.items()
        ...     for seed in (0, 1)
        ... ]
        >>> [effect] = ablation.effects(pd.DataFrame(rows))["psnr"].to_dict("records")
        >>> {name: round(value, 3) for name, value in effect.items()}
        {'mean': -0.55, 'std': 0.071, 'p': 0.058, 'p_holm': 0.115}
    """
    import pandas as pd

    alike, own = ["model", "seed", "decode"], ["axis", "model", "variant", "decode"]
    design = table[table["axis"] == DESIGN][[*alike, *MEASURES]]
    changed = table[table["axis"].isin(AXES)].merge(design, on=alike, suffixes=("", " designed"))
    for measure in MEASURES:
        changed[measure] -= changed[f"{measure} designed"]
    groups = changed.groupby(own, sort=False)
    found = {measure: groups[measure].agg(["mean", "std"]) for measure in MEASURES}
    for measure in TESTED:
        found[measure]["p"] = _paired_t(found[measure], groups.size())
    corrected = holm(pd.concat([found[measure]["p"] for measure in TESTED]).tolist())
    for measure, p_values in zip(TESTED, np.split(np.array(corrected), len(TESTED)), strict=True):
        found[measure]["p_holm"] = p_values
    return pd.concat(found, axis=1)


def _paired_t(differences: "pandas.DataFrame", seeds: "pandas.Series") -> np.ndarray:
    """Two-sided p-values of Student's t-test (1908) of means of differences, one a seed."""
    from scipy import stats

    least = np.finfo(float).tiny  # so that no difference in any pair gives t = 0, not NaN
    t = differences["mean"] / (differences["std"] / seeds**0.5).clip(lower=least)
    return 2 * stats.t.sf(t.abs(), seeds - 1)
