"""The course, executed and published as web pages: `fcsr report`.

papermill runs the notebooks one after the other, `html` makes a page of each, and
of all of them one PDF, and an index shows them with the machine, the time and their key figures.
"""

import os
import platform
import re
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import jinja2
import torch
from nbformat import NotebookNode

from fcsr.course.report import parameters, pdf
from fcsr.course.report.html import (
    TEMPLATES,
    Page,
    bind,
    convert,
    executed,
    key_figures,
    thumbnail,
    title,
)
from fcsr.course.report.parameters import Run
from fcsr.errors import FcsrError
from fcsr.utils.device import default_device
from fcsr.utils.files import atomic_write

TITLE = "Super-resolution as classification"
PDF = "course.pdf"


def build(notebooks: Path, out: Path, params: Sequence[Path] = ()) -> list[Page]:
    """Execute the notebooks of a folder, in the order of their names, and write them as web pages.

    Writes `index.html`, for each notebook NAME.html and NAME.ipynb with its outputs, and, where a
    browser is installed, all of them as `course.pdf`; prints a line for each. A notebook that fails
    is shown as failed in its page, in the index and in `Page.error`, and the others still run.
    With files of parameters these are the runs instead, and NAME is each file's.

    Args:
        notebooks: folder of the `*.ipynb`; they run with it as their working directory.
        out: folder of the pages, made if need be.
        params: YAML files with values for cells tagged `parameters`, see `parameters`.

    Raises:
        FcsrError: the folder holds no notebook, a file of parameters does not fit, or `out` is
            the folder of the notebooks or cannot be made; nothing is run then.
    """
    sources = sorted(notebooks.glob("*.ipynb"))
    if not sources:
        raise FcsrError(f"no notebook in {notebooks}: give a folder that holds *.ipynb files")
    runs = parameters.plan(sources, params)
    if out.resolve() == notebooks.resolve():
        raise FcsrError(f"{out} is the folder of the notebooks, which would be lost; give another")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FcsrError(f"{out} cannot be made ({error.strerror}); give another folder") from error
    pages = []
    links = {f"{run.name}.ipynb": f"{run.name}.html" for run in runs}
    for run in runs:
        page = _publish(run, out, links)
        verdict = f"failed, {page.error.splitlines()[0]}" if page.error else "ok"
        print(f"{page.name}: {page.seconds:.0f} s, {verdict}", flush=True)
        pages.append(page)
    machine = _machine()
    pdf = _print(bind(pages, out, notebooks, TITLE, machine), out / PDF)
    _write(out / "index.html", _index(pages, machine, pdf))
    return pages


def _publish(run: Run, out: Path, links: dict[str, str]) -> Page:
    """Execute one notebook and write its page."""
    target = out / f"{run.name}.ipynb"
    start = time.perf_counter()
    error = _execute(run.source, target, run.parameters)
    seconds = time.perf_counter() - start

    notebook = executed(target)
    started = _started(notebook) if error else []
    heading = title(notebook) or run.source.stem
    page = Page(
        name=run.name,
        title=f"{heading} ({run.variant})" if run.variant else heading,
        seconds=seconds,
        # Counted, because a kernel that dies leaves its cell without a number.
        error=f"In [{len(started)}]: {error}" if started else error,
        stopped_at=started[-1].id if started else None,
        thumbnail=thumbnail(notebook),
        key_figures=key_figures(notebook),
    )
    _write(out / f"{page.name}.html", convert(notebook, run.source.parent, page, links))
    return page


def _execute(source: Path, target: Path, parameters: dict | None) -> str | None:
    """Run `source`, write it with its outputs to `target`; return what was raised, if anything."""
    import nbformat
    import papermill
    from papermill.exceptions import PapermillExecutionError

    error = None
    with TemporaryDirectory(dir=target.parent) as scratch:
        draft = Path(scratch) / source.name
        try:
            papermill.execute_notebook(
                source,
                draft,
                parameters,
                kernel_name="python3",
                language="python",
                cwd=source.parent,
                # Else every kernel warns that its loopback connection is not encrypted.
                extra_arguments=["--IPKernelApp.log_level=ERROR"],
            )
        except PapermillExecutionError as raised:
            error = f"{raised.ename}: {raised.evalue}"
        except Exception as raised:  # a kernel that died, a file that is no notebook, ...
            error = f"{type(raised).__name__}: {raised}"
        if not draft.exists():
            nbformat.write(nbformat.v4.new_notebook(), draft)
        os.replace(draft, target)
    return error


def _started(notebook: NotebookNode) -> list:
    """The code cells that papermill has started, in order."""
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.metadata.get("papermill", {}).get("start_time")
    ]


def _print(html: str, target: Path) -> str | None:
    """Print the course; return the PDF's name, or say why there is none."""
    target.unlink(missing_ok=True)  # of an earlier run
    with TemporaryDirectory() as scratch:
        page = Path(scratch) / "course.html"
        page.write_text(html, encoding="utf-8")
        try:
            pdf.to_pdf(page, target)
        except FcsrError as error:
            print(f"no {target.name}: {error}", flush=True)
            return None
    print(f"{target.name}: {target.stat().st_size / 1e6:.1f} MB", flush=True)
    return target.name


def _index(pages: list[Page], machine: str, pdf: str | None) -> str:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True)
    template = environment.get_template("course.html.j2")
    return template.render(title=TITLE, pages=pages, machine=machine, pdf=pdf)


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


def _write(path: Path, text: str) -> None:
    with atomic_write(path) as draft:
        draft.write_text(text, encoding="utf-8")
