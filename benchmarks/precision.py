"""What bfloat16 and int8 save and change, with the compact weights.

    python benchmarks/precision.py --out figures/precision.csv --page docs/performance.md

Set5 at x4 in float32, in bfloat16, and on a CPU with its linear layers quantised to int8, in turns,
twice; the faster counts. `db` is the PSNR of an image against float32's, in all three
colours and not rounded to levels; `psnr` is against the truth, by the protocol of `fcsr evaluate`.
All are means over the images, `seconds` those of all decodes of an image together.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import pandas as pd
import torch
import torch.nn.functional as F
import typer
from measure import report, seconds
from torch import Tensor
from torch.ao.quantization import per_channel_dynamic_qconfig, quantize_dynamic

from fcsr import data, images, models
from fcsr.inference import render
from fcsr.metrics import BENCHMARK
from fcsr.models import ContinuousModel
from fcsr.utils.device import default_device

SCALE = 4
DECODES = {
    "lte": [None],
    "cs": ["mode", "smoothed", "mean"],
    "fcs": ["mode", "mean"],
    "cs-mixture": ["mode", "component", "mean"],
}
KEYS = ["model", "decode", "precision"]


def measure(name: str) -> Iterator[dict]:
    """A row for each image, precision and decode, each twice."""
    decodes, variants = DECODES[name], in_each_precision(name)
    for image, *pair in data.benchmark("Set5", SCALE):
        lr, hr = (images.to_tensor(part).to(default_device()) for part in pair)
        exact = []
        for precision, model in 2 * list(variants.items()):
            srs, spent = timed(partial(render, model, lr, tuple(hr.shape[-2:]), decodes))
            exact = exact or srs
            for decode, sr, same in zip(decodes, srs, exact, strict=True):
                yield {
                    **dict(zip(KEYS, (name, decode or "RGB", precision), strict=True)),
                    "image": image,
                    "seconds": spent,
                    "db": -10 * F.mse_loss(sr, same).log10().item(),
                    "psnr": BENCHMARK.psnr(sr, hr, SCALE),
                }


def in_each_precision(name: str) -> dict[str, ContinuousModel]:
    """The model for each precision."""
    model = models.load(f"{name}-compact", default_device())
    found = {"float32": model, "bfloat16": model.in_precision("bfloat16")}
    if default_device().type == "cpu":
        found["int8"] = quantize_dynamic(model, {torch.nn.Linear: per_channel_dynamic_qconfig})
    return found


def timed(make: Callable[[], list[Tensor]]) -> tuple[list[Tensor], float]:
    """What is made, and the seconds that it took."""
    made: list[Tensor] = []
    spent = seconds(lambda: made.extend(make()))
    return made, spent


def main(
    out: Annotated[Path | None, typer.Option(help="A CSV file for the table.")] = None,
    page: Annotated[Path | None, typer.Option(help="A page for it, beside --out.")] = None,
) -> None:
    rows = pd.DataFrame([row for name in DECODES for row in measure(name)])
    least = rows.groupby([*KEYS, "image"], sort=False).min()
    report(least.groupby(KEYS, sort=False).mean().reset_index(), out, page)


if __name__ == "__main__":
    typer.run(main)
