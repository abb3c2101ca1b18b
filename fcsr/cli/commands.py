"""What the package does, as commands: upscale, evaluate, train, and models, the list."""

import math
from pathlib import Path
from typing import Annotated

import typer

from fcsr.cli.shell import warning_lines
from fcsr.errors import EvaluationError
from fcsr.training.recipe import Recipe
from fcsr.utils.terminal import printable


def _model_names(incomplete: str) -> list[str]:
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


def upscale(
    source: Annotated[Path, typer.Argument(help="A photograph.")],
    target: Annotated[Path, typer.Argument(help="Where to write it; the suffix is the format.")],
    scale: Annotated[
        float | None,
        typer.Option(help="How many times as high and wide: above 0, e.g. 3.7."),
    ] = None,
    size: Annotated[
        tuple[int, int] | None,
        typer.Option(metavar="HEIGHT WIDTH", help="The result's, in pixels, instead of --scale."),
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            help="A name that `fcsr models` lists, a checkpoint such as out/model.safetensors, "
            "or bicubic.",
            autocompletion=_model_names,
        ),
    ] = "fcs",
    decode: Decode = None,
    compile: Annotated[
        bool | None,
        typer.Option(
            help="Use torch.compile: a wait of 10 to 20 s, then faster. By default for results of "
            "16 megapixels and more on a CPU with a C++ compiler.",
            show_default=False,
        ),
    ] = None,
    precision: Annotated[
        str,
        typer.Option(
            help="float32, whose result hardly depends on the machine; bfloat16; or auto, which "
            "is bfloat16 where the processor or GPU multiplies it in hardware."
        ),
    ] = "auto",
) -> None:
    """Upscale a photograph; PNG and TIFF of any size are written row by row, in little memory."""
    import torch

    from fcsr.inference import BICUBIC, upscale_file
    from fcsr.models import resolve_precision
    from fcsr.utils.device import default_device

    dtype = resolve_precision(precision, default_device())
    exact = model == BICUBIC or dtype == torch.float32
    with warning_lines():
        sizes = upscale_file(
            source,
            target,
            scale,
            size,
            model,
            decode,
            compile=compile,
            precision="float32" if exact else "bfloat16",
        )
    steps = " -> ".join(f"{width}x{height}" for height, width in sizes)
    how = "" if exact else ", in bfloat16 (--precision float32 is exact)"
    typer.echo(printable(f"{target}: {steps}{how}"))


def evaluate(
    model: Annotated[
        list[str],
        typer.Option(
            help="A name that `fcsr models` lists, a checkpoint, or bicubic; cs:mean is CS decoded "
            "by its mean, lte@cs LTE with noise at CS's PSNR. May be repeated.",
            autocompletion=_model_names,
        ),
    ],
    data: Annotated[
        list[str],
        typer.Option(help="Set5, Set14, B100, Urban100, DIV2K or a folder. May be repeated."),
    ] = ["Set5"],  # noqa: B006
    scale: Annotated[
        list[float],
        typer.Option(help="How many times as high and wide, above 1. May be repeated."),
    ] = [4],  # noqa: B006
    metric: Annotated[
        list[str],
        typer.Option(
            help="psnr, ssim, lpips, lpips_01, lpips_255, lpips_vgg, dists, lr_psnr, lattice or "
            "artifacts. May be repeated; by default psnr, lpips, lpips_01, lpips_255 and "
            "artifacts, or what of these and ssim needs no LPIPS, where that is not installed."
        ),
    ] = [],  # noqa: B006
    base: Annotated[
        str | None,
        typer.Option(
            help="One of the models: also print how the others differ from it, and how surely."
        ),
    ] = None,
    decode: Decode = None,
    root: Annotated[
        Path | None,
        typer.Option(help="The folder of the sets, else $FCSR_DATA, else downloaded."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="A folder for the table of all images and its means; resumed if there."),
    ] = None,
) -> None:
    """Measure models on benchmark sets and print the means as Markdown.

    Images that cannot be measured are named at the end, and the exit code is then 1.
    """
    from fcsr import evaluation
    from fcsr.utils.distributed import Processes

    failure = None
    with warning_lines():
        try:
            table = evaluation.evaluate(
                model, data, scale, decode, root, out=out, metrics=metric or None, base=base
            )
        except EvaluationError as error:
            table, failure = error.table, error
    if Processes().is_main_process and len(table):
        comparison = None if base is None else evaluation.compare(table, base)
        text = evaluation.to_markdown(evaluation.means(table), comparison)
        typer.echo("\n".join(map(printable, text.split("\n"))), nl=False)
    if failure:
        if Processes().is_main_process:
            lines = map(printable, f"fcsr: {failure}".splitlines())
            typer.secho("\n".join(lines), fg="red", err=True)
        raise typer.Exit(1)


def train(
    model: Annotated[str, typer.Option(help="lte, cs or fcs.")],
    out: Annotated[Path, typer.Option(help="Where state and weights go; resumed if there.")],
    start: Annotated[
        str | None,
        # not --start: torchrun would take it for one of its own options, shortened
        typer.Option("--from", help="A model whose weights to start from, where they fit."),
    ] = None,
    paper: Annotated[
        bool, typer.Option("--paper", help="The paper's size instead of the compact one.")
    ] = False,
    head: Annotated[
        str | None,
        typer.Option(
            help="Of CS and FCS: logits, one for each level as in the paper (the default), or "
            "mixture, of logistic distributions."
        ),
    ] = None,
    minutes: Annotated[
        float,
        typer.Option(
            help="Stop after this many minutes, with the state saved; the same command continues."
        ),
    ] = math.inf,
    **settings,
) -> None:
    """Train a model; after an interruption the same command continues from the last checkpoint.

    With more --steps it goes on, too, the learning rate along a cosine over the new number.
    """
    import torch

    from fcsr import models, training
    from fcsr.training import state
    from fcsr.utils.distributed import Processes

    recipe = Recipe(**settings)
    torch.manual_seed(recipe.seed)
    options = {} if head is None else {"head": head}
    if recipe.lpips_weight and model.lower() != "lte":
        options["decode"] = "mean"
    net = models.make(model, compact=not paper, **options)
    resumes = (out / state.NAME).exists()
    if start is not None and resumes and Processes().is_main_process:
        typer.echo(printable(f"{out} is continued: --from {start} was for its beginning"))
    if start is not None and not resumes:
        copied = models.transfer(models.load(start), net)
        if Processes().is_main_process:
            copies = f"{len(copied)} of {len(net.state_dict())} tensors start from {start}"
            typer.echo(printable(copies))
    with warning_lines():
        done = training.train(net, recipe, out, minutes)
    end = "/model.safetensors" if done else ": start again to continue"
    typer.echo(printable(f"{out}{end}"))


def models() -> None:
    """List the weights that come with fcsr: what they are for, their size, and Set5 at x4."""
    from fcsr.models import available

    typer.echo(f"{'name':16}{'weights':>10}{'MB':>6}{'PSNR dB':>9}{'LPIPS':>8}  for")
    for name, card in available().items():
        typer.echo(
            f"{name:16}{card.parameters:10,}{card.megabytes:6.1f}{card.psnr:9.2f}{card.lpips:8.4f}"
            f"  {card.purpose}"
        )
    typer.echo(
        "\nOn Set5 at x4, each decoded as it is by default (CS and FCS by their mode, "
        "those trained with LPIPS\nby their mean): PSNR of the luma, 4 border pixels shaved; "
        "LPIPS of AlexNet v0.1, images in [-1, 1]."
    )
