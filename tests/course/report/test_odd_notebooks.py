"""Notebooks that break something, each beside others that must be done all the same."""

import contextlib
import io
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from fcsr.course.report import build, pdf
from fcsr.errors import FcsrError

FINE = [new_markdown_cell("# Fine\n\n[the index](index.ipynb)"), new_code_cell("print('fine')")]
ODD = {
    "00_fine": FINE,
    "01_no_png": [
        new_markdown_cell("# No PNG"),
        new_code_cell("display({'image/png': 'AAAA', 'text/plain': 'x'}, raw=True)"),
    ],
    "02_names": [
        new_markdown_cell(f"# Names\n\n![long]({'x' * 300}.png) ![of here](/etc/hostname)"),
        new_code_cell("print('still', 'shown')"),
    ],
    "03_unshowable": [
        new_markdown_cell("# Unshowable\n\n![gone](attachment:gone.png)"),
        new_code_cell("print('kept in the notebook')"),
    ],
    "04_requests": [
        new_code_cell(
            "from IPython.display import HTML, Javascript, display\n"
            "display(HTML('<meta http-equiv=refresh content=\"0;url=http://127.0.0.1:9/\">'"
            "             '<base href=\"http://127.0.0.1:9/\"><i>read</i>'))\n"
            "display(Javascript('</script><meta http-equiv=refresh content=0>'))\n"
            "display({'text/vnd.mermaid': '<meta http-equiv=refresh content=0>'}, raw=True)"
        ),
        new_markdown_cell("<meta http-equiv=refresh content=0>\n\n<form action=/>\n\n*words*"),
    ],
    "05_{braces} \x1b[2J": [new_code_cell("raise ValueError('\\x1b[31mred\\nline two')")],
    "06_long": [new_code_cell("raise ValueError('x' * 10**6)")],
    "index": [new_markdown_cell("# My index"), new_code_cell("print('of', 'the notebook')")],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The report, what it printed, and the folder of its pages."""
    root = tmp_path_factory.mktemp("project")
    (root / "notebooks").mkdir()
    for name, cells in ODD.items():
        nbformat.write(new_notebook(cells=cells), root / "notebooks" / f"{name}.ipynb")
    with (
        contextlib.redirect_stdout(io.StringIO()) as printed,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(pdf, "NAMES", ("no-browser",))
        report = build.build(root / "notebooks", root / "out")
    return report, printed.getvalue(), root / "out"


@pytest.fixture
def pages(made):
    return {page.name: page for page in made[0].pages}


def soup(made, page):
    return BeautifulSoup((made[2] / page.file).read_text(), "html.parser")


def test_all_are_done_and_the_index_is_written(made, pages):
    assert list(pages) == list(ODD)
    assert [name for name, page in pages.items() if page.error is None] == [
        "00_fine",
        "04_requests",
        "index",
    ]
    assert made[0].failed and made[0].pdf_error is None
    index = BeautifulSoup((made[2] / "index.html").read_text(), "html.parser")
    assert [card.h2.text for card in index.select("a.card")] == [p.title for p in pages.values()]
    assert "3 of 8 notebooks ran to the end" in " ".join(index.text.split())


def test_pages_say_what_failed_and_show_the_rest(made, pages):
    errors = {
        "01_no_png": "In [1]: a picture cannot be shown: "
        "it is no picture of a kind that Pillow knows",
        "02_names": f"a picture is missing: {'x' * 80} cannot be read: File name too long\n"
        "a picture is missing: /etc/hostname lies outside the project's folder",
    }
    for name, error in errors.items():
        assert pages[name].error == error
        assert soup(made, pages[name]).select_one(".course-error pre").text == error
    shown = soup(made, pages["02_names"]).text
    assert "still shown" in shown
    assert "[of here: /etc/hostname lies outside the project's folder]" in shown


def test_a_notebook_that_cannot_be_shown_is_kept(made, pages):
    page = pages["03_unshowable"]
    assert page.title == "Unshowable" and not page.whole
    assert page.error == "it cannot be shown: InvalidNotebook: missing attachment: gone.png"
    assert soup(made, page).select_one(".course-error pre").text == page.error
    assert "kept in the notebook" in (made[2] / "03_unshowable.ipynb").read_text()


def test_pages_leave_for_nowhere(made, pages):
    page = soup(made, pages["04_requests"])
    assert [meta.get("http-equiv", "").lower() for meta in page.find_all("meta")] == [
        "",
        "",
        "content-security-policy",
        "x-dns-prefetch-control",
    ]
    assert page.find_all(["base", "form", "script", "link", "iframe"]) == []
    assert page.find("i", string="read") and page.find("em", string="words")
    for tree in (page, BeautifulSoup((made[2] / "index.html").read_text(), "html.parser")):
        policy = tree.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
        assert "base-uri 'none'; form-action 'none'" in policy


def test_a_notebook_that_is_called_index_keeps_its_page(made, pages):
    assert pages["index"].file == "index_.html"
    assert "of the notebook" in soup(made, pages["index"]).text
    [link] = soup(made, pages["00_fine"]).find_all("a", string="the index")
    assert link["href"] == "index_.html"
    index = BeautifulSoup((made[2] / "index.html").read_text(), "html.parser")
    assert "index_.html" in [card["href"] for card in index.select("a.card")]


def test_the_terminal_gets_no_orders_and_no_floods(made, pages):
    lines = made[1].splitlines()
    assert all(line.isprintable() for line in lines)
    assert r"05_{braces} \x1b[2J: " in made[1]
    assert pages["05_{braces} \x1b[2J"].error == "In [1]: ValueError: \\x1b[31mred\nline two"
    assert len(made[1]) < 6000 and len(pages["06_long"].error) < 3000


def test_a_pdf_that_was_not_made_is_a_failure(tmp_path, monkeypatch, capsys):
    program = tmp_path / "browser"
    program.write_text("#!/bin/sh\nprintf 'a bad\\033 day' >&2\n")
    program.chmod(0o755)
    monkeypatch.setattr(pdf, "NAMES", (str(program),))
    (tmp_path / "notebooks").mkdir()
    nbformat.write(new_notebook(cells=FINE[:1]), tmp_path / "notebooks" / "00_fine.ipynb")
    report = build.build(tmp_path / "notebooks", tmp_path / "out")
    assert report.failed and report.pages[0].error is None
    assert "printed nothing, and said:\na bad\\x1b day" in report.pdf_error
    assert r"no course.pdf: " in capsys.readouterr().out
    index = BeautifulSoup((tmp_path / "out" / "index.html").read_text(), "html.parser")
    assert index.select_one("header pre").text == report.pdf_error
    assert not list(Path(tmp_path / "out").glob("*.pdf"))


@pytest.mark.parametrize("minutes", [0, -1, float("nan")])
def test_no_time_for_a_cell_is_refused(tmp_path, minutes):
    nbformat.write(new_notebook(cells=FINE), tmp_path / "00_fine.ipynb")
    with pytest.raises(FcsrError, match="give a number above 0"):
        build.build(tmp_path, tmp_path / "out", cell_minutes=minutes)
    assert not (tmp_path / "out").exists()
