"""A notebook with every widget passes papermill, which keeps their state, and strict nbval."""

import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest
from nbformat.v4 import new_code_cell, new_notebook

SANITIZE = Path(__file__).parent / "sanitize.cfg"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
NAMES = ("frequency_splitter", "scale_explorer", "pixel_inspector", "decode_slider")


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("widgets")
    first = """from fcsr import images
from fcsr.course import widgets
hr = images.sample("chelsea").crop((9, 9, 89, 89))"""
    cells = [first, *(f"widgets.{name}(hr)" for name in NAMES)]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = new_notebook(cells=[new_code_cell(c) for c in cells], metadata=metadata)
    nbformat.write(notebook, folder / "plain.ipynb")
    papermill.execute_notebook(
        folder / "plain.ipynb",
        folder / "executed.ipynb",
        language="python",
        progress_bar=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
    )
    return folder / "executed.ipynb"


def test_state_is_kept(executed):
    notebook = nbformat.read(executed, as_version=4)
    state = notebook.metadata.widgets[WIDGET_STATE]["state"]
    [*views] = [cell.outputs[0].data[WIDGET_VIEW]["model_id"] for cell in notebook.cells[1:]]
    assert len(views) == len(NAMES) and set(views) <= set(state)
    pictures = [model for model in state.values() if model["model_name"] == "ImageModel"]
    assert len(pictures) == len(NAMES)
    assert all(picture["buffers"][0]["data"].startswith("iVBOR") for picture in pictures)


def nbval(path):
    command = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with", str(SANITIZE), str(path)]
    return subprocess.run([sys.executable, "-m", "pytest", *command], cwd=path.parent).returncode


def test_nbval_passes(executed):
    assert nbval(executed) == 0
