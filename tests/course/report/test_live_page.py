"""The report's index leads to the live page, where that was built."""

import pytest
from bs4 import BeautifulSoup
from nbformat import write
from nbformat.v4 import new_markdown_cell, new_notebook
from PIL import Image

from fcsr.course.report import pdf
from fcsr.course.report.build import build


@pytest.fixture
def index_of(tmp_path, monkeypatch):
    """The index of a report on one notebook."""
    (tmp_path / "notebooks").mkdir()
    notebook = new_notebook(cells=[new_markdown_cell("# Only words")])
    write(notebook, tmp_path / "notebooks" / "00_words.ipynb")
    monkeypatch.setattr(pdf, "NAMES", ("no-browser",))
    monkeypatch.chdir(tmp_path)

    def index():
        build(tmp_path / "notebooks", tmp_path / "build" / "report")
        return BeautifulSoup((tmp_path / "build/report/index.html").read_text(), "html.parser")

    return index


def test_the_index_leads_to_the_live_page(index_of, tmp_path):
    (tmp_path / "build" / "live").mkdir(parents=True)
    (tmp_path / "build" / "live" / "index.html").write_text("built before")
    [card] = index_of().select('a[href="../live/index.html"]')
    assert card.code.text == "python3 -m http.server --directory build/live"
    assert card.img is None
    (tmp_path / "figures").mkdir()
    Image.new("RGB", (8, 8), "olive").save(tmp_path / "figures" / "live.png")
    [card] = index_of().select('a[href="../live/index.html"]')
    assert card.img["src"].startswith("data:image/png")


def test_there_is_no_link_where_it_was_not_built(index_of):
    assert not index_of().select('a[href*="live"]')
