"""The course, as commands: its report, and its notebooks in JupyterLab."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from fcsr.errors import FcsrError
from fcsr.utils.terminal import printable

KERNELS = "fcsr.course.kernels.ThisInterpreter"  # of the course, in JupyterLab


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
    cell_minutes: Annotated[
        float,
        typer.Option(help="How long a cell may run until its notebook fails; inf for any time."),
    ] = 30,
) -> None:
    """Run the course's notebooks, in order, into an HTML report that reads offline."""
    from fcsr.course.report import build

    made = build.build(_course(notebooks), out, params, cell_minutes)
    typer.echo(printable(f"{out}/index.html"))
    raise typer.Exit(made.failed)


def lab(
    notebooks: Annotated[Path, typer.Option(help="The folder of the course.")] = Path("notebooks"),
) -> None:
    """Open the course in JupyterLab."""
    command = [sys.executable, "-m", "jupyterlab", str(_course(notebooks))]
    command.append(f"--ServerApp.kernel_spec_manager_class={KERNELS}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # in a container one is nobody else
    raise typer.Exit(subprocess.run(command).returncode)


def _course(folder: Path) -> Path:
    if not any(folder.glob("*.ipynb")):
        raise FcsrError(
            f"{folder.resolve()} holds no notebooks; name the course's folder: --notebooks FOLDER"
        )
    if not os.path.isabs(os.path.expanduser("~")):
        raise FcsrError("this user has no home folder, which Jupyter needs; name one: HOME=FOLDER")
    return folder
