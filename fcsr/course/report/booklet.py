"""The whole course as one document, to print: its contents, then each notebook on a new page."""

import html
from pathlib import Path

from fcsr.course.report.html import Page, convert, executed
from fcsr.course.report.static_widgets import settle


def bind(pages: list[Page], folder: Path, sources: Path, title: str, machine: str) -> str:
    """The executed notebooks of a report as one self-contained HTML.

    Args:
        pages: what the report says of each, in order.
        folder: where the executed NAME.ipynb lie.
        sources: where the notebooks come from; pictures that they name are looked for there.
        title: of the whole.
        machine: on which they ran.
    """
    from nbformat.v4 import new_markdown_cell, new_notebook

    cells = [new_markdown_cell(_contents(pages, title, machine))]
    for number, page in enumerate(pages):
        notebook = executed(folder / f"{page.name}.ipynb")
        settle(notebook)
        for cell in notebook.cells:
            cell.id = f"{number}-{cell.id}"  # which is its own in one notebook only
        cells += [new_markdown_cell(_opening(page)), *notebook.cells]
    whole = Page("course", title, sum(page.seconds for page in pages))
    links = {f"{page.name}.ipynb": f"#{page.name}" for page in pages}
    return convert(new_notebook(cells=cells), sources, whole, links)


def _contents(pages: list[Page], title: str, machine: str) -> str:
    lines = [
        f"- [{page.title}](#{page.name}), {page.seconds:.0f} s{', failed' if page.error else ''}"
        for page in pages
    ]
    return "\n".join([f"# {title}", "", machine, "", *lines])


def _opening(page: Page) -> str:
    error = f"<pre>This notebook stopped with an error.\n{html.escape(page.error or '')}</pre>"
    return f'<div class="course-opening" id="{page.name}">{error if page.error else ""}</div>'
