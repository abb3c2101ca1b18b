"""What several judges say: LPIPS by two networks, DISTS, SSIM, consistency with LR, the raster.

    python benchmarks/judges.py --data Set5 --data Set14 --scale 4 --scale 3 --out figures

Beside a method that gives up PSNR stands LTE with Gaussian noise at that PSNR (`lte-compact@…`),
and LTE with noise of 2 and 4 levels: a gain that noise has, too, is no gain of the method.
`judges.csv` has the means of images, and `judges_images.csv` the rows that they are of. An
interrupted run goes on from `build/judges`.
"""

from functools import partial
from pathlib import Path
from typing import Annotated

import measure
import pandas as pd
import torch
import typer

import fcsr
from fcsr import decoding
from fcsr.data import benchmark
from fcsr.evaluation.replication.tradeoffs import NOISE
from fcsr.metrics import add_noise, protocol_of
from fcsr.utils.distributed import Processes
from fcsr.utils.files import atomic_write

ROWS = Path("build/judges")
METRICS = ("psnr", "lpips", "lpips_vgg", "dists", "ssim", "lr_psnr", "lattice", "artifacts")
LTE = "lte-compact"
LOGITS = ("cs-compact", "fcs-compact")
MIXTURES = ("cs-mixture-compact", "fcs-mixture-compact")
PERCEPTUAL = ("lte-perceptual", "fcs-perceptual")
DEVIATIONS = (2, 4)  # of noise, in levels
KEY = ["dataset", "scale", "image", "model", "decode"]

ANNEALED = partial(decoding.sharpened_mean, sharpness=2.63)
"""The annealed mean of Zhang et al. (ECCV 2016), of the temperature 0.38."""


def sample() -> decoding.Decode:
    """A third of a sample whose colours share their random number, the same at each call."""
    generator = torch.Generator().manual_seed(0)
    return partial(decoding.partial_sample, strength=0.33, generator=generator, shared=True)


def methods() -> list[str]:
    """As `fcsr evaluate --model` takes them."""
    return [
        LTE,
        *(f"{name}:{decode}" for name in LOGITS for decode in ("mode", "mean")),
        *(f"{name}:{decode}" for name in MIXTURES for decode in ("mode", "mean", "component")),
        *PERCEPTUAL,
        *(f"{LTE}@{target}" for target in (f"{MIXTURES[0]}:component", *PERCEPTUAL)),
    ]


@torch.no_grad()
def noisy(dataset: str, scale: float, number: int, root: Path | None) -> list[dict]:
    """The rows of LTE with noise, of one image."""
    pictures = benchmark(dataset, scale, root)[number][1:]
    lr, hr = map(fcsr.images.to_tensor, pictures)
    clean = fcsr.upscale(lr, size=tuple(hr.shape[-2:]), model=LTE, progress=False)
    protocol = protocol_of(dataset)
    return [
        protocol.measure(add_noise(clean, deviation), hr, lr, scale, METRICS)
        | {"decode": f"{deviation} levels"}
        for deviation in DEVIATIONS
    ]


def main(
    data: Annotated[list[str], typer.Option(help="Set5, Set14, B100, … May be repeated.")],
    scale: Annotated[list[float], typer.Option(help="May be repeated.")] = [4],  # noqa: B006
    root: Annotated[Path | None, typer.Option(help="The folder of the sets.")] = None,
    workers: Annotated[int, typer.Option(help="Processes for noise, of one thread each.")] = 2,
    out: Annotated[Path, typer.Option(help="A folder for the two tables.")] = Path("build"),
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    evaluate = partial(
        fcsr.evaluate, dataset=data, scale=scale, root=root, metrics=METRICS, out=ROWS
    )
    found = [
        evaluate(methods()),
        evaluate(LOGITS[:1], decode=ANNEALED),
        evaluate(MIXTURES[:1], decode=sample()),
    ]
    if not Processes().is_main_process:
        return
    jobs = {
        (dataset, s, item[0], NOISE): (noisy, dataset, s, number, root)
        for dataset in data
        for s in scale
        for number, item in enumerate(benchmark(dataset, s, root))
    }
    measure.fill(ROWS / "noise.csv", KEY[:-1], jobs, workers)
    measures = list(fcsr.metrics.columns(METRICS))
    table = pd.concat(
        [
            *(each.rename(columns={"method": "model"}) for each in found),
            pd.read_csv(ROWS / "noise.csv", dtype={"image": str}),
        ]
    )[[*KEY, *measures]]
    groups = table.groupby(["dataset", "scale", "model", "decode"], sort=False)
    means = groups[measures].mean()
    means.insert(0, "images", groups.size())
    for name, kept in (("judges.csv", means.reset_index()), ("judges_images.csv", table)):
        with atomic_write(out / name) as draft:
            kept.to_csv(draft, index=False, float_format="%.5g")


if __name__ == "__main__":
    typer.run(main)
