"""What a report tells about one notebook, in its index and above its page."""

import ast
import re
from dataclasses import dataclass
from textwrap import shorten
from typing import NamedTuple

from nbformat import NotebookNode

LONGEST_FINDING = 300  # characters: a sentence


class Finding(NamedTuple):
    """A sentence that a notebook prints, and where."""

    words: str
    cell: str  # its id


class Neighbour(NamedTuple):
    """Another page."""

    file: str
    title: str


@dataclass(frozen=True)
class Page:
    """What a report tells about one notebook, in its index and above its page."""

    name: str  # of the notebook, NAME.ipynb
    title: str  # the notebook's first heading
    seconds: float  # that it ran
    error: str | None = None  # what stopped it, and in which cell, or what cannot be shown
    stopped_at: str | None = None  # that cell's id, if it got as far as a cell
    thumbnail: str | None = None  # a figure as a data URI: PNG, at most 640 x 400 pixels
    key_figures: tuple[str, ...] = ()  # the numbers that matter most, a line for each
    findings: tuple[Finding, ...] = ()  # what was found, a sentence for each
    terms: tuple[str, ...] = ()  # of the glossary that it links, by their addresses there
    file: str = ""  # of its page
    before: Neighbour | None = None  # the page before it
    after: Neighbour | None = None
    whole: bool = True  # False: of the notebook nothing can be shown


def title(notebook: NotebookNode) -> str | None:
    """The first heading of a notebook.

    Example:
        >>> from nbformat.v4 import new_markdown_cell, new_notebook
        >>> from fcsr.course.report.page.summary import title
        >>> title(new_notebook(cells=[new_markdown_cell("# Scales")]))
        'Scales'
    """
    for cell in notebook.cells:
        heading = re.search(r"^#+ +(.+)", cell.source, re.MULTILINE)
        if cell.cell_type == "markdown" and heading:
            return heading[1].strip()
    return None


def findings(notebook: NotebookNode) -> tuple[Finding, ...]:
    """What the cells print, or end with, whose metadata say `"finding": true`.

    Example:
        >>> from nbformat.v4 import new_code_cell, new_notebook, new_output
        >>> from fcsr.course.report.page.summary import findings
        >>> output = new_output("stream", text="CS gives\\nsharp edges.\\n")
        >>> cell = new_code_cell(outputs=[output], metadata={"finding": True}, id="a")
        >>> findings(new_notebook(cells=[cell]))
        (Finding(words='CS gives sharp edges.', cell='a'),)
    """
    marked = [cell for cell in notebook.cells if cell.metadata.get("finding")]
    told = [(cell.id, shorten(_told(cell), LONGEST_FINDING)) for cell in marked]
    return tuple(Finding(words, cell) for cell, words in told if words)


def _told(cell: NotebookNode) -> str:
    """What a cell printed and, in words, its last line's value."""
    texts = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream" and output.name == "stdout":
            texts.append(output.text)
        elif set(output.get("data", {})) == {"text/plain"}:  # a figure has a picture beside it
            text = output.data["text/plain"]
            texts.append(ast.literal_eval(text) if text[:1] in ("'", '"') else text)
    return " ".join(texts)


def key_figures(notebook: NotebookNode) -> tuple[str, ...]:
    """What the cells print whose metadata say `"key_figures": true`, line by line."""
    printed = "".join(
        output.text
        for cell in notebook.cells
        if cell.metadata.get("key_figures")
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stdout"
    )
    return tuple(" ".join(line.split()) for line in printed.splitlines() if line.strip())
