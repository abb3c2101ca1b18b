"""All notebooks of a report as one document, to be printed."""

import html
from pathlib import Path
from urllib.parse import quote

from nbformat import NotebookNode

from fcsr.course.language import _
from fcsr.course.report.execution import executed
from fcsr.course.report.page.html import GLOSSARY, convert
from fcsr.course.report.page.static_widgets import replace_widgets
from fcsr.course.report.page.summary import Page


def bind(
    pages: list[Page],
    folder: Path,
    sources: Path,
    title: str,
    machine: str,
    glossary: str | None = None,
) -> str:
    """The executed notebooks of a report as one self-contained HTML.

    Args:
        pages: what the report tells about each, in order.
        folder: where the executed NAME.ipynb lie.
        sources: where the notebooks come from; pictures that they name are looked for there.
        title: of the whole.
        machine: on which they ran.
        glossary: Markdown, the last chapter.
    """
    from nbformat.v4 import new_markdown_cell, new_notebook

    cells = [new_markdown_cell(_cover(pages, title, machine))]
    for number, page in enumerate(pages):
        cells += [new_markdown_cell(_opening(page)), *_cells(page, folder, number)]
    links = {f"{page.name}.ipynb": f"#{quote(page.name)}" for page in pages}
    if glossary is not None:
        cells += [new_markdown_cell(_opening(Page("glossary", "", 0.0)))]
        cells += [new_markdown_cell(glossary)]
        links[GLOSSARY] = "#glossary"
    whole = Page("course", title, sum(page.seconds for page in pages))
    return convert(new_notebook(cells=cells), sources, whole, links, "booklet").html


def _cells(page: Page, folder: Path, number: int) -> list[NotebookNode]:
    """Those of a notebook, which begin with its title."""
    from nbformat.v4 import new_markdown_cell

    heading = new_markdown_cell(f"# {page.title}")
    if not page.whole:
        return [heading]
    notebook = executed(folder / f"{page.name}.ipynb")
    replace_widgets(notebook)
    for cell in notebook.cells:
        cell.id = f"{number}-{cell.id}"  # which is its own in one notebook only
    first = next(iter(notebook.cells), None)
    entitled = first and first.cell_type == "markdown" and first.source.startswith("# ")
    return notebook.cells if entitled else [heading, *notebook.cells]


def _cover(pages: list[Page], title: str, machine: str) -> str:
    failed = ", ".join(page.title for page in pages if page.error)
    words = _("Failed: {titles}").format(titles=failed)
    return f"# {title}\n\n{machine}" + (f"\n\n{words}" if failed else "")


def _opening(page: Page) -> str:
    words = _("This notebook failed.") + f"\n{page.error}"
    # Without a blank line, which would end the HTML in Markdown's eyes.
    error = f"<pre>{html.escape(words)}</pre>".replace("\n", "&#10;") if page.error else ""
    return f'<div class="course-opening" id="{html.escape(page.name)}">{error}</div>'
