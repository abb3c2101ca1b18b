"""The course for a student, for a teacher, or as it is.

A student's edition has gaps where cells tagged `gap` have a solution between two marks, none of
the cells tagged `solution`, and room for answers in words. It runs from top to bottom all the
same, for what follows a gap goes on with fcsr's own function. A teacher's shows the solutions
unfolded, and keeps outputs.
"""

import json
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from fcsr.course import material
from fcsr.course.cells import is_tagged, rewrite, text
from fcsr.course.language import ENGLISH, _
from fcsr.course.translation.applying import language_of, translated, translated_page
from fcsr.errors import FcsrError

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
SOLUTION = re.compile(
    rf"^([ \t]*){BEGIN}[^\n]*\n(?:(?!^[ \t]*{BEGIN}).)*?^[ \t]*{END}[^\n]*$",
    re.MULTILINE | re.DOTALL,
)
EXERCISE = re.compile(r"^### Exercise \d", re.MULTILINE)
HEADING = re.compile("#+ ")
HOLE = 'raise NotImplementedError("write this function")'


class Edition(StrEnum):
    """Whom a copy of the course is for."""

    COMPLETE = "complete"  # solutions folded, nothing run yet
    STUDENT = "student"
    TEACHER = "teacher"


def files(
    folder: Path, edition: Edition = Edition.COMPLETE, language: str = ENGLISH
) -> dict[str, bytes]:
    """The files of a course in a folder, in one edition and language, by their paths from there.

    Raises:
        FcsrError: of a cell tagged `gap` it is not clear what the solution is, or a file is no
            notebook or page.
    """
    found = material.as_they_are(folder)
    for name, content in found.items():
        try:
            if name.endswith(".ipynb"):
                found[name] = convert(content, edition, language)
            elif name.startswith("notebooks/") and name.endswith(".md"):
                found[name] = translated_page(content.decode(), language).encode()
        except FcsrError as error:
            raise FcsrError(f"{folder / name}: {error}") from error
        except (AttributeError, KeyError, TypeError, ValueError) as error:  # a user's own, say
            what = "page of UTF-8" if name.endswith(".md") else "notebook of nbformat 4"
            raise FcsrError(f"{folder / name} is no {what}; mend it, or move it away") from error
    return found


def convert(notebook: bytes, edition: Edition, language: str = ENGLISH) -> bytes:
    """A notebook, a file's bytes, in one edition and language.

    Raises:
        FcsrError: of a cell tagged `gap` it is not clear what the solution is.
    """
    if edition is not Edition.TEACHER:
        notebook = material.without_outputs(notebook)
    content = json.loads(notebook)
    if edition is Edition.STUDENT:
        cells = [cell for cell in content["cells"] if not is_tagged(cell, "solution")]
        content["cells"] = list(_with_room_to_answer(cells))
    content = translated(content, language)
    if edition is Edition.STUDENT:
        for cell in content["cells"]:
            if is_tagged(cell, "gap"):
                rewrite(cell, with_gaps(text(cell)))
    elif edition is Edition.TEACHER:
        for cell in content["cells"]:
            _unfold(cell["metadata"])
    return material.to_bytes(content)


def with_gaps(code: str) -> str:
    """Code without what lies between the marks, which go, too.

    Raises:
        FcsrError: there is no such place, or a mark is alone.

    Example:
        >>> from fcsr.course import editions
        >>> code = "def f(x):\\n    ### BEGIN SOLUTION\\n    return x / 2\\n    ### END SOLUTION"
        >>> print(editions.with_gaps(code))
        def f(x):
            raise NotImplementedError("write this function")
    """
    opened, found = SOLUTION.subn(rf"\1{HOLE}", code)
    if not found or BEGIN in opened or END in opened:
        raise FcsrError(
            f"a cell tagged gap needs a line {BEGIN}, and below it {END}; it has:\n{code}"
        )
    return opened


def _with_room_to_answer(cells: list[dict]) -> Iterator[dict]:
    """The cells, and below each exercise that has no code one of prose, for its answer."""
    asked = None  # the id of a question that has no cell to answer in yet
    for cell in cells:
        prose = cell["cell_type"] == "markdown"
        if asked and prose and HEADING.match(text(cell)):
            yield _room(asked)
            asked = None
        yield cell
        if not prose:
            asked = None
        elif EXERCISE.search(text(cell)):
            asked = cell["id"]
    if asked:
        yield _room(asked)


def _room(asked: str) -> dict:
    return {
        "cell_type": "markdown",
        "id": f"{asked[:57]}-answer",  # of 64 characters at most
        "metadata": {},
        "source": _("*Your answer:*"),
    }


def _unfold(metadata: dict) -> None:
    """Take from a cell what has JupyterLab show it folded."""
    metadata.pop("jp-MarkdownHeadingCollapsed", None)
    jupyter = metadata.get("jupyter", {})
    jupyter.pop("source_hidden", None)
    jupyter.pop("outputs_hidden", None)
    if not jupyter:
        metadata.pop("jupyter", None)


def written_in(folder: Path) -> str:
    """The language of the notebooks in a folder, as the first one says.

    Example:
        >>> from pathlib import Path
        >>> from fcsr.course import editions
        >>> editions.written_in(Path("a folder without notebooks"))
        'en'
    """
    for path in sorted(folder.glob("*.ipynb")):
        try:
            return str(language_of(json.loads(path.read_bytes())))
        except (AttributeError, KeyError, OSError, TypeError, ValueError):
            break  # it is no notebook, as whoever opens it will say
    return ENGLISH
