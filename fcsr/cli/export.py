"""Models for other programs, as a command."""

from pathlib import Path
from typing import Annotated

import typer

from fcsr.cli.options import Decode, model_names
from fcsr.utils.terminal import printable


def export(
    model: Annotated[
        str,
        typer.Argument(
            help="A name that `fcsr models` lists, or a checkpoint.", autocompletion=model_names
        ),
    ],
    target: Annotated[Path, typer.Argument(help="The file to write; it ends in .onnx.")],
    decode: Decode = None,
    distribution: Annotated[
        bool, typer.Option("--distribution", help="Give the distributions themselves, not RGB.")
    ] = False,
    split: Annotated[
        bool,
        typer.Option(
            "--split",
            help="Write two files, of which one encodes an image and the other queries it: "
            "lte.onnx becomes lte.encoder.onnx and lte.query.onnx.",
        ),
    ] = False,
) -> None:
    """Write a model as ONNX, for programs without PyTorch: see docs/export.md."""
    from fcsr import models

    for path in models.export(models.load(model), target, decode, distribution, split):
        typer.echo(printable(f"{path}: {path.stat().st_size / 1e6:.1f} MB"))
