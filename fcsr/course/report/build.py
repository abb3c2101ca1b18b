"""The course, executed and published as web pages: `fcsr report`.

papermill runs the notebooks one after the other, `html` makes a page of each, and
of all of them one PDF, and an index shows them with the machine, the time and their key figures.
"""

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import jinja2
import torch

from fcsr.course.language import _, current
from fcsr.course.report import parameters, pdf
from fcsr.course.report.booklet import bind
from fcsr.course.report.execution import in_words
from fcsr.course.report.glossary import publish_glossary
from fcsr.course.report.live_page import LivePage, find_live_page
from fcsr.course.report.page.html import GLOSSARY, TEMPLATES
from fcsr.course.report.page.summary import Page, title
from fcsr.course.report.publish import publish
from fcsr.course.report.site import INDEX, Site, open_site
from fcsr.course.translation.applying import translated, translated_page
from fcsr.errors import FcsrError
from fcsr.utils.device import default_device
from fcsr.utils.terminal import printable

PDF = "course.pdf"
CELL_MINUTES = 30.0


@dataclass(frozen=True)
class Report:
    """What became of the notebooks, and of the PDF."""

    pages: list[Page]
    pdf_error: str | None  # why a browser that is installed has printed nothing
    glossary: Page | None = None  # if the folder of the notebooks has one
    live: LivePage | None = None  # if it was built

    @property
    def failed(self) -> bool:
        """Whether anything is not as it should be."""
        pages = [*self.pages, *([self.glossary] if self.glossary else [])]
        return self.pdf_error is not None or any(page.error for page in pages)


def build(
    notebooks: Path, out: Path, params: Sequence[Path] = (), cell_minutes: float = CELL_MINUTES
) -> Report:
    """Execute the notebooks of a folder, in the order of their names, and write them as web pages.

    Writes `index.html`, for each notebook NAME.html and NAME.ipynb with its outputs, and, where a
    browser is installed, all of them as `course.pdf`; prints a line for each. What fails of a
    notebook, in a cell or in its page, is shown in its page, in the index and in `Page.error`, and
    the others are still made. With files of parameters these are the runs instead, and NAME is
    each file's. A `glossary.md` among the notebooks becomes `glossary.html`. Where the live page
    was built beside `out`, the index leads to it.

    Args:
        notebooks: folder of the `*.ipynb`; they run with it as their working directory. Pictures
            that they name are shown if they lie in the folder above it, the project's.
        out: folder of the pages, made if need be.
        params: YAML files with values for cells tagged `parameters`, see `parameters`.
        cell_minutes: what a cell may take until its notebook fails; infinity for any time.

    Raises:
        FcsrError: the folder holds no notebook, a file of parameters does not fit, `out` is the
            folder of the notebooks, cannot be written to or is written to by another process, or
            `cell_minutes` is not above 0; nothing is run then.
    """
    sources = sorted(notebooks.glob("*.ipynb"))
    if not sources:
        raise FcsrError(f"no notebook in {notebooks}: give a folder that holds *.ipynb files")
    if not cell_minutes > 0:
        raise FcsrError(f"a cell may take {cell_minutes:g} minutes; give a number above 0")
    runs = parameters.plan(sources, params)
    if out.resolve() == notebooks.resolve():
        raise FcsrError(f"{out} is the folder of the notebooks, which would be lost; give another")
    source = notebooks / GLOSSARY
    titles = {run.name: run.entitled(_heading(run.source)) for run in runs}
    with open_site(out, list(titles), titles, with_glossary=source.is_file()) as site:
        pages = []
        for run in runs:
            page = publish(run, site, cell_minutes)
            verdict = f"failed, {page.error.splitlines()[0]}" if page.error else "ok"
            print(printable(f"{page.name}: {page.seconds:.0f} s, {verdict}"), flush=True)
            pages.append(page)
        glossary = publish_glossary(source, site, pages) if site.glossary else None
        if glossary and glossary.error:
            print(printable(f"{GLOSSARY}: failed, {glossary.error.splitlines()[0]}"), flush=True)
        machine = _machine()
        printed, pdf_error = _print(pages, notebooks, site, machine)
        report = Report(pages, pdf_error, glossary, find_live_page(out, notebooks))
        site.write(INDEX, _index(report, machine, printed))
    return report


def _heading(source: Path) -> str | None:
    """The first heading of a notebook, if it can be read."""
    import nbformat

    try:
        return title(translated(nbformat.read(source, as_version=4), current()))
    except Exception:  # of which its own page will tell
        return None


def _print(
    pages: list[Page], notebooks: Path, site: Site, machine: str
) -> tuple[str | None, str | None]:
    """Print the course; the PDF's name if it was made, and what failed, if anything."""
    target = site.folder / PDF
    page, draft = site.drafts / "course.html", site.drafts / PDF
    try:
        target.unlink(missing_ok=True)  # of an earlier run
        pdf.find()
        glossary = None
        if site.glossary:
            glossary = translated_page((notebooks / GLOSSARY).read_text("utf-8"), current())
        html = bind(pages, site.folder, notebooks, _title(), machine, glossary)
        page.write_bytes(html.encode("utf-8", "backslashreplace"))
        pdf.to_pdf(page, draft)
        os.replace(draft, target)
    except pdf.NoBrowserError as error:
        print(f"no {PDF}: {error}", flush=True)
        return None, None
    except Exception as raised:  # of the browser, or of all notebooks in one
        reason = in_words(str(raised) if isinstance(raised, FcsrError) else raised)
        print(f"no {PDF}: {reason}", flush=True)
        return None, reason
    print(f"{PDF}: {target.stat().st_size / 1e6:.1f} MB", flush=True)
    return PDF, None


def _title() -> str:
    return _("Super-resolution as classification")


def _index(report: Report, machine: str, pdf: str | None) -> str:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True)
    environment.globals |= {"_": _, "language": current()}
    template = environment.get_template("course.html.j2")
    return template.render(title=_title(), report=report, machine=machine, pdf=pdf)


def _machine() -> str:
    """What the seconds and the last digits of the numbers depend on."""
    cpuinfo = Path("/proc/cpuinfo")
    model = cpuinfo.is_file() and re.search(r"model name\s*: (.+)", cpuinfo.read_text())
    parts = [
        f"Python {platform.python_version()}",
        f"torch {torch.__version__}",
        model[1] if model else platform.processor() or platform.machine(),
        f"{os.cpu_count()} cores",
    ]
    if default_device().type == "cuda":
        parts.append(torch.cuda.get_device_name())
    return " · ".join([*parts, f"{datetime.now():%Y-%m-%d %H:%M}"])
