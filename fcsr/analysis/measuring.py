"""Models, and ideal low bands, measured on the photographs that a recipe holds out."""

from collections.abc import Callable

from jaxtyping import Float
from torch import Tensor

from fcsr import data, images, metrics
from fcsr.data.layouts import Files
from fcsr.frequency import LowPass
from fcsr.inference import render
from fcsr.metrics import BENCHMARK
from fcsr.models import ContinuousModel
from fcsr.training import Recipe

_Image = Float[Tensor, "1 3 _ _"]

SCALE = 4
"""The scale at which models are measured."""

DECODES = ("mode", "mean")
"""How distributions are decoded."""

MEASURES = ["psnr", "lpips", "black", "bright"]
"""What is measured: dB, LPIPS of images in [-1, 1], artifacts per 1000 pixels."""


def measure(model: ContinuousModel, recipe: Recipe) -> list[dict]:
    """Means over the photographs that a recipe holds out, at x4: a row for each decode.

    Example:
        >>> import tempfile
        >>> import fcsr
        >>> from fcsr.analysis import ablation, measuring
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("chelsea", "coffee"):
        ...         crop = fcsr.images.sample(name).crop((200, 100, 264, 164))
        ...         fcsr.images.save(crop, f"{folder}/{name}.png")
        ...     recipe = ablation.short_recipe(folder, steps=1, val_images=1)
        ...     mode, mean = measuring.measure(fcsr.load("cs-compact"), recipe)
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
        >>> from fcsr.analysis import ablation, measuring
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("chelsea", "coffee"):
        ...         crop = fcsr.images.sample(name).crop((200, 100, 264, 164))
        ...         fcsr.images.save(crop, f"{folder}/{name}.png")
        ...     recipe = ablation.short_recipe(folder, steps=1, val_images=1)
        ...     filters = map(fcsr.frequency.Gaussian, (0.75, 1.5))
        ...     [narrow], [wide] = (measuring.low_band(f, recipe) for f in filters)
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
