"""What several judges say: LPIPS by two networks, DISTS, SSIM, consistency with LR, the raster.

    python benchmarks/judges.py --data Set5 --out figures

Beside a method that gives up PSNR stands LTE with Gaussian noise at that PSNR (`lte-compact@…`): a
gain that noise has, too, is no gain of the method. `judges.csv` has the means of images, and
`judges_images.csv` the rows that they are of. An interrupted run goes on from `build/judges`.
"""

from pathlib import Path
from typing import Annotated

import typer

import fcsr
from fcsr.utils.distributed import Processes
from fcsr.utils.files import atomic_write

ROWS = Path("build/judges")
METRICS = ("psnr", "lpips", "lpips_vgg", "dists", "ssim", "lr_psnr", "lattice", "artifacts")
LTE = "lte-compact"
MIXTURE = "cs-mixture-compact"
READINGS = ("mode", "mean", "component")
PERCEPTUAL = ("lte-perceptual", "fcs-perceptual")


def methods() -> list[str]:
    """As `fcsr evaluate --model` takes them."""
    read = [f"{MIXTURE}:{decode}" for decode in READINGS]
    return [LTE, *read, *PERCEPTUAL, *(f"{LTE}@{target}" for target in PERCEPTUAL)]


def main(
    data: Annotated[list[str], typer.Option(help="Set5, Set14, B100, … May be repeated.")],
    scale: Annotated[list[float], typer.Option(help="May be repeated.")] = [4],  # noqa: B006
    root: Annotated[Path | None, typer.Option(help="The folder of the sets.")] = None,
    out: Annotated[Path, typer.Option(help="A folder for the two tables.")] = Path("build"),
) -> None:
    table = fcsr.evaluate(methods(), data, scale, root=root, metrics=METRICS, out=ROWS)
    if not Processes().is_main_process:
        return
    table = table.rename(columns={"method": "model"})
    names, measures = ["dataset", "scale", "model", "decode"], list(fcsr.metrics.columns(METRICS))
    groups = table.groupby(names, sort=False)
    means = groups[measures].mean()
    means.insert(0, "images", groups.size())
    rows = table[[*names[:2], "image", *names[2:], *measures]]
    for name, kept in (("judges.csv", means.reset_index()), ("judges_images.csv", rows)):
        with atomic_write(out / name) as draft:
            kept.to_csv(draft, index=False, float_format="%.5g")


if __name__ == "__main__":
    typer.run(main)
