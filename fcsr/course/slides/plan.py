"""Which cells of a notebook become slides, and where each begins: computed, not typed in.

A heading begins a slide, and so does what would not fit on it any more; a picture shares one with
what introduces it, if it stays large. Code is folded unless it defines something, and of the
exercises, at the end, only the questions are there.
Where a cell says more, in JupyterLab's own `slideshow.slide_type`, that holds.
"""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from fcsr.course.cells import is_tagged
from fcsr.course.editions import with_gaps
from fcsr.course.slides.excerpts import excerpt
from fcsr.course.slides.sizes import HEIGHT, height_of_code, height_of_output, height_of_prose

EXERCISES = re.compile(r"## Exercises\b")
HEADING = re.compile(r"#{1,3} ")
SECTION = re.compile(r"^(?=#{1,3} )", re.MULTILINE)
DEFINES = re.compile(r"^(@|def |class )", re.MULTILINE)
TIMES = "# NBVAL_IGNORE_OUTPUT"  # a cell about this machine
WIDGET = "application/vnd.jupyter.widget-view+json"
LEAST_PICTURE = 400  # pixels of a slide's height, or else what is printed gets a slide of its own
FOLDED = 40  # pixels of height, of the line that unfolds code
BEGINS, OMITTED = ("slide", "subslide"), ("skip", "notes")


@dataclass
class Piece:
    """A cell, or a part of one, and how many pixels of a slide it takes."""

    cell: NotebookNode
    height: float
    begins: bool | None = None  # None: if it does not fit on the slide
    picture: bool = False  # which takes what is left


def slides(notebook: NotebookNode) -> list[list[Piece]]:
    """A notebook that was run as slides, in order.

    Example:
        >>> from nbformat.v4 import new_markdown_cell, new_notebook
        >>> from fcsr.course.slides.plan import slides
        >>> cells = [new_markdown_cell(text) for text in ("# Scales", "Any.", "## One")]
        >>> [len(slide) for slide in slides(new_notebook(cells=cells))]
        [2, 1]
    """
    found: list[list[Piece]] = []
    filled = 0.0
    for piece in _pieces(notebook):
        needed = piece.height + (LEAST_PICTURE if piece.picture else 0)
        fits = bool(found) and filled + needed <= HEIGHT
        if not found or piece.begins or (piece.begins is None and not fits):
            found.append([])
            filled = 0.0
        found[-1].append(piece)
        filled = HEIGHT if piece.picture else filled + piece.height
    return found


def _pieces(notebook: NotebookNode) -> Iterator[Piece]:
    exercises = False
    for cell in notebook.cells:
        exercises = exercises or bool(EXERCISES.match(cell.source))
        kind = cell.metadata.get("slideshow", {}).get("slide_type")
        if kind in OMITTED or (kind is None and _is_needless(cell, exercises)):
            continue
        pieces = list(_prose(cell) if cell.cell_type == "markdown" else _code(cell))
        if kind and pieces:
            pieces[0].begins = kind in BEGINS
        yield from pieces


def _is_needless(cell: NotebookNode, exercises: bool) -> bool:
    """What a deck leaves out: solutions, what is about this machine, and widgets.

    After a widget its picture follows.
    """
    if cell.cell_type == "markdown":
        return is_tagged(cell, "solution") or not cell.source.strip()
    shows_widget = any(WIDGET in output.get("data", {}) for output in cell.get("outputs", []))
    about_machine = is_tagged(cell, "parameters") or cell.source.startswith(TIMES)
    return cell.cell_type != "code" or exercises or about_machine or shows_widget


def _prose(cell: NotebookNode) -> Iterator[Piece]:
    """A Markdown cell, in parts: from heading to heading, and none higher than a slide."""
    if "<details" in cell.source or "```" in cell.source:  # which may have empty lines within
        yield Piece(cell, height_of_prose([cell.source]), begins=True)
        return
    for section in filter(None, SECTION.split(cell.source.strip())):
        begins = True if HEADING.match(section) else None
        blocks = re.split(r"\n{2,}", section.strip())
        while blocks:
            fits = (n for n in range(len(blocks), 1, -1) if height_of_prose(blocks[:n]) <= HEIGHT)
            number = next(fits, 1)
            part = copy.deepcopy(cell)
            part.source = "\n\n".join(blocks[:number])
            yield Piece(part, height_of_prose(blocks[:number]), begins)
            blocks, begins = blocks[number:], None


def _code(cell: NotebookNode) -> Iterator[Piece]:
    """A code cell: its code and its pictures, one a slide, then what else it shows."""
    gap = is_tagged(cell, "gap")
    source = with_gaps(cell.source) if gap else cell.source
    pictures = [output for output in cell.outputs if _has_picture(output)]
    others = [excerpt(o) for o in cell.outputs if not _has_picture(o) and _is_shown(o) and not gap]
    room = HEIGHT - (LEAST_PICTURE if pictures else 0)
    opened = bool(DEFINES.search(source)) and height_of_code(source) <= room
    height = height_of_code(source) if opened else FOLDED
    below = sum(map(height_of_output, others))
    together = len(pictures) < 2 and height + below + LEAST_PICTURE * len(pictures) <= HEIGHT
    first = _part(cell, source, [*pictures[:1], *(others if together else [])], opened)
    extra = below if together else 0
    yield Piece(first, height + extra, picture=bool(pictures))
    for picture in pictures[1:]:
        yield Piece(_part(cell, None, [picture]), 0, True, picture=True)
    if others and not together:
        yield Piece(_part(cell, None, others), min(below, HEIGHT))


def _part(
    cell: NotebookNode, source: str | None, outputs: list[NotebookNode], opened: bool = False
) -> NotebookNode:
    """A cell with some of its outputs, and without code if there is no source."""
    part = copy.deepcopy(cell)
    part.outputs = copy.deepcopy(outputs)
    part.source = source or ""
    part.metadata["transient"] = {"remove_source": source is None}
    part.metadata["course"] = {"open": opened}
    return part


def _has_picture(output: NotebookNode) -> bool:
    return any(kind.startswith("image/") for kind in output.get("data", {}))


def _is_shown(output: NotebookNode) -> bool:
    return output.get("name") != "stderr"
