"""What can be decoded from CS and FCS, beside LTE and LTE with noise.

    python benchmarks/decodes.py --out figures/decodes.csv
    python benchmarks/decodes.py --compact --out figures/decodes_compact.csv

The compact weights stand beside those that a further training with LPIPS made of them.

PSNR (luma, `scale` pixels shaved), LPIPS ([-1, 1]) and artifacts, means of each set's images. Each
model encodes and queries an image once, for all decodes. A table that is there already is
continued, set by set.
"""

import functools
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Annotated

import pandas as pd
import torch
import typer
from jaxtyping import Float
from torch import Tensor
from tqdm import tqdm

from fcsr import data, decoding, images, metrics, models
from fcsr.analysis.interpolation import blend
from fcsr.evaluation.replication.tradeoffs import NOISE
from fcsr.inference import BICUBIC, render, upscale
from fcsr.metrics import BENCHMARK, add_noise
from fcsr.models import ContinuousModel
from fcsr.utils.files import atomic_write

SCALE = 4
SETS = ("Set5", "Set14", "B100", "Urban100")
DEVIATIONS = (2, 4, 6, 8, 12)  # of noise, in levels
STRENGTHS = (0.5, 0.75, 1.0)
MEASURES = ["psnr", "lpips", "black", "bright"]

Made = tuple[str, str, Tensor]
"""Which model, how it was decoded, and the image."""


def mode_near_mean(logits: Float[Tensor, "*b classes"], radius: float) -> Float[Tensor, "*b"]:
    """The likeliest value within `radius` levels of the mean.

    A spike far from all other probability, as at the end of the range, cannot win.
    """
    levels = torch.arange(logits.shape[-1], device=logits.device)
    far = (levels - decoding.mean(logits).unsqueeze(-1)).abs() > radius
    return decoding.mode(logits.masked_fill(far, -torch.inf))


def decodes() -> dict[str, decoding.Decode]:
    """All ways to decode a distribution, samples from the same random numbers each time."""
    return {
        "mean": decoding.mean,
        "median": decoding.median,
        "mode": decoding.mode,
        **{f"sharpness {t}": partial(decoding.sharpened_mean, sharpness=t) for t in (2.0, 8.0)},
        "smoothed mode 8": partial(decoding.smoothed_mode, width=8.0),
        "mode near mean 8": partial(mode_near_mean, radius=8.0),
        **{
            f"sample {s}": partial(
                decoding.partial_sample, strength=s, generator=torch.Generator().manual_seed(0)
            )
            for s in STRENGTHS
        },
    }


def make(lr: Tensor, size: tuple[int, int], compact: bool) -> Iterator[Made]:
    """All images that are compared."""
    lte, cs, fcs = (load(f"{name}-compact" if compact else name) for name in ("lte", "cs", "fcs"))
    yield BICUBIC, "", upscale(lr, size=size, model=BICUBIC)
    [base] = render(lte, lr, size, [None], progress=False)
    yield "lte", "", base
    for deviation in DEVIATIONS:
        yield NOISE, f"{deviation} levels", add_noise(base, deviation)
    yield from classified("cs", cs, base, lr, size)
    yield from classified("fcs", fcs, base, lr, size)
    if compact:
        yield from tuned("lte", lte, lr, size)
        yield from tuned("fcs", fcs, lr, size)


def classified(
    name: str, model: ContinuousModel, base: Tensor, lr: Tensor, size: tuple[int, int]
) -> Iterator[Made]:
    """A classifier in all decodes, and LTE with as much as its samples differ from its mean."""
    ways = decodes()
    srs = render(model, lr, size, list(ways.values()), progress=False)
    decoded = dict(zip(ways, srs, strict=True))
    yield from ((name, way, sr) for way, sr in decoded.items())
    for strength in STRENGTHS:
        uncertainty = strength * (decoded["sample 1.0"] - decoded["mean"])
        yield f"lte + {name}'s uncertainty", f"{strength}", (base + uncertainty).clamp(0, 1)


def tuned(name: str, model: ContinuousModel, lr: Tensor, size: tuple[int, int]) -> Iterator[Made]:
    """Images by weights between a model's own and those after its further training with LPIPS."""
    decode = None if model.default_decode is None else "mean"
    for share in STRENGTHS:
        [sr] = render(
            blend(model, load(f"{name}-perceptual"), share), lr, size, [decode], progress=False
        )
        yield f"{name}-perceptual", f"{decode or ''} {share}".strip(), sr


load = functools.cache(models.load)


@torch.no_grad()
def measure(name: str, number: int, compact: bool) -> list[dict]:
    """The rows of one image of a set, on one thread."""
    torch.set_num_threads(1)
    lr, hr = map(images.to_tensor, data.benchmark(name, SCALE)[number][1:])
    rows = []
    for model, decode, sr in make(lr, tuple(hr.shape[-2:]), compact):
        black, bright, _ = metrics.artifact_rate(sr, hr)
        values = (BENCHMARK.psnr(sr, hr, SCALE), metrics.lpips(sr, hr), black, bright)
        rows.append({"model": model, "decode": decode} | dict(zip(MEASURES, values, strict=True)))
    return rows


def means(name: str, compact: bool, pool: ProcessPoolExecutor) -> pd.DataFrame:
    """The rows of a set."""
    count = len(data.benchmark(name, SCALE))
    jobs = [pool.submit(measure, name, number, compact) for number in range(count)]
    rows = [row for job in tqdm(jobs, desc=name, unit="image") for row in job.result()]
    table = pd.DataFrame(rows).groupby(["model", "decode"], sort=False)[MEASURES].mean()
    return table.reset_index().assign(dataset=name, scale=SCALE, images=count)


def main(
    compact: Annotated[bool, typer.Option(help="Decode the compact weights.")] = False,
    workers: Annotated[int, typer.Option(help="Processes, of one thread each.")] = 2,
    out: Annotated[Path, typer.Option(help="A CSV file for the table.")] = Path("decodes.csv"),
) -> None:
    columns = ["dataset", "scale", "model", "decode", "images", *MEASURES]
    table = pd.DataFrame(columns=columns)
    if out.exists():
        table = pd.read_csv(out, keep_default_na=False)
        if len(table) and table["model"].str.contains("perceptual").any() != compact:
            raise typer.BadParameter(f"{out} is of the other weights", param_hint="--out")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context) as pool:
        for name in SETS:
            if name in set(table["dataset"]):
                continue
            found = means(name, compact, pool)[columns]
            table = pd.concat([table, found]) if len(table) else found
            with atomic_write(out) as draft:
                table.to_csv(draft, index=False, float_format="%.4f")


if __name__ == "__main__":
    typer.run(main)
