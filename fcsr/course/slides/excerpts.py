"""The first rows of what a cell printed, as far as a slide has room."""

import copy
import re

from nbformat import NotebookNode

from fcsr.course.language import _

ROWS = 12  # of a table; with its head it fills a slide
LINES = 21
ROW = re.compile(r"<tr\b.*?(?:</tr>|\Z)\s*", re.DOTALL | re.IGNORECASE)


def excerpt(output: NotebookNode) -> NotebookNode:
    """An output as it is, or its first rows and how many more there are.

    Example:
        >>> from nbformat.v4 import new_output
        >>> from fcsr.course.slides.excerpts import excerpt
        >>> rows = "".join(f"row {number}\\n" for number in range(30))
        >>> excerpt(new_output("stream", text=rows)).text.splitlines()[-2:]
        ['row 20', '... and 9 more lines, in the notebook']
    """
    shown = copy.deepcopy(output)
    data = shown.get("data", {})
    if "text/html" in data:
        data["text/html"] = _first_rows(data["text/html"])
    elif "text/plain" in data:
        data["text/plain"] = _first_lines(data["text/plain"])
    elif "text" in shown:
        shown["text"] = _first_lines(shown["text"])
    return shown


def _first_rows(html: str) -> str:
    rows = list(ROW.finditer(html))
    if len(rows) <= ROWS + 2:
        return html
    more = _("... and {number} more rows, in the notebook").format(number=len(rows) - ROWS)
    cut = html[: rows[ROWS].start()] + html[rows[-1].end() :]
    return f"{cut}<p>{more}</p>"


def _first_lines(text: str) -> str:
    lines = text.splitlines()
    if len(lines) <= LINES + 1:
        return text
    more = _("... and {number} more lines, in the notebook").format(number=len(lines) - LINES)
    return "\n".join([*lines[:LINES], more])
