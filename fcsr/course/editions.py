"""The course for a student, for a teacher, or as it is.

A student's edition has gaps where cells tagged `gap` have a solution between two marks, and none
of the cells tagged `solution`; it runs from top to bottom all the same, for what follows a gap goes
on with fcsr's own function. A teacher's shows the solutions unfolded, and keeps outputs.
"""

import json
import re
from enum import StrEnum
from pathlib import Path

from fcsr.course import material
from fcsr.course.cells import is_tagged, rewrite, text
from fcsr.errors import FcsrError

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
SOLUTION = re.compile(
    rf"^([ \t]*){BEGIN}[^\n]*\n(?:(?!^[ \t]*{BEGIN}).)*?^[ \t]*{END}[^\n]*$",
    re.MULTILINE | re.DOTALL,
)
HOLE = 'raise NotImplementedError("write this function")'


class Edition(StrEnum):
    """Whom a copy of the course is for."""

    COMPLETE = "complete"  # solutions folded, nothing run yet
    STUDENT = "student"
    TEACHER = "teacher"


def files(folder: Path, edition: Edition = Edition.COMPLETE) -> dict[str, bytes]:
    """The files of a course in a folder, in one edition, by their paths from there.

    Raises:
        FcsrError: of a cell tagged `gap` it is not clear what the solution is.
    """
    found = material.as_they_are(folder)
    return {
        name: convert(content, edition) if name.endswith(".ipynb") else content
        for name, content in found.items()
    }


def convert(notebook: bytes, edition: Edition) -> bytes:
    """A notebook, a file's bytes, in one edition.

    Raises:
        FcsrError: of a cell tagged `gap` it is not clear what the solution is.
    """
    if edition is not Edition.TEACHER:
        notebook = material.without_outputs(notebook)
    if edition is Edition.COMPLETE:
        return notebook
    content = json.loads(notebook)
    if edition is Edition.STUDENT:
        content["cells"] = [cell for cell in content["cells"] if not is_tagged(cell, "solution")]
        for cell in content["cells"]:
            if is_tagged(cell, "gap"):
                rewrite(cell, with_gaps(text(cell)))
    else:
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


def _unfold(metadata: dict) -> None:
    """Take from a cell what has JupyterLab show it folded."""
    metadata.pop("jp-MarkdownHeadingCollapsed", None)
    jupyter = metadata.get("jupyter", {})
    jupyter.pop("source_hidden", None)
    jupyter.pop("outputs_hidden", None)
    if not jupyter:
        metadata.pop("jupyter", None)
