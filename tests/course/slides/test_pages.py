"""Decks are whole pages: a screen for each slide, links among them, no script."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from fcsr.course.slides import pages, plan, sizes
from fcsr.errors import FcsrError

NOTEBOOKS = sorted((Path(__file__).parents[3] / "notebooks").glob("*.ipynb"))


@pytest.fixture
def folder(tmp_path) -> Path:
    texts = ["# One\n\n$x^2$", "## Two\n\nNext: [two](01_two.ipynb), [table](../figures/a.csv)"]
    for name, cells in {"00_one": texts, "01_two": ["# Other"]}.items():
        notebook = new_notebook(cells=[new_markdown_cell(text) for text in cells])
        nbformat.write(notebook, tmp_path / f"{name}.ipynb")
    return tmp_path


def test_a_deck_for_each_notebook(folder):
    made = pages.make(folder, folder / "decks")
    assert [path.name for path in made] == ["00_one.html", "01_two.html"]
    text = made[0].read_text(encoding="utf-8")
    assert text.count('<section class="course-slide"') == text.count("</section>") == 2
    assert 'href="01_two.html"' in text and "a.csv" not in text
    assert "<script" not in text and "<math" in text and "scroll-snap-type: y mandatory" in text
    assert "Content-Security-Policy" in text and "<title>One</title>" in text


def test_what_cannot_be_read_or_written_is_said(folder, tmp_path):
    with pytest.raises(FcsrError, match="no notebook in"):
        pages.make(folder / "none", folder)
    (folder / "file").touch()
    with pytest.raises(FcsrError, match="cannot be written to"):
        pages.make(folder, folder / "file")
    odd = new_notebook(cells=[new_markdown_cell("# Odd", metadata={"slideshow": "x"})])
    nbformat.write(odd, folder / "02_odd.ipynb")
    with pytest.raises(FcsrError, match=r"02_odd.ipynb cannot be made into slides"):
        pages.make(folder, folder / "decks")
    (folder / "02_bad.ipynb").write_text("{")
    with pytest.raises(FcsrError, match=r"02_bad.ipynb cannot be read"):
        pages.make(folder, folder / "decks")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_makes_a_deck_to_teach_from(path):
    notebook = nbformat.read(path, as_version=4)
    slides = plan.slides(notebook)
    assert 10 <= len(slides) <= 80
    assert slides[0][0].cell.source.startswith("# ")
    figures = [cell for cell in notebook.cells if "figure" in cell.metadata]
    shown = [piece.cell for slide in slides for piece in slide if piece.picture]
    assert {cell.metadata["figure"] for cell in figures} <= {
        c.metadata.get("figure") for c in shown
    }
    for slide in slides:
        room = sizes.HEIGHT - sum(piece.height for piece in slide)
        assert not any(piece.picture for piece in slide) or room >= plan.LEAST_PICTURE
    assert not re.search(r"### Solution \d", "".join(p.cell.source for s in slides for p in s))
