"""Two notebooks with the same cell ids, bound into one document."""

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from fcsr.course.report.booklet import bind
from fcsr.course.report.page.html import Page


@pytest.fixture
def document(tmp_path):
    pages = [
        Page("00_one", "The first", 3.4),
        Page("01_two", "The second", 5.0, error="ValueError: <no> such thing"),
    ]
    for page, other in zip(pages, reversed(pages), strict=True):
        output = new_output("stream", text=f"printed by {page.name}")
        cells = [
            new_markdown_cell(f"# {page.title}\n\n[over there]({other.name}.ipynb)", id="a"),
            new_code_cell("print()", id="b", outputs=[output]),
        ]
        nbformat.write(new_notebook(cells=cells), tmp_path / f"{page.name}.ipynb")
    bound = bind(pages, tmp_path, tmp_path, "All & <everything>", "a machine")
    return BeautifulSoup(bound, "html.parser")


def test_contents_come_first_and_lead_to_each_notebook(document):
    heading, first, second = document.find_all("h1")
    contents = heading.find_next("ul")
    assert [item.text for item in contents.select("li")] == [
        "The first, 3 s",
        "The second, 5 s, failed",
    ]
    for link, title in zip(contents.select("a"), (first, second), strict=True):
        assert document.find(id=link["href"].removeprefix("#")).find_next("h1") == title


def test_notebooks_lead_to_each_other(document):
    links = [link["href"] for link in document.find_all("a", string="over there")]
    assert links == ["#01_two", "#00_one"]


def test_every_id_is_there_once(document):
    found = [tag["id"] for tag in document.find_all(id=True)]
    assert len(found) == len(set(found))


def test_outputs_are_in_order_and_errors_are_shown(document):
    text = document.text
    places = [text.index(f"printed by {name}") for name in ("00_one", "01_two")]
    assert places[0] < text.index("<no> such thing") < places[1]
