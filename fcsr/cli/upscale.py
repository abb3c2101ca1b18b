"""`fcsr upscale`: one picture or thousands, from files or streams."""

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fcsr.cli.options import Decode, Device, model_names
from fcsr.cli.shell import error_lines, warning_lines
from fcsr.errors import FcsrError, UpscalingError
from fcsr.utils.terminal import printable

if TYPE_CHECKING:
    from fcsr.inference import Upscaled


def upscale(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="IN",
            help="Photographs, folders of them, and patterns such as 'photos/*.jpg'; - is stdin.",
        ),
    ],
    target: Annotated[
        str,
        typer.Argument(
            metavar="OUT",
            help="For one photograph the file to write, whose suffix is the format; else a folder, "
            "which is made. - is stdout.",
        ),
    ],
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
            autocompletion=model_names,
        ),
    ] = "fcs",
    decode: Decode = None,
    recursive: Annotated[
        bool,
        typer.Option("--recursive", "-r", help="Also what is in the folders of folders."),
    ] = False,
    suffix: Annotated[
        str, typer.Option(help="Added to names of results: _x4.", show_default=False)
    ] = "",
    format: Annotated[
        str | None,
        typer.Option(help="Of results: png, jpg, webp, tif or bmp; by default their sources'."),
    ] = None,
    quality: Annotated[int, typer.Option(help="Of JPEG and WebP, 1 to 100.")] = 95,
    subsampling: Annotated[
        str | None,
        typer.Option(
            help="Of a JPEG's chroma: 4:4:4, the default from quality 90 on, 4:2:2 or 4:2:0.",
            show_default=False,
        ),
    ] = None,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Keep results that are there, make the rest.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Make results anew that are there in a folder.")
    ] = False,
    shard: Annotated[
        str | None,
        typer.Option(help="Do a part, as for a job array: 3/16 is the third of 16."),
    ] = None,
    device: Device = None,
    compile: Annotated[
        bool | None,
        typer.Option(
            help="Use torch.compile: a wait of 10 to 20 s, then faster. By default once the "
            "results have 16 megapixels together, on a CPU with a C++ compiler.",
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
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object for each photograph, one a line.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors alone.")] = False,
) -> None:
    """Upscale photographs: one, many, or all of a folder.

    fcsr upscale in.jpg out.png --scale 4

    fcsr upscale photos large --scale 4 --recursive --skip-existing

    PNG and TIFF of any size are written row by row, in little memory.

    Photographs that fail are named at the end, and the exit code is then 1.
    Files in a folder OUT are replaced only with --overwrite.
    torchrun shares photographs among processes, --shard among the jobs of a cluster.
    """
    from fcsr.inference import plan, upscale_files
    from fcsr.utils.device import find_device
    from fcsr.utils.distributed import Processes

    if skip_existing and overwrite:
        raise FcsrError("--skip-existing and --overwrite exclude each other; give one of them")
    existing: Any = "skip" if skip_existing else "overwrite" if overwrite else None
    with warning_lines(hidden=quiet):
        jobs = plan(sources, target, recursive, suffix, format, existing, shard)
    streamed = any(job.target == "-" for job in jobs)
    if as_json and streamed:
        raise FcsrError("--json prints to standard output, where OUT - has the picture: choose one")
    report = _print_json(model) if as_json else None if quiet else _print_line(streamed)
    options: Any = {
        "decode": decode,
        "progress": not quiet,
        "compile": compile,
        "precision": precision,
        "device": device,
        "quality": quality,
        "subsampling": subsampling,
    }
    failure = None
    with warning_lines(hidden=quiet):
        try:
            done = upscale_files(jobs, scale, size, model, report=report, **options)
        except UpscalingError as error:
            if any(job.named for job in jobs):
                raise
            done, failure = error.results, error
    processes = Processes(find_device(device))
    if processes.is_main_process:
        skipped = sum(result.skipped for result in done)
        if skipped and not (quiet or as_json):
            typer.echo(f"{skipped} of {len(done)} skipped: their results are there already")
        if failure:
            error_lines(failure)
    processes.wait()  # or torchrun would end the one that prints
    if failure:
        raise typer.Exit(1)


def _print_line(streamed: bool) -> Callable[["Upscaled"], None]:
    def report(done: "Upscaled") -> None:
        if done.sizes:
            steps = " -> ".join(f"{width}x{height}" for height, width in done.sizes)
            exact = done.precision in (None, "float32")
            how = "" if exact else ", in bfloat16 (--precision float32 is exact)"
            _echo(printable(f"{done.target}: {steps}{how}"), err=streamed)

    return report


def _print_json(model: str) -> Callable[["Upscaled"], None]:
    def report(done: "Upscaled") -> None:
        facts = vars(done) | {"model": model}
        sizes = facts.pop("sizes") or (None, None)
        for name, size in zip(("source_size", "target_size"), sizes, strict=True):
            facts[name] = size and {"height": size[0], "width": size[1]}
        _echo(json.dumps(facts))

    return report


def _echo(line: str, err: bool = False) -> None:
    """A line beside the bar."""
    from fcsr.utils.progress import tqdm

    with tqdm.external_write_mode(sys.stderr if err else sys.stdout):
        typer.echo(line, err=err)
