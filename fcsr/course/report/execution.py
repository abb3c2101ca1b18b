"""One notebook executed by papermill, and in words what stopped it."""

import logging
import math
import os
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path

import psutil
from nbformat import NotebookNode

from fcsr.course import language
from fcsr.course.translation.applying import translate_file
from fcsr.utils.terminal import printable

LONGEST_ERROR = 2000  # characters of an error that are shown


def execute(
    source: Path, target: Path, scratch: Path, parameters: dict | None, cell_minutes: float
) -> str | None:
    """Run a notebook, write it with its outputs, and return what was raised, if anything.

    It is run in English, and written in the current language of the course.

    Whatever happens, `target` is a notebook afterwards: with the outputs so far, or an empty one.

    Args:
        source: the notebook; it runs with its folder as its working directory.
        target: where it is written.
        scratch: a folder on the same file system for what is half written.
        parameters: values for its cell tagged `parameters`.
        cell_minutes: what a cell may take; infinity for any time.
    """
    import nbformat

    draft = scratch / source.name
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(_run, source, draft, parameters, cell_minutes)
        try:
            error = running.result()
        except BaseException:  # Ctrl-C, say
            _end(running)
            raise
    if not draft.exists():
        nbformat.write(nbformat.v4.new_notebook(), draft)
    os.replace(draft, target)
    translate_file(target, language.current())
    return None if error is None else in_words(error)


def _end(running: Future) -> None:
    """End a run by ending its kernel, now or once it has one.

    To raise what interrupts it, in the middle of asyncio's work, would leave tasks half done, which
    tell the terminal so when they are found.
    """
    while not running.done():
        for child in psutil.Process().children():
            with suppress(psutil.Error):
                if "ipykernel_launcher" in child.cmdline():
                    child.kill()
        wait([running], timeout=0.1)


def _run(
    source: Path, draft: Path, parameters: dict | None, cell_minutes: float
) -> Exception | str | None:
    import papermill
    from jupyter_core.utils import ensure_event_loop
    from nbclient.exceptions import CellTimeoutError
    from papermill.exceptions import PapermillExecutionError

    from fcsr.course.report.kernels import ReportManager

    # What it has to say is said here: without a handler, Python would print it, too.
    logging.getLogger("papermill").addHandler(logging.NullHandler())
    seconds = None if math.isinf(cell_minutes) else math.ceil(60 * cell_minutes)
    loop = ensure_event_loop()  # that of nbclient, which leaves it open
    try:
        papermill.execute_notebook(
            _no_format(source),
            _no_format(draft),
            parameters,
            kernel_name="python3",
            language="python",
            cwd=source.parent,
            progress_bar={"leave": False, "disable": None},  # None: only on a terminal
            kernel_manager_class=ReportManager,
            execution_timeout=seconds,
            iopub_timeout=seconds or -1,
            # Of a kernel that is ended: else it tells on the terminal how its cell was cut short.
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        )
    except PapermillExecutionError as raised:
        return f"{raised.ename}: {raised.evalue}"
    except CellTimeoutError:
        return (
            f"the cell ran longer than {cell_minutes:g} minutes; with --cell-minutes it may take "
            "longer"
        )
    except Exception as raised:  # a kernel that died, a file that is no notebook, ...
        return raised
    finally:
        loop.close()
    return None


def _no_format(path: Path) -> str:
    """A path as papermill has to be given it, which takes braces for places to fill in."""
    return str(path).replace("{", "{{").replace("}", "}}")


def in_words(error: Exception | str) -> str:
    r"""An error as a page and a terminal may show it: its beginning, without control characters.

    Example:
        >>> from fcsr.course.report.execution import in_words
        >>> in_words(ValueError("\x1b[2J"))
        'ValueError: \\x1b[2J'
    """
    words = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    if len(words) > LONGEST_ERROR:
        words = f"{words[:LONGEST_ERROR]} ..."
    return "\n".join(printable(line) for line in words.splitlines())


def executed(path: Path) -> NotebookNode:
    """A notebook that papermill has executed, without what papermill has written into it."""
    import nbformat
    from papermill.execute import remove_error_markers

    return remove_error_markers(nbformat.read(path, as_version=4))


def started(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells that papermill has started, in order."""
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.metadata.get("papermill", {}).get("start_time")
    ]
