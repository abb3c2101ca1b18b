"""One notebook of a report: executed, described and made into a page, whatever may go wrong."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from nbformat import NotebookNode

from fcsr.course.report.execution import execute, executed, in_words, started
from fcsr.course.report.page import pictures
from fcsr.course.report.page.html import convert
from fcsr.course.report.page.static_widgets import replace_widgets
from fcsr.course.report.page.summary import Page, findings, key_figures, title
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
    page = replace(_described(run, notebook, error), file=site.files[run.name], seconds=seconds)
    before, after = site.beside(run.name)
    return _converted(replace(page, before=before, after=after), run, notebook, site.links)


def _described(run: Run, notebook: NotebookNode, error: str | None) -> Page:
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
    page = Page(
        name=run.name,
        title=run.entitled(attempt(title, None)),
        seconds=0.0,
        # Counted, because a kernel that dies leaves its cell without a number.
        error=f"In [{len(cells)}]: {error}" if cells else error,
        stopped_at=cells[-1].id if cells else None,
        thumbnail=attempt(pictures.thumbnail, None),
        key_figures=attempt(key_figures, ()),
        findings=attempt(findings, ()),
    )
    unreadable: list[str] = attempt(pictures.unreadable, [])
    return _failed(page, *unreadable, *problems)


def _converted(
    page: Page, run: Run, notebook: NotebookNode, links: dict[str, str]
) -> tuple[Page, str]:
    """The notebook's page as HTML, with what is missing in it said above it."""
    import nbformat

    try:
        html, problems, terms = convert(notebook, run.source.parent, page, links)
        page = replace(page, terms=terms)
    except Exception as raised:
        notebook = nbformat.v4.new_notebook()
        problems = [f"it cannot be shown: {in_words(raised)}"]
        page = replace(page, whole=False)
        html = ""
    if problems:
        page = _failed(page, *problems)
        html = convert(notebook, run.source.parent, page, links).html
    return page, html


def _failed(page: Page, *problems: str) -> Page:
    found = [*([page.error] if page.error else []), *problems]
    return replace(page, error="\n".join(dict.fromkeys(found)) or None)
