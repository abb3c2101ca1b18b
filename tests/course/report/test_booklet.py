"""Two notebooks with the same cell ids, bound into one document."""

import re
from urllib.parse import unquote

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from fcsr.course.report.booklet import bind
from fcsr.course.report.page.summary import Page

GLOSSARY = "# Terms\n\n## Mode\n\nThe most probable level."


@pytest.fixture
def document(tmp_path):
    pages = [
        Page("00_one", "The first", 3.4),
        Page("01_two", "The second", 5.0, error="ValueError: <no> such thing"),
    ]
    for page, other in zip(pages, reversed(pages), strict=True):
        output = new_output("stream", text=f"printed by {page.name}")
        cells = [
            new_markdown_cell(
                f"# {page.title}\n\n[over there]({other.name}.ipynb) [a term](glossary.md#mode)\n\n"
                "## Section\n\n<details><summary>Hint 1</summary>words</details>",
                id="a",
            ),
            new_code_cell("print()", id="b", outputs=[output]),
        ]
        nbformat.write(new_notebook(cells=cells), tmp_path / f"{page.name}.ipynb")
    bound = bind(pages, tmp_path, tmp_path, "All & <everything>", "a machine", GLOSSARY)
    return BeautifulSoup(bound, "html.parser")


def test_contents_come_first_and_lead_to_each_notebook_and_section(document):
    heading, *chapters = document.find_all("h1")
    contents = heading.find_next("ol")
    lines = ["The first", "Section", "The second", "Section", "Terms", "Mode"]
    assert [item.text for item in contents.select("li")] == lines
    assert [chapter.text for chapter in chapters] == lines[::2]
    for link, line in zip(contents.select("a"), lines, strict=True):
        assert document.find(id=unquote(link["href"][1:])).text == line
    assert heading.find_next("p", string=re.compile("^Failed")).text == "Failed: The second"


def test_nothing_is_folded(document):
    folds = document.find_all("details")
    assert len(folds) == 4 and all(fold.has_attr("open") for fold in folds)


def test_the_glossary_is_the_last_chapter(document):
    [first, _] = document.find_all("a", string="a term")
    assert document.find(id=first["href"][1:]).find_next("h1").text == "Terms"


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
