"""The course, as commands: a copy of it, its report, slides, and its notebooks in JupyterLab."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from fcsr.cli.languages import Language, choose, in_language, write
from fcsr.course.editions import Edition
from fcsr.course.language import ENGLISH
from fcsr.errors import FcsrError
from fcsr.utils.extras import require
from fcsr.utils.terminal import printable

KERNELS = "fcsr.course.kernels.ThisInterpreter"  # of the course, in JupyterLab

# What a course needs, as it is imported: the extra [notebooks] with its [metrics].
NEEDED = (
    *("DISTS_pytorch", "babel", "bleach", "ipywidgets", "jinja2", "jupyterlab", "lpips"),
    *("math_core", "matplotlib", "nbconvert", "nbformat", "pandas", "papermill", "tabulate"),
    *("torchvision", "yaml"),
)

Notebooks = Annotated[
    Path | None,
    typer.Option(
        help="Their folder; by default notebooks, where that has any, or else this folder.",
        show_default=False,
    ),
]


def course(
    folder: Annotated[Path, typer.Argument(help="Where to put it; made if need be.")],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that were changed there.")
    ] = False,
    edition: Annotated[
        Edition,
        typer.Option(
            help="complete; student, without solutions and with gaps to fill; or teacher, with "
            "solutions unfolded, and outputs, where this fcsr has them."
        ),
    ] = Edition.COMPLETE,
    language: Language = None,
) -> None:
    """Copy the course: notebooks without outputs, their parameters, the tables that they read."""
    from fcsr.course import editions, material

    files = editions.files(material.root(), edition, choose(language))
    if not files:
        raise FcsrError("this fcsr came without the course: install its wheel, or its repository")
    try:
        changed = [name for name, content in files.items() if _is_other(folder / name, content)]
        if changed and not overwrite:
            others = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
            raise FcsrError(
                f"{folder / changed[0]}{others} would be replaced; name another folder, or "
                "replace what was changed there: --overwrite"
            )
        for name, content in files.items():
            write(folder / name, content)
    except OSError as error:
        reason = error.strerror or error
        raise FcsrError(f"{error.filename or folder} cannot be written ({reason})") from error
    typer.echo(printable(f"{folder}: the course; there, fcsr lab opens it and fcsr report runs it"))


def _is_other(path: Path, content: bytes) -> bool:
    """Whether there is anything else there already."""
    return os.path.lexists(path) and not (path.is_file() and path.read_bytes() == content)


def report(
    notebooks: Notebooks = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Where the pages go; by default build/report, or build/report-ko in Korean.",
            show_default=False,
        ),
    ] = None,
    params: Annotated[
        list[Path],
        typer.Option(
            help="A YAML file NAME_variant.yaml with parameters for the notebook NAME. May be "
            "repeated; then these are run, and no others."
        ),
    ] = [],  # noqa: B006
    cell_minutes: Annotated[
        float,
        typer.Option(help="How long a cell may run until its notebook fails; inf for any time."),
    ] = 30,
    language: Language = None,
) -> None:
    """Run the course's notebooks, in order, into an HTML report that reads offline."""
    require("fcsr report", "notebooks", *NEEDED)
    from fcsr.course.report import build

    folder = find(notebooks)
    out = _folder("report", choose(language, folder), out)
    made = build.build(folder, out, params, cell_minutes)
    typer.echo(printable(f"{out}/index.html"))
    raise typer.Exit(made.failed)


def slides(
    notebooks: Notebooks = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Where the decks go; by default build/slides, or build/slides-ko in Korean.",
            show_default=False,
        ),
    ] = None,
    language: Language = None,
) -> None:
    """Make a deck of slides of each notebook, with the outputs that it has.

    A copy of the course has none: `fcsr report` runs it, and leaves the notebooks with their
    outputs beside its pages.
    """
    require("fcsr slides", "notebooks", *NEEDED)
    from fcsr.course.slides import pages

    folder = find(notebooks)
    for path in pages.make(folder, _folder("slides", choose(language, folder), out)):
        typer.echo(printable(str(path)))


def _folder(name: str, language: str, out: Path | None) -> Path:
    """Where something goes that is made of the course."""
    return out or Path("build", name if language == ENGLISH else f"{name}-{language}")


def lab(
    notebooks: Notebooks = None,
    language: Language = None,
) -> None:
    """Open the course in JupyterLab."""
    require("fcsr lab", "notebooks", *NEEDED)
    folder = find(notebooks)
    folder = in_language(folder, choose(language, folder))
    command = [sys.executable, "-m", "jupyterlab", str(folder)]
    command.append(f"--ServerApp.kernel_spec_manager_class={KERNELS}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # in a container one is nobody else
    raise typer.Exit(subprocess.run(command).returncode)


def find(named: Path | None) -> Path:
    """The folder of a course's notebooks; raises FcsrError where there are none."""
    folders = [Path("notebooks"), Path()] if named is None else [named]
    found = next((folder for folder in folders if any(folder.glob("*.ipynb"))), None)
    if found is None:
        raise FcsrError(
            f"{folders[-1].resolve()} holds no notebooks; copy the course: fcsr course FOLDER, or "
            "name the folder of its notebooks: --notebooks FOLDER"
        )
    if not os.path.isabs(os.path.expanduser("~")):
        raise FcsrError("this user has no home folder, which Jupyter needs; name one: HOME=FOLDER")
    return found
