"""What measures, as commands: evaluate models on sets, or score images that are there."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fcsr.cli.options import Decode, Device, Metric, Root, model_names
from fcsr.cli.shell import error_lines, warning_lines
from fcsr.errors import EvaluationError
from fcsr.utils.terminal import printable

if TYPE_CHECKING:
    import pandas


def evaluate(
    model: Annotated[
        list[str],
        typer.Option(
            help="A name that `fcsr models` lists, a checkpoint, or bicubic; cs:mean is CS decoded "
            "by its mean, lte@cs LTE with noise at CS's PSNR. May be repeated.",
            autocompletion=model_names,
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
    metric: Metric = [],  # noqa: B006
    base: Annotated[
        str | None,
        typer.Option(
            help="One of the models: also print how the others differ from it, and how surely."
        ),
    ] = None,
    decode: Decode = None,
    root: Root = None,
    out: Annotated[
        Path | None,
        typer.Option(help="A folder for the table of all images and its means; resumed if there."),
    ] = None,
    device: Device = None,
    shard: Annotated[
        str | None,
        typer.Option(
            help="Measure a part of the images, as a job of an array: 3/16 is the third of 16. "
            "Shards share --out; then the same command without --shard measures what they have "
            "not, and prints the means."
        ),
    ] = None,
) -> None:
    """Measure models on benchmark sets and print the means as Markdown.

    Images that cannot be measured are named at the end, and the exit code is then 1.
    """
    from fcsr import evaluation

    _print(
        lambda: evaluation.evaluate(
            model,
            data,
            scale,
            decode,
            root,
            out=out,
            metrics=metric or None,
            base=base,
            device=device,
            shard=shard,
        ),
        base,
        device,
        f"rows of shard {shard} are in {out}" if shard else None,
    )


def score(
    results: Annotated[Path, typer.Argument(help="A folder of super-resolved images, or one.")],
    originals: Annotated[
        str, typer.Argument(help="A folder of their originals, one image, or a set's name.")
    ],
    scale: Annotated[
        float,
        typer.Option(help="How many times higher and wider the results are than their LR images."),
    ],
    metric: Metric = [],  # noqa: B006
    root: Root = None,
    out: Annotated[
        Path | None, typer.Option(help="A CSV file for what was measured of each image.")
    ] = None,
) -> None:
    """Measure images that any program has super-resolved, and print the means as Markdown.

    A result is named as its original, or begins so: baby.png, baby_x4.png, babyx4.jpg. HR is
    cropped as for `fcsr evaluate`. Images that cannot be measured are named at the end, and the
    exit code is then 1.
    """
    from fcsr import evaluation

    _print(
        lambda: evaluation.score(results, originals, scale, root, metrics=metric or None, out=out)
    )


def _print(
    measure: Callable[[], "pandas.DataFrame"],
    base: str | None = None,
    device: str | None = None,
    part: str | None = None,
) -> None:
    """Print the means of what is measured, or how many rows these are, then what could not be."""
    from fcsr import evaluation
    from fcsr.utils.device import find_device
    from fcsr.utils.distributed import Processes

    failure = None
    with warning_lines():
        try:
            table = measure()
        except EvaluationError as error:
            table, failure = error.table, error
    is_main_process = Processes(find_device(device)).is_main_process
    if is_main_process and part:
        typer.echo(printable(f"{len(table)} {part}"))
    elif is_main_process and len(table):
        comparison = None if base is None else evaluation.compare(table, base)
        text = evaluation.to_markdown(evaluation.means(table), comparison)
        typer.echo("\n".join(map(printable, text.split("\n"))), nl=False)
    if failure:
        if is_main_process:
            error_lines(failure)
        raise typer.Exit(1)
