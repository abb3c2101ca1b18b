"""Which Python runs a notebook, and how it ends: by itself, by its time, or by a signal."""

import json
import os
import signal
import subprocess
import sys
import time

import nbformat
import psutil
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from nbformat.v4 import new_code_cell, new_notebook

from fcsr.course.kernels import ThisInterpreter
from fcsr.course.report.execution import execute, executed, started

ENDLESS = "import pathlib, time\npathlib.Path('started').touch()\nwhile True:\n    time.sleep(0.1)"
PATIENCE = 120  # seconds until a kernel has started, on cores that are busy with something else


@pytest.fixture
def notebook(tmp_path):
    """`notebook(*cells)`: a file 00_one.ipynb in a folder of its own."""
    path = tmp_path / "notebooks" / "00_one.ipynb"
    path.parent.mkdir()

    def write(*cells):
        nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells]), path)
        return path

    return write


@pytest.fixture
def foreign_kernel(tmp_path, monkeypatch):
    """A user's own `python3`, which Jupyter prefers, and which is no Python."""
    spec = tmp_path / "jupyter" / "kernels" / "python3" / "kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_text(json.dumps({"argv": ["false"], "display_name": "Mine", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    assert KernelSpecManager().get_kernel_spec("python3").argv == ["false"]


def test_this_interpreter_runs_it_whatever_is_installed(notebook, tmp_path, foreign_kernel):
    source = notebook("import sys\nprint(sys.executable)")
    assert execute(source, tmp_path / "out.ipynb", tmp_path, None, 10) is None
    [cell] = executed(tmp_path / "out.ipynb").cells
    assert cell.outputs[0].text.strip() == sys.executable


def test_jupyterlab_is_given_this_interpreter_alone(foreign_kernel):
    specs = ThisInterpreter().get_all_specs()
    assert list(specs) == ["python3"]
    assert specs["python3"]["spec"]["argv"][0] == sys.executable


def test_a_cell_without_end_is_ended(notebook, tmp_path, capfd):
    source = notebook("print('before')", ENDLESS, "print('after')")
    error = execute(source, tmp_path / "out.ipynb", tmp_path, None, 0.02)
    assert error == (
        "the cell ran longer than 0.02 minutes; with --cell-minutes it may take longer"
    )
    ran = executed(tmp_path / "out.ipynb")
    assert ran.cells[0].outputs[0].text == "before\n"
    assert len(started(ran)) == 2
    assert not [c for c in psutil.Process().children() if "ipykernel_launcher" in c.cmdline()]
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def report(notebook, tmp_path):
    """`fcsr report` in its cell without end."""
    notebook(ENDLESS)
    command = [sys.executable, "-m", "fcsr", "report"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        end = time.monotonic() + PATIENCE
        while not (tmp_path / "notebooks" / "started").exists():
            assert process.poll() is None and time.monotonic() < end, "it has not started"
            time.sleep(0.1)
        yield process
        process.kill()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_is_one_line_and_leaves_nothing(report, tmp_path, name):
    kernels = psutil.Process(report.pid).children()
    report.send_signal(getattr(signal, name))
    printed, told = report.communicate(timeout=PATIENCE)
    assert (printed, told) == ("", "fcsr: interrupted\n")
    assert report.returncode == 128 + getattr(signal, name)
    assert os.listdir(tmp_path / "build" / "report") == [".lock"]
    assert kernels and not any(kernel.is_running() for kernel in kernels)


def test_what_a_killed_report_leaves_the_next_one_sweeps(report, notebook, tmp_path):
    report.kill()
    report.wait()
    out = tmp_path / "build" / "report"
    assert list((out / ".draft").iterdir()), "what it was at"
    nbformat.write(new_notebook(), tmp_path / "notebooks" / "00_one.ipynb")
    again = subprocess.run(
        [sys.executable, "-m", "fcsr", "report", "--cell-minutes", "inf"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"PATH": ""},  # and so no browser
        timeout=PATIENCE,
    )
    assert again.returncode == 0, again.stderr
    assert {path.name for path in out.iterdir()} == {
        ".lock",
        "00_one.html",
        "00_one.ipynb",
        "index.html",
    }
