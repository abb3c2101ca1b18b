"""What there is to translate: in a notebook, in a page beside the notebooks, in the package.

A Markdown cell is one message, whose context is the cell's id: so one reads it as a whole, and a
cell whose English has changed is found again. A page is translated by paragraphs.
"""

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from fcsr.course.cells import text
from fcsr.course.translation import hints, printed

KEYWORDS = {"_": None, "drawn": None}
EXERCISES = "exercises"  # the folder whose texts are hints, but for the words that all share
SHARED_WORDS = "checking.py"
METHODS = {".py": "python", ".j2": "jinja2.ext:babel_extract"}
BREAK = re.compile(r"(\n{2,}|\n+\Z)")
PAGE = "page"  # the context of a page's paragraphs
SHARED = ("", PAGE, printed.CONTEXT)  # the contexts that are not one place
ADDRESS = re.compile("### [^A-Z]+")  # a heading that is linked, `### mode`, is the same in all
TIMES = "# NBVAL_IGNORE_OUTPUT"  # a cell that prints what is another at each run


class Message(NamedTuple):
    """A text in English, where it stands, and what its translator should know."""

    text: str
    context: str = ""
    note: str = ""


def of_notebook(notebook: Mapping) -> list[Message]:
    """Its Markdown cells, the descriptions of its pictures and, if it was run, its printed lines.

    Example:
        >>> from fcsr.course.translation import messages
        >>> cell = {"cell_type": "markdown", "id": "a1", "source": "# Scales", "metadata": {}}
        >>> messages.of_notebook({"cells": [cell]})
        [Message(text='# Scales', context='a1', note='')]
    """
    found = [message for cell in notebook["cells"] for message in _of_cell(cell)]
    return list({(message.context, message.text): message for message in found}.values())


def described(cell: Mapping) -> str:
    """The context of the description of a cell's picture."""
    return f"{cell['id']} alt"


def _of_cell(cell: Mapping) -> Iterator[Message]:
    if cell["cell_type"] == "markdown":
        if text(cell).strip():
            yield Message(text(cell), cell["id"])
        return
    if alt := cell["metadata"].get("alt"):
        yield Message(alt, described(cell), "describes a picture to those who cannot see it")
    if text(cell).startswith(TIMES):
        return
    for output in cell.get("outputs", []):
        if output["output_type"] == "stream" and output["name"] == "stdout":
            for line in "".join(output["text"]).splitlines():
                if printed.is_prose(line):
                    yield Message(printed.template(line.strip())[0], printed.CONTEXT)


def of_page(page: str) -> list[Message]:
    r"""The paragraphs of a page in Markdown.

    Example:
        >>> from fcsr.course.translation import messages
        >>> [message.text for message in messages.of_page("# Terms\n\nHR: sharp.")]
        ['# Terms', 'HR: sharp.']
    """
    found = [part for part in paragraphs(page) if part.strip() and not ADDRESS.fullmatch(part)]
    return [Message(part, PAGE) for part in dict.fromkeys(found)]


def paragraphs(page: str) -> list[str]:
    """A page in Markdown, cut at its empty lines; joined, it is the page again."""
    return BREAK.split(page)


def of_package(folder: Path) -> list[Message]:
    """What the sources in a folder print, draw or hint at, with the files where it stands."""
    from babel.messages.extract import extract

    found: dict[str, set[str]] = {}
    for path in sorted(path for path in folder.rglob("*") if path.suffix in METHODS):
        if path.parent.name == EXERCISES and path.name != SHARED_WORDS:
            texts = hints.of_source(path.read_text(encoding="utf-8"))
        else:
            source = BytesIO(path.read_bytes())
            texts = [str(entry[1]) for entry in extract(METHODS[path.suffix], source, KEYWORDS)]
        for words in texts:
            found.setdefault(words, set()).add(path.relative_to(folder).as_posix())
    return [Message(words, note=", ".join(sorted(files))) for words, files in found.items()]
