"""All notebooks of a report as one document, to be printed."""

import html
from pathlib import Path
from urllib.parse import quote

from nbformat import NotebookNode

from fcsr.course.report.execution import executed
from fcsr.course.report.page.html import Page, convert
from fcsr.course.report.page.static_widgets import replace_widgets


def bind(pages: list[Page], folder: Path, sources: Path, title: str, machine: str) -> str:
    """The executed notebooks of a report as one self-contained HTML.

    Args:
        pages: what the report tells about each, in order.
        folder: where the executed NAME.ipynb lie.
        sources: where the notebooks come from; pictures that they name are looked for there.
        title: of the whole.
        machine: on which they ran.
    """
    from nbformat.v4 import new_markdown_cell, new_notebook

    cells = [new_markdown_cell(_contents(pages, title, machine))]
    for number, page in enumerate(pages):
        cells += [new_markdown_cell(_opening(page)), *_cells(page, folder, number)]
    whole = Page("course", title, sum(page.seconds for page in pages))
    links = {f"{page.name}.ipynb": f"#{quote(page.name)}" for page in pages}
    return convert(new_notebook(cells=cells), sources, whole, links).html


def _cells(page: Page, folder: Path, number: int) -> list[NotebookNode]:
    if not page.whole:
        return []
    notebook = executed(folder / f"{page.name}.ipynb")
    replace_widgets(notebook)
    for cell in notebook.cells:
        cell.id = f"{number}-{cell.id}"  # which is its own in one notebook only
    return notebook.cells


def _contents(pages: list[Page], title: str, machine: str) -> str:
    lines = [
        f"- [{page.title}](#{quote(page.name)}), {page.seconds:.0f} s"
        f"{', failed' if page.error else ''}"
        for page in pages
    ]
    return "\n".join([f"# {title}", "", machine, "", *lines])


def _opening(page: Page) -> str:
    words = f"This notebook failed.\n{page.error}"
    # Without a blank line, which would end the HTML in Markdown's eyes.
    error = f"<pre>{html.escape(words)}</pre>".replace("\n", "&#10;") if page.error else ""
    return f'<div class="course-opening" id="{html.escape(page.name)}">{error}</div>'
