"""The course, executed and published as web pages: `fcsr report`.

papermill runs the notebooks one after the other, `fcsr.pages` makes a page of each, and an index
shows them all with the machine and the time that they took.
"""

import os
import platform
import re
import time
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import jinja2
import torch

from fcsr.errors import FcsrError
from fcsr.files import replacing
from fcsr.pages import TEMPLATES, Page, convert, thumbnail, title

TITLE = "Super-resolution as classification"


def build(notebooks: Path, out: Path, parameters: dict | None = None) -> list[Page]:
    """Execute the notebooks of a folder, in the order of their names, and write them as web pages.

    Writes `index.html` and, for each notebook, NAME.html and NAME.ipynb with its outputs; prints a
    line for each. A notebook that fails is shown as failed in its page, in the index and in
    `Page.error`, and the others still run.

    Args:
        notebooks: folder of the `*.ipynb`; they run with it as their working directory.
        out: folder of the pages, made if need be.
        parameters: values for the cell tagged `parameters` of every notebook.

    Raises:
        FcsrError: the folder holds no notebook.
    """
    sources = sorted(notebooks.glob("*.ipynb"))
    if not sources:
        raise FcsrError(f"no notebook in {notebooks}: give a folder that holds *.ipynb files")
    out.mkdir(parents=True, exist_ok=True)
    pages = []
    for source in sources:
        page = _publish(source, out, parameters)
        verdict = f"failed, {page.error.splitlines()[0]}" if page.error else "ok"
        print(f"{page.name}: {page.seconds:.0f} s, {verdict}", flush=True)
        pages.append(page)
    _write(out / "index.html", _index(pages))
    return pages


def _publish(source: Path, out: Path, parameters: dict | None) -> Page:
    """Execute one notebook and write its page."""
    import nbformat
    from papermill.execute import remove_error_markers

    start = time.perf_counter()
    error = _execute(source, out / source.name, parameters)
    seconds = time.perf_counter() - start

    notebook = remove_error_markers(nbformat.read(out / source.name, as_version=4))
    started = _started(notebook) if error else []
    page = Page(
        name=source.stem,
        title=title(notebook) or source.stem,
        seconds=seconds,
        # Counted, because a kernel that dies leaves its cell without a number.
        error=f"In [{len(started)}]: {error}" if started else error,
        stopped_at=started[-1].id if started else None,
        thumbnail=thumbnail(notebook),
    )
    _write(out / f"{page.name}.html", convert(notebook, source.parent, page))
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


def _started(notebook: dict) -> list:
    """The code cells that papermill has started, in order."""
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.metadata.get("papermill", {}).get("start_time")
    ]


def _index(pages: list[Page]) -> str:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True)
    template = environment.get_template("course.html.j2")
    return template.render(title=TITLE, pages=pages, machine=_machine())


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
    if torch.cuda.is_available():
        parts.append(torch.cuda.get_device_name())
    return " · ".join([*parts, f"{datetime.now():%Y-%m-%d %H:%M}"])


def _write(path: Path, text: str) -> None:
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8")
