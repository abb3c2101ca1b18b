"""One notebook of a report: executed, described and made into a page, whatever may go wrong."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from nbformat import NotebookNode

from fcsr.course.report.execution import execute, executed, in_words, started
from fcsr.course.report.page import pictures
from fcsr.course.report.page.html import Page, convert, key_figures, title
from fcsr.course.report.page.static_widgets import replace_widgets
from fcsr.course.report.parameters import Run
from fcsr.course.report.site import Site
from fcsr.errors import FcsrError

Found = TypeVar("Found")


def publish(run: Run, site: Site, cell_minutes: float) -> Page:
    """Execute one notebook and write its page; what fails is said in the page and in its `error`.

    Args:
        run: the notebook and its parameters.
        site: where it is written, as the page and as NAME.ipynb with its outputs.
        cell_minutes: what a cell may take; infinity for any time.
    """
    start = time.perf_counter()
    try:
        target = site.folder / f"{run.name}.ipynb"
        error = execute(run.source, target, site.drafts, run.parameters, cell_minutes)
    except Exception as raised:  # a full disk
        error = in_words(raised)
    page, html = present(run, site, error, time.perf_counter() - start)
    try:
        site.write(page.file, html)
    except FcsrError as raised:
        page = _failed(page, f"its page cannot be written: {in_words(str(raised))}")
    return page


def present(run: Run, site: Site, error: str | None, seconds: float) -> tuple[Page, str]:
    """What is told of a notebook that was executed, and its page as HTML.

    Args:
        run: the notebook and its parameters.
        site: where it is, as NAME.ipynb.
        error: what stopped it, if anything.
        seconds: that it ran.
    """
    import nbformat

    try:
        notebook = executed(site.folder / f"{run.name}.ipynb")
    except Exception as raised:
        error, notebook = error or in_words(raised), nbformat.v4.new_notebook()
    page = _described(run, notebook, error, site.files[run.name])
    return _converted(replace(page, seconds=seconds), run, notebook, site.links)


def _described(run: Run, notebook: NotebookNode, error: str | None, file: str) -> Page:
    """What the index shows of a notebook; `error` is what stopped it."""
    problems: list[str] = []

    def attempt(function: Callable[[NotebookNode], Found], otherwise: Found) -> Found:
        try:
            return function(notebook)
        except Exception as raised:  # its cells, outputs and metadata may be anything
            what = function.__name__.replace("_", " ")
            problems.append(f"no {what}: {in_words(raised)}")
            return otherwise

    problems += attempt(replace_widgets, [])  # so that what they hold is looked at, too
    cells: list[NotebookNode] = attempt(started, []) if error else []
    heading = attempt(title, None) or run.source.stem
    page = Page(
        name=run.name,
        title=f"{heading} ({run.variant})" if run.variant else heading,
        seconds=0.0,
        # Counted, because a kernel that dies leaves its cell without a number.
        error=f"In [{len(cells)}]: {error}" if cells else error,
        stopped_at=cells[-1].id if cells else None,
        thumbnail=attempt(pictures.thumbnail, None),
        key_figures=attempt(key_figures, ()),
        file=file,
    )
    unreadable: list[str] = attempt(pictures.unreadable, [])
    return _failed(page, *unreadable, *problems)


def _converted(
    page: Page, run: Run, notebook: NotebookNode, links: dict[str, str]
) -> tuple[Page, str]:
    """The notebook's page as HTML, with what is missing in it said above it."""
    import nbformat

    try:
        html, problems = convert(notebook, run.source.parent, page, links)
    except Exception as raised:
        notebook = nbformat.v4.new_notebook()
        problems = [f"it cannot be shown: {in_words(raised)}"]
        page = replace(page, whole=False)
        html = ""
    if problems:
        page = _failed(page, *problems)
        html, _ = convert(notebook, run.source.parent, page, links)
    return page, html


def _failed(page: Page, *problems: str) -> Page:
    found = [*([page.error] if page.error else []), *problems]
    return replace(page, error="\n".join(dict.fromkeys(found)) or None)
