"""Every file in figures/ is what its list says, and can be made again."""

import io
import re
from pathlib import Path

import nbformat
import numpy as np
import papermill
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from fcsr.course.report import figures
from fcsr.errors import FcsrError

ROOT = Path(__file__).parents[3]
FIGURES = ROOT / "figures"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SETUP = 3  # code cells at the top of a notebook: versions, parameters, imports and styles


def listed() -> list[tuple[str, str]]:
    """Each file that the list in figures/README.md names, and who makes it, in its words."""
    words = (FIGURES / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.+?) \| (.+?) \|", words, flags=re.MULTILINE)
    return [(name, maker) for names, maker in rows for name in re.findall("`(.+?)`", names)]


@pytest.fixture(scope="module")
def shown():
    """The notebook and the PNG of every figure that the notebooks show."""
    found = [(p.name, figures.extract(p).items()) for p in NOTEBOOKS]
    return {f"{name}.png": (path, png) for path, items in found for name, png in items}


def test_the_list_names_each_file_once():
    files = {path.name for path in FIGURES.iterdir()} - {"README.md"}
    assert sorted(name for name, _ in listed()) == sorted(files)


def test_the_list_names_the_notebook_that_draws_it(shown):
    links = {name: re.findall(r"\.\./notebooks/(.+?)\)", maker) for name, maker in listed()}
    drawn = {name: notebooks for name, notebooks in links.items() if notebooks}
    assert drawn == {name: [notebook] for name, (notebook, _) in shown.items()}


@pytest.mark.parametrize("name", [name for name, maker in listed() if "notebooks/" in maker])
def test_figures_are_what_the_notebooks_show(name, shown):
    same = (FIGURES / name).read_bytes() == shown[name][1]
    assert same, "make notebooks draws it anew"  # pytest would compare byte by byte, for minutes


def test_figure_1_can_be_drawn_again(tmp_path):
    [path] = (path for path in NOTEBOOKS if "figure1" in figures.extract(path))
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    notebook.cells = code[:SETUP] + [c for c in code if c.metadata.get("figure") == "figure1"]
    for cell in notebook.cells:
        cell.outputs = []
    nbformat.write(notebook, tmp_path / path.name)
    papermill.execute_notebook(
        tmp_path / path.name,
        tmp_path / path.name,
        kernel_name="python3",
        cwd=path.parent,
        progress_bar=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
    )
    again = pixels(figures.extract(tmp_path / path.name)["figure1"])
    before = pixels((FIGURES / "figure1.png").read_bytes())
    assert again.shape == before.shape
    # Machines may differ in the last digit, and so in what CS takes for the mode of a few pixels.
    other = (abs(again - before) > 8).any(-1)
    assert other.mean() < 2e-5, f"{other.sum()} pixels of {other.size} are others"


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def test_the_last_picture_of_a_marked_cell_is_written(tmp_path, capsys):
    outputs = [new_output("display_data", {"image/png": data}) for data in ("YQ==", "Yg==")]
    cell = new_code_cell(outputs=outputs, metadata={"figure": "name"})
    nbformat.write(new_notebook(cells=[new_code_cell(), cell]), tmp_path / "some.ipynb")
    figures.main(str(tmp_path), str(tmp_path / "out"))
    assert (tmp_path / "out" / "name.png").read_bytes() == b"b"
    assert "name.png: from" in capsys.readouterr().out


def test_a_marked_cell_without_a_picture_is_refused(tmp_path):
    cell = new_code_cell(metadata={"figure": "name"})
    nbformat.write(new_notebook(cells=[cell]), tmp_path / "some.ipynb")
    with pytest.raises(FcsrError, match='the cell of figure "name" shows no picture; run it'):
        figures.extract(tmp_path / "some.ipynb")
