"""What the package does, as commands: train, and models, the list."""

import math
from pathlib import Path
from typing import Annotated

import typer

from fcsr.cli.shell import warning_lines
from fcsr.errors import TrainingError
from fcsr.training.recipe import Recipe
from fcsr.utils.terminal import printable


def train(
    model: Annotated[str, typer.Option(help="lte, cs or fcs.")],
    out: Annotated[Path, typer.Option(help="Where state and weights go; resumed if there.")],
    init: Annotated[
        str | None,
        typer.Option(help="A model whose weights a new training starts from, where they fit."),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Only go on: without a state in --out, stop and say so."),
    ] = False,
    log_with: Annotated[
        list[str],
        # not --log: torchrun would take it for one of its own options, shortened
        typer.Option(
            help="csv, for log.csv in --out, or tensorboard: step, loss, rate and validation at "
            "each checkpoint. May be repeated."
        ),
    ] = [],  # noqa: B006
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
    resumes = (out / state.NAME).exists()
    if resume and not resumes:
        raise TrainingError(f"{out} holds no {state.NAME} to go on from; leave out --resume")
    torch.manual_seed(recipe.seed)
    options = {} if head is None else {"head": head}
    if recipe.lpips_weight and model.lower() != "lte":
        options["decode"] = "mean"
    net = models.make(model, compact=not paper, **options)
    if init is not None and resumes and Processes().is_main_process:
        typer.echo(printable(f"{out} is continued: --init {init} was for its beginning"))
    if init is not None and not resumes:
        copied = models.transfer(models.load(init), net)
        if Processes().is_main_process:
            copies = f"{len(copied)} of {len(net.state_dict())} tensors start from {init}"
            typer.echo(printable(copies))
    with warning_lines():
        done = training.train(net, recipe, out, minutes, log_with=log_with)
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
