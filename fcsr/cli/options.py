"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer


def model_names(incomplete: str) -> list[str]:
    """For the shell's completion."""
    weights = Path(__file__).parents[1] / "weights"
    names = ["bicubic", *sorted(path.stem for path in weights.glob("*.safetensors"))]
    return [name for name in names if name.startswith(incomplete)]


Decode = Annotated[
    str | None,
    typer.Option(
        help="How CS and FCS decode distributions: mode, mean, median, smoothed or, of mixtures "
        "alone, component."
    ),
]

Metric = Annotated[
    list[str],
    typer.Option(
        help="psnr, ssim, lpips, lpips_01, lpips_255, lpips_vgg, dists, lr_psnr, lattice or "
        "artifacts. May be repeated; by default psnr, lpips, lpips_01, lpips_255 and "
        "artifacts, or what of these and ssim needs no LPIPS, where that is not installed."
    ),
]

Root = Annotated[
    Path | None,
    typer.Option(help="The folder of the sets, else $FCSR_DATA, else downloaded."),
]

Device = Annotated[
    str | None,
    typer.Option(
        help="Where models run: cpu, cuda, cuda:1 or mps; by default on a GPU, if there is one.",
        show_default=False,
    ),
]
