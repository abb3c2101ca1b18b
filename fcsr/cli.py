"""The command line: the same verbs as the package."""

import math
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import torch
import typer

from fcsr import evaluation, inference, models
from fcsr.errors import FcsrError
from fcsr.training import Recipe, loop, state
from fcsr.utils import distributed

app = typer.Typer(
    help="Super-resolution as classification: LTE, CS and FCS.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ENDINGS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]

Decode = Annotated[
    str | None, typer.Option(help="How CS and FCS are read: mode, mean, median, smoothed.")
]


def main() -> None:
    """Run a command; an error that fcsr raises on purpose is a line, not a traceback.

    Ctrl-C, a polite kill and a closed terminal are a line too, after what was half written is gone.
    """
    for number in ENDINGS:
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup has it
            signal.signal(number, lambda number, _: sys.exit(128 + number))
    sys.stdout.reconfigure(errors="backslashreplace")  # names of files may be anything
    try:
        app()
    except FcsrError as error:
        typer.secho(f"fcsr: {error}", fg="red", err=True)
        sys.exit(2)
    except SystemExit as end:
        if end.code in (128 + number for number in (signal.SIGINT, *ENDINGS)):
            typer.secho("fcsr: interrupted", fg="red", err=True)
        raise


@app.command()
def upscale(
    source: Annotated[Path, typer.Argument(help="A photograph.")],
    target: Annotated[Path, typer.Argument(help="Where to write it; the suffix is the format.")],
    scale: Annotated[float | None, typer.Option(help="How many times as large.")] = None,
    size: Annotated[
        tuple[int, int] | None, typer.Option(help="Instead of --scale: height and width.")
    ] = None,
    model: Annotated[str, typer.Option(help="A model's name, a checkpoint, or bicubic.")] = "fcs",
    decode: Decode = None,
    compile: Annotated[
        bool,
        typer.Option("--compile", help="Use torch.compile: a wait, then faster."),
    ] = False,
) -> None:
    """Upscale a photograph; PNG and TIFF of any size are written row by row, in little memory."""
    sizes = inference.upscale_file(source, target, scale, size, model, decode, compile=compile)
    typer.echo(f"{target}: " + " -> ".join(f"{width}x{height}" for height, width in sizes))


@app.command()
def evaluate(
    model: Annotated[
        list[str],
        typer.Option(
            help="A model's name, a checkpoint, or bicubic; cs:mean is CS read by its mean, lte@cs "
            "LTE with noise at CS's PSNR. May be repeated."
        ),
    ],
    data: Annotated[
        list[str],
        typer.Option(help="Set5, Set14, B100, Urban100, DIV2K or a folder. May be repeated."),
    ] = ["Set5"],  # noqa: B006
    scale: Annotated[list[float], typer.Option(help="Above 1. May be repeated.")] = [4],  # noqa: B006
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
    """Measure models on benchmark sets and print the means as Markdown."""
    table = evaluation.evaluate(model, data, scale, decode, root, out=out)
    if distributed.Processes().leads:
        typer.echo(evaluation.to_markdown(evaluation.means(table)), nl=False)


@app.command()
def train(
    model: Annotated[str, typer.Option(help="lte, cs or fcs.")],
    photographs: Annotated[Path, typer.Option(help="A folder of photographs, BSDS400 or DIV2K.")],
    out: Annotated[Path, typer.Option(help="Where state and weights go; resumed if there.")],
    start: Annotated[
        str | None,
        # not --start: torchrun would take it for one of its own options, shortened
        typer.Option("--from", help="A model whose weights to start from, where they fit."),
    ] = None,
    steps: int = Recipe.steps,
    rate: float = Recipe.rate,
    batch: Annotated[int, typer.Option(help="Crops a step, in each process.")] = Recipe.batch,
    queries: Annotated[int, typer.Option(help="Pixels asked for in each crop.")] = Recipe.queries,
    perceptual: Annotated[
        float,
        typer.Option(help="Weight of LPIPS beside the model's loss; distributions by their mean."),
    ] = Recipe.perceptual,
    fidelity: Annotated[
        float, typer.Option(help="What a dB of PSNR is worth, beside LPIPS.")
    ] = Recipe.fidelity,
    precision: Annotated[str, typer.Option(help="no or bf16.")] = Recipe.precision,
    compile: Annotated[bool, typer.Option("--compile", help="Use torch.compile.")] = False,
    seed: int = Recipe.seed,
    every: Annotated[int, typer.Option(help="Steps between checkpoints.")] = Recipe.every,
    paper: Annotated[
        bool, typer.Option("--paper", help="The paper's size instead of the compact one.")
    ] = False,
    minutes: Annotated[
        float, typer.Option(help="Save the state and stop after so long; go on another time.")
    ] = math.inf,
    largest: Annotated[
        int | None,
        typer.Option(help="Bytes that a file of the state may have; no limit if left out."),
    ] = None,
) -> None:
    """Train a model; killed, it goes on from its last checkpoint when started again."""
    recipe = Recipe(
        str(photographs),
        steps,
        batch,
        queries=queries,
        rate=rate,
        perceptual=perceptual,
        fidelity=fidelity,
        precision=precision,
        compile=compile,
        seed=seed,
        every=every,
    )
    torch.manual_seed(seed)
    options = {"decode": "mean"} if perceptual and model.lower() != "lte" else {}
    net = models.make(model, compact=not paper, **options)
    if start is not None and not (out / state.INDEX).exists():
        copied = models.transfer(models.load(start), net)
        if distributed.Processes().leads:
            typer.echo(f"{len(copied)} of {len(net.state_dict())} tensors start from {start}")
    done = loop.train(net, recipe, out, minutes, largest)
    typer.echo(f"{out}/model.safetensors" if done else f"{out}: start again to go on")


@app.command()
def report(
    notebooks: Annotated[Path, typer.Option(help="The folder of the course.")] = Path("notebooks"),
    out: Annotated[Path, typer.Option(help="Where the pages go.")] = Path("build/report"),
    params: Annotated[
        list[Path],
        typer.Option(
            help="A YAML file NAME_variant.yaml with parameters for the notebook NAME. May be "
            "repeated; then these are run, and no others."
        ),
    ] = [],  # noqa: B006
) -> None:
    """Run the course's notebooks, in order, into an HTML report that reads offline."""
    from fcsr.course.report import build

    runs = build.build(_course(notebooks), out, params)
    typer.echo(f"{out}/index.html")
    raise typer.Exit(any(run.error for run in runs))


@app.command()
def lab(
    notebooks: Annotated[Path, typer.Option(help="The folder of the course.")] = Path("notebooks"),
) -> None:
    """Open the course in JupyterLab."""
    command = [sys.executable, "-m", "jupyterlab", str(_course(notebooks))]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # in a container one is nobody else
    raise typer.Exit(subprocess.run(command).returncode)


def _course(folder: Path) -> Path:
    if not any(folder.glob("*.ipynb")):
        raise FcsrError(f"{folder.resolve()} holds no notebooks; give the course's folder")
    return folder
