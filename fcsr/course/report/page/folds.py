"""What of a notebook is folded in its page: solutions, the code of cells, and pictures for paper.

What this module finds is written into each cell's metadata, as `course`, for the template.
"""

import html

from nbformat import NotebookNode

from fcsr.course.report.page.static_widgets import CLASS

COLLAPSED = "jp-MarkdownHeadingCollapsed"  # how JupyterLab remembers a folded heading
SOLUTION, PAPER = "solution", "paper"  # tags


def fold(notebook: NotebookNode) -> None:
    """Mark, in place, what the page of a notebook folds.

    - A collapsed heading tagged `solution` and the cells after it with the same tag become one
      part that opens by a click; its code is open.
    - The code of every other cell opens by a click, unless the cell failed.
    - A cell tagged `paper` shows a widget's view as a picture: it is printed instead of the widget
      before it, and not seen on screen.

    Example:
        >>> from nbformat.v4 import new_markdown_cell, new_notebook
        >>> from fcsr.course.report.page.folds import fold
        >>> metadata = {"tags": ["solution"], "jp-MarkdownHeadingCollapsed": True}
        >>> cell = new_markdown_cell("### Solution 1", metadata=metadata)
        >>> fold(new_notebook(cells=[cell]))
        >>> cell.metadata.course.before
        '<details class="course-solution"><summary>Solution 1</summary>'
    """
    for cell in notebook.cells:
        failed = any(output.output_type == "error" for output in cell.get("outputs", []))
        cell.metadata["course"] = NotebookNode(before="", after="", open=failed)
    for number, cell in enumerate(notebook.cells):
        if _is_tagged(cell, SOLUTION) and _is_folded_heading(cell):
            _fold_solution(notebook.cells[number:])
    _print_pictures(notebook.cells)


def _is_tagged(cell: NotebookNode, tag: str) -> bool:
    tags = cell.metadata.get("tags")
    return isinstance(tags, list) and tag in tags


def _is_folded_heading(cell: NotebookNode) -> bool:
    is_heading = cell.cell_type == "markdown" and cell.source.startswith("#")
    return is_heading and bool(cell.metadata.get(COLLAPSED))


def _fold_solution(cells: list[NotebookNode]) -> None:
    """Fold the cells from a heading on, up to the next heading or the last with its tag."""
    heading, *others = cells
    last = heading
    for cell in others:
        if _is_folded_heading(cell) or not _is_tagged(cell, SOLUTION):
            break
        cell.metadata.course.open = True
        last = cell
    title, _, rest = heading.source.lstrip("# ").partition("\n")
    heading.source = rest.strip()
    summary = f"<summary>{html.escape(title.strip())}</summary>"
    heading.metadata.course.before = f'<details class="course-solution">{summary}'
    last.metadata.course.after = "</details>"


def _print_pictures(cells: list[NotebookNode]) -> None:
    """Mark the widgets that are printed as the picture of a later cell."""
    widget = None
    for cell in cells:
        if _is_tagged(cell, PAPER) and widget is not None:
            widget.metadata.course.before += '<div class="course-screen">'
            widget.metadata.course.after = f"</div>{widget.metadata.course.after}"
            widget = None
        shown = [output.get("data", {}).get("text/html", "") for output in cell.get("outputs", [])]
        if any(f'class="{CLASS}"' in str(text) for text in shown):
            widget = cell
