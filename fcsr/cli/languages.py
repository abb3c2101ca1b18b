"""The option --language of the course's commands, and notebooks in that language for JupyterLab."""

import os
from pathlib import Path
from typing import Annotated

import typer

from fcsr.course import editions, language
from fcsr.errors import FcsrError
from fcsr.utils.extras import require
from fcsr.utils.files import atomic_write
from fcsr.utils.terminal import printable


def _names(incomplete: str) -> list[str]:
    """For the shell's completion."""
    return [name for name in language.languages() if name.startswith(incomplete)]


Language = Annotated[
    str | None,
    typer.Option(
        help="en or ko; by default that of the notebooks, or that of FCSR_LANGUAGE.",
        show_default=False,
        autocompletion=_names,
    ),
]


def choose(named: str | None, notebooks: Path | None = None) -> str:
    """The language to use, by this process and the kernels that it starts from now on.

    Args:
        named: what --language says.
        notebooks: their folder, if they are there already.

    Raises:
        FcsrError: there is no such translation, the notebooks are in yet another language, or
            babel, which reads translations, is missing.
    """
    written = editions.written_in(notebooks) if notebooks else language.ENGLISH
    otherwise = os.environ.get(language.VARIABLE) or language.ENGLISH
    chosen = named or (otherwise if written == language.ENGLISH else written)
    if written not in (language.ENGLISH, chosen):
        raise FcsrError(f"the notebooks in {notebooks} are in the language {written} already")
    language.use(chosen)
    if chosen != language.ENGLISH:
        require(f"the language {chosen}", "notebooks", "babel")
    return chosen


def write(path: Path, content: bytes) -> None:
    """Write a file of a copy of the course, and the folders that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as draft:
        draft.write_bytes(content)


def in_language(notebooks: Path, chosen: str) -> Path:
    """The folder of the same notebooks in a language: a copy of the course beside it.

    What is in the copy already stays as it is, for it may have been worked on.

    Raises:
        FcsrError: the notebooks lie in no folder `notebooks`, and so not in a course; one of them
            cannot be read; or the copy cannot be written.
    """
    if editions.written_in(notebooks) == chosen:
        return notebooks
    project = notebooks.resolve().parent
    if notebooks.resolve().name != "notebooks":
        raise FcsrError(
            f"{notebooks} is no folder called notebooks; copy the course in this language: "
            f"fcsr course FOLDER --language {chosen}"
        )
    copy = project / "build" / f"course-{chosen}"
    kept = 0
    try:
        for name, content in editions.files(project, language=chosen).items():
            path = copy / name
            if os.path.lexists(path):
                kept += not path.is_file() or path.read_bytes() != content
                continue
            write(path, content)
    except OSError as error:
        reason = error.strerror or error
        raise FcsrError(f"{error.filename or copy} cannot be read or written ({reason})") from error
    many = "1 file of it was" if kept == 1 else f"{kept} files of it were"
    changed = f"; {many} changed there, and stay{'s' if kept == 1 else ''}" if kept else ""
    typer.echo(printable(f"{copy}: the course in this language{changed}"))
    return copy / "notebooks"
