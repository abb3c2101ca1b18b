"""Notebooks that break something, each beside others that must be done all the same."""

import base64
import contextlib
import io
import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from PIL import Image

from fcsr.course.report import build, pdf
from fcsr.errors import FcsrError


def encoded(kind):
    Image.new("RGB", (8, 8)).save(data := io.BytesIO(), kind)
    return base64.b64encode(data.getvalue()).decode()


POLICY = "Content-Security-Policy"
PNG, GIF = encoded("png"), encoded("gif")
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
        new_markdown_cell("# Unshowable"),
        new_code_cell("print('kept in the notebook')"),
        new_raw_cell("raw", metadata={"raw_mimetype": ["text/html"]}),
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
    "07_attachments": [
        new_markdown_cell(
            "# Attached\n\n![is gone](attachment:gone.png) <img alt='too' src='attachment:b.png'>"
        ),
        new_markdown_cell(
            "![there](attachment:그림%201.png) <img src='attachment:그림 1.png'>",
            attachments={"그림 1.png": {"image/png": PNG}},
        ),
    ],
    "08_drawings": [
        new_code_cell(
            "display({'image/svg+xml': '<SVG><circle r=1><svg/></SVG>'}, raw=True)\n"
            "display({'text/html': '<SVG><circle r=1><svg/></SVG>'}, raw=True)\n"
            "display({'image/svg+xml': 'no SVG'}, raw=True)\n"
            "display({'text/html': '<svg>' + '<g>' * 5000}, raw=True)"
        ),
        new_markdown_cell("![of data](data:image/svg+xml,words)"),
    ],
    "09_films": [
        new_code_cell(
            "from IPython.display import HTML, Audio, Video\n"
            "display(Video(b'film', embed=True, mimetype='video/mp4'), Audio(b'sound'))\n"
            f"display({{'image/gif': {GIF!r}, 'text/plain': 'words of it'}}, raw=True)\n"
            "display(HTML('<video src=gone.mp4></video>'), Video(url='https://example.org/a.mp4'))"
        ),
    ],
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
    assert [card.h3.text for card in index.select("a.card")] == [p.title for p in pages.values()]
    assert "3 of 11 notebooks ran to the end" in " ".join(index.text.split())


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
    assert page.error == (
        "it cannot be shown: UndefinedError: 'list object' has no attribute 'lower'"
    )
    assert soup(made, page).select_one(".course-error pre").text == page.error
    assert "kept in the notebook" in (made[2] / "03_unshowable.ipynb").read_text()


def test_attachments_are_shown_where_they_are_there(made, pages):
    missing = [
        f"a picture is missing: its cell has no attachment {name}.png; paste it again, "
        "or name a file"
        for name in ("gone", "b")
    ]
    assert pages["07_attachments"].whole
    assert pages["07_attachments"].error == "\n".join(missing)
    shown = soup(made, pages["07_attachments"])
    assert "[is gone: its cell has no" in shown.text and "[too: its cell has no" in shown.text
    assert [img["src"] for img in shown.main("img")] == [f"data:image/png;base64,{PNG}"] * 2


def test_drawings_are_shown_or_told(made, pages):
    assert pages["08_drawings"].error == (
        "In [1]: a picture cannot be shown: it is no SVG\n"
        "a picture is missing: it is nested too deeply\n"
        "a picture is missing: data:image/svg+xml,words cannot be shown: it is no SVG"
    )
    shown = soup(made, pages["08_drawings"])
    assert len(shown.main("img", src=re.compile("^data:image/svg"))) == 2
    assert "[a drawing: it is no SVG]" in shown.text
    assert (
        "[a drawing: it is nested too deeply]" in shown.text
        and "[of data: data:image" in shown.text
    )


def test_films_and_sounds_are_kept_where_they_lie_in_the_page(made, pages):
    missing = "a video is missing: gone.mp4 cannot be read: No such file or directory"
    assert pages["09_films"].error == missing
    shown = soup(made, pages["09_films"])
    data = base64.b64encode(b"film").decode()
    sources = [source["src"] for source in shown.select("video source")]
    assert sources == [f"data:video/mp4;base64,{data}"]
    assert shown.audio.source["src"].startswith("data:audio/")
    assert shown.main.find("img", src=f"data:image/gif;base64,{GIF}")
    assert [pre for pre in shown("pre") if pre.text == "words of it"] == []
    assert "[a video: a video elsewhere, which this page does not fetch]" in shown.text
    assert "media-src data:;" in shown.find("meta", {"http-equiv": POLICY})["content"]


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
        policy = tree.find("meta", {"http-equiv": POLICY})["content"]
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
