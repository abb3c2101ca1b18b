"""The report: five small notebooks, executed and published once, and read by every test."""

import base64
import contextlib
import io
import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import Image

from fcsr.course.report import pdf
from fcsr.course.report.build import build
from fcsr.course.report.page.summary import findings
from fcsr.errors import FcsrError

GOOD = [
    new_markdown_cell(
        "# A <small> figure\n"
        r"Inline $\sum_i \mathbb{1}[\hat y_i]^\top \log y_i$, unreadable $\nonsense{x}$, and"
        "\n\n"
        r"$$\lVert y_L - f(\hat y)\rVert_2^2 \tag{7}$$"
        "\n\n"
        r"\begin{align} a &= b \\ c &= \frac{1}{2} \end{align}"
        "\n\n`cost $5$` [elsewhere](https://example.org) ![a swatch](../swatch.png)"
        " [later](04_later.ipynb#end) [behind](../data.csv)"
    ),
    new_code_cell("scale = 2", metadata={"tags": ["parameters"]}),
    new_code_cell("print('scale is', scale)"),
    new_code_cell("import os\nprint('for a page:', 'FCSR_STILLS' in os.environ)"),
    new_code_cell(
        "import sys\nprint('PSNR   ', 10 * scale, 'dB')\nprint()\nprint('<1 %')\n"
        "print('beside it', file=sys.stderr)",
        metadata={"key_figures": True},
    ),
    new_code_cell("from PIL import Image\nImage.new('RGB', (50, 50), 'navy')"),
    new_code_cell(
        "Image.new('RGB', (900, 300), 'teal')",
        metadata={"figure": "teal", "alt": "a field of <teal>"},
    ),
    new_code_cell("from IPython.display import Math\nMath(r'\\alpha')"),
    new_code_cell(
        "from tqdm.auto import tqdm\n"
        "for _ in tqdm(range(3), desc='kept'):\n"
        "    list(tqdm(range(3), desc='fleeting', leave=False))"
    ),
]
BAD = [
    new_markdown_cell("Some words.\n\n## One that <fails>"),
    new_code_cell("scale = 2", metadata={"tags": ["parameters"]}),
    new_code_cell("scale / 0"),
    new_code_cell("print('never', 'reached')"),
]
DYING = [new_code_cell("scale = 2", metadata={"tags": ["parameters"]})]
DYING += [new_code_cell("import os\nos._exit(1)")]
LATER = [
    new_code_cell("print('still', 'here')"),
    new_markdown_cell("A [mode](glossary.md#the-mode) of [all](glossary.md)."),
    new_code_cell(
        "print('Cross-entropy gives', 'sharp <edges>.')", metadata={"finding": True}, id="found"
    ),
    new_code_cell("'Noise gives them, too.'", metadata={"finding": True}, id="told"),
]
GLOSSARY = """# Terms

## The mode

The most probable level, [used here](04_later.ipynb#end). ![a swatch](../swatch.png)

## Unused

Nobody links it.
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The pages that `build` returned by name, the lines it printed, and the folder it wrote."""
    root = tmp_path_factory.mktemp("course")
    (root / "notebooks").mkdir()
    Image.new("RGB", (8, 8), "red").save(root / "swatch.png")
    for name, cells in {
        "00_good": GOOD,
        "01_bad": BAD,
        "02_dying": DYING,
        "04_later": LATER,
    }.items():
        nbformat.write(new_notebook(cells=cells), root / "notebooks" / f"{name}.ipynb")
    (root / "notebooks" / "03_junk.ipynb").write_text("{")
    (root / "notebooks" / "glossary.md").write_text(GLOSSARY)
    out = root / "build" / "report"
    out.mkdir(parents=True)
    (out / "course.pdf").write_text("of an earlier day")
    # Relative folders, as the command line gives them, although notebooks run in their own.
    with (
        contextlib.chdir(root),
        contextlib.redirect_stdout(io.StringIO()) as printed,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(pdf, "NAMES", ("no-browser",))  # tests/browser has one
        made = build(Path("notebooks"), Path("build/report"))
    lines = printed.getvalue().splitlines()
    return {page.name: page for page in made.pages}, lines, out


def soup(folder, name):
    return BeautifulSoup((folder / f"{name}.html").read_text(), "html.parser")


def requests(html):
    """What a browser would fetch for a page; links that a reader may click are not fetched."""
    tree = BeautifulSoup(html, "html.parser")
    found = [
        tag[name]
        for tag in tree.find_all(lambda tag: tag.name != "a")
        for name in ("src", "srcset", "href", "data", "poster")
        if name in tag.attrs
    ]
    for css in [*tree.find_all("style"), *tree.select("[style]")]:
        found += re.findall(r"(?:url\(|@import)\s*[\"']?([^\s\"')]+)", css.get("style") or css.text)
    return [reference for reference in found if not reference.startswith(("data:", "#"))]


def test_notebooks_run_in_the_order_of_their_names(report):
    pages, lines, _ = report
    assert list(pages) == ["00_good", "01_bad", "02_dying", "03_junk", "04_later"]
    assert [line.split(":")[0] for line in lines[:-1]] == list(pages)
    assert re.fullmatch(r"00_good: \d+ s, ok", lines[0])
    assert lines[1].endswith("s, failed, In [2]: ZeroDivisionError: division by zero")


def test_without_a_browser_there_is_no_pdf_and_a_line_says_why(report):
    _, lines, folder = report
    assert lines[-1] == "no course.pdf: there is no browser: none of no-browser is installed"
    assert not (folder / "course.pdf").exists()
    assert "PDF" not in soup(folder, "index").text


def test_key_figures_are_what_their_cells_print(report):
    pages, _, folder = report
    assert pages["00_good"].key_figures == ("PSNR 20 dB", "<1 %")
    cards = {card["href"]: card for card in soup(folder, "index").select("a.card")}
    shown = {name: [item.text for item in card.select("li")] for name, card in cards.items()}
    assert shown["00_good.html"] == ["PSNR 20 dB", "<1 %"]
    assert not any(items for name, items in shown.items() if name != "00_good.html")


def test_a_finding_is_a_sentence_however_much_is_printed():
    output = nbformat.v4.new_output("stream", text="a line\n" * 10_000)
    cell = nbformat.v4.new_code_cell(outputs=[output], metadata={"finding": True})
    [finding] = findings(nbformat.v4.new_notebook(cells=[cell]))
    assert finding.words.startswith("a line a line") and len(finding.words) <= 300


def test_findings_come_first_and_lead_to_their_cells(report):
    _, _, folder = report
    index = soup(folder, "index")
    assert [heading.text for heading in index("h2")] == ["Findings", "Notebooks", "How it ran"]
    items = index.select(".findings li")
    assert [item.a.next.strip() for item in items] == [
        "Cross-entropy gives sharp <edges>.",
        "Noise gives them, too.",
    ]
    for item, words in zip(items, ("Cross-entropy gives", "Noise gives"), strict=True):
        name, _, anchor = item.a["href"].partition(".html#")
        assert (
            words in soup(folder, name).find(id=unquote(anchor)).select_one(".jp-OutputArea").text
        )


def test_a_card_shows_a_result_and_no_time(report):
    _, _, folder = report
    cards = {card["href"]: card for card in soup(folder, "index").select("a.card")}
    assert cards["04_later.html"].p.text == "Cross-entropy gives sharp <edges>."
    assert not re.search(r"\d s\b", " ".join(card.text for card in cards.values()))
    rows = [row.text for row in soup(folder, "index").select("footer tr")]
    assert len(rows) == len(cards) and all(re.search(r"(ok|failed)\d+ s$", row) for row in rows)


def test_pages_lead_to_those_before_and_after(report):
    pages, _, folder = report
    files = [*(page.file for page in pages.values()), "glossary.html"]
    for place, file in enumerate(files):
        bars = soup(folder, file.removesuffix(".html")).select(".course-bar")
        assert [bar.name for bar in bars] == ["header", "footer"]
        for bar in bars:
            links = {(link.get("rel") or ["up"])[0]: link["href"] for link in bar("a")}
            expected = {"prev": files[place - 1]} if place else {}
            expected |= {"next": files[place + 1]} if place + 1 < len(files) else {}
            assert links == {"up": "index.html", **expected}
    assert "One that <fails>" in soup(folder, "00_good").select_one("a[rel=next]").text


def test_code_is_folded_but_where_it_failed(report):
    _, _, folder = report
    page = soup(folder, "01_bad")
    folds = page.select(".jp-CodeCell > details.course-code")
    assert [fold.has_attr("open") for fold in folds] == [False, True, False]
    assert [bool(fold.select_one(".highlight")) for fold in folds] == [True] * 3
    assert len(page.select("label.course-switch > input[type=checkbox]#course-code-switch")) == 1


def test_contents_lead_to_headings(report):
    _, _, folder = report
    page = soup(folder, "01_bad")
    [link] = page.select("aside nav a")
    assert page.find(id=unquote(link["href"][1:])).text.strip() == link.text == "One that"


def test_the_glossary_is_a_page(report):
    _, _, folder = report
    assert soup(folder, "index").header.find("a", string="Glossary")["href"] == "glossary.html"
    links = {a.text: a["href"] for a in soup(folder, "04_later").select("p a[href]")}
    assert links == {"mode": "glossary.html#the-mode", "all": "glossary.html"}
    page = soup(folder, "glossary")
    assert page.find(id="the-mode").text == "The mode"
    assert page.find("a", string="used here")["href"] == "04_later.html#end"
    [uses] = page.select(".course-uses")
    assert uses.find_previous("h2").text == "The mode"
    assert [link["href"] for link in uses("a")] == ["04_later.html"]
    assert page.find("img", alt="a swatch")["src"].startswith("data:")
    assert not page.select(".course-switch")


def test_kernels_are_told_that_a_page_is_made(report):
    _, _, folder = report
    assert "for a page: True" in soup(folder, "00_good").text


def test_links_lead_to_pages_or_nowhere(report):
    _, _, folder = report
    page = soup(folder, "00_good")
    links = {link.text: link["href"] for link in page.select("main p a[href]")}
    assert links == {"elsewhere": "https://example.org", "later": "04_later.html#end"}
    assert "behind" in page.text


def test_titles_are_first_headings(report):
    pages, _, folder = report
    assert pages["00_good"].title == "A <small> figure"
    assert pages["01_bad"].title == "One that <fails>"
    assert pages["04_later"].title == "04_later"
    assert soup(folder, "01_bad").title.text == "One that <fails>"
    cards = soup(folder, "index").select("a.card")
    assert [card.h3.text for card in cards] == [page.title for page in pages.values()]
    assert [card["href"] for card in cards] == [f"{name}.html" for name in pages]


def test_errors_are_shown_and_later_notebooks_run(report):
    pages, _, folder = report
    errors = {
        "00_good": None,
        "01_bad": "In [2]: ZeroDivisionError: division by zero",
        "02_dying": "In [2]: DeadKernelError: Kernel died",
        "03_junk": "NotJSONError: Notebook does not appear to be JSON: '{'",
        "04_later": None,
    }
    assert {name: page.error for name, page in pages.items()} == errors
    cards = soup(folder, "index").select("a.card")
    for (name, error), card in zip(errors.items(), cards, strict=True):
        assert ("failed" in card["class"]) == (error is not None)
        assert [pre.text for pre in card.select("pre")] == ([error] if error else [])
        banner = soup(folder, name).select_one(".course-error")
        assert (banner.pre.text if banner else None) == error
    assert "still here" in soup(folder, "04_later").text


def test_failed_page_leads_to_its_cell(report):
    _, _, folder = report
    page = soup(folder, "01_bad")
    cell = page.find(id=page.select_one(".course-error a")["href"].removeprefix("#"))
    assert cell.select_one(".jp-InputPrompt").text.split() == ["In", "[2]:"]
    assert "ZeroDivisionError" in cell.select_one(".jp-OutputArea").text
    assert "never reached" not in page.text


def test_pages_request_nothing(report):
    _, _, folder = report
    pages = sorted(folder.glob("*.html"))
    assert len(pages) == 7
    for page in pages:
        html = page.read_text()
        assert requests(html) == []
        assert "<script" not in html
        policy = BeautifulSoup(html, "html.parser").find("meta", {"http-equiv": True})
        assert policy["content"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    # The search finds what nbconvert's own pages request.
    body, _ = HTMLExporter().from_notebook_node(new_notebook(cells=GOOD))
    assert {"require.min.js", "latest.js?config=TeX-AMS_CHTML-full,Safe"} <= {
        url.rpartition("/")[2] for url in requests(body)
    }


def test_formulas_are_mathml(report):
    _, _, folder = report
    page = soup(folder, "00_good")
    inline, tagged, aligned, displayed = page.find_all("math")
    assert inline.get("display") is None
    assert inline.text.startswith("∑i\N{MATHEMATICAL DOUBLE-STRUCK DIGIT ONE}[")
    assert tagged["display"] == aligned["display"] == "block"
    assert tagged.find("mtext", string="(7)")
    assert aligned.find("mfrac")
    assert not aligned.find("mtext")  # not numbered, as in Jupyter
    assert displayed.text == "\N{GREEK SMALL LETTER ALPHA}"
    assert page.select_one(".math-core-error").text == r"\nonsense{x}"
    assert page.find("code", string="cost $5$")


def test_pictures_lie_inside_the_page(report):
    pages, _, folder = report
    assert soup(folder, "00_good").find("img", alt="a swatch")["src"].startswith("data:image/png")
    kind, data = pages["00_good"].thumbnail.split(",")
    assert kind == "data:image/png;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (640, 213)
    assert [image["src"] for image in soup(folder, "index").select("img")] == [f"{kind},{data}"]


def test_pictures_are_described_by_their_cells(report):
    _, _, folder = report
    shown = soup(folder, "00_good").select(".jp-RenderedImage img")
    assert [image["alt"] for image in shown] == ["a picture", "a field of <teal>"]


def test_progress_bars_show_their_end(report):
    _, _, folder = report
    outputs = soup(folder, "00_good").select(".jp-OutputArea-output")
    bars = [output.text.strip() for output in outputs if "it/s" in output.text]
    assert len(bars) == 1
    assert bars[0].startswith("kept: 100% 3/3 [")


def test_executed_notebooks_are_kept_and_drafts_are_not(report):
    pages, _, folder = report
    assert {path.name for path in folder.iterdir()} == {
        ".lock",
        "index.html",
        "glossary.html",
        *(f"{name}.html" for name in pages),
        *(f"{name}.ipynb" for name in pages),
    }
    executed = nbformat.read(folder / "00_good.ipynb", as_version=4)
    printed = [o.text for c in executed.cells for o in c.get("outputs", []) if "text" in o]
    assert printed[0] == "scale is 2\n"


def test_files_of_parameters_are_the_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "NAMES", ("no-browser",))
    notebooks, out = tmp_path / "notebooks", tmp_path / "out"
    notebooks.mkdir()
    elsewhere = new_markdown_cell("# Scales\n\n[other](01_other.ipynb) [itself](00_scale.ipynb)")
    nbformat.write(new_notebook(cells=[elsewhere, *GOOD[1:5]]), notebooks / "00_scale.ipynb")
    nbformat.write(new_notebook(cells=LATER), notebooks / "01_other.ipynb")
    files = [tmp_path / "00_scale_large.yaml", tmp_path / "00_scale.yaml"]
    for file, scale in zip(files, (7, 3), strict=True):
        file.write_text(f"scale: {scale}")
    pages = build(notebooks, out, files).pages
    assert [(page.name, page.title) for page in pages] == [
        ("00_scale_large", "Scales (large)"),
        ("00_scale", "Scales"),
    ]
    assert [page.key_figures[0] for page in pages] == ["PSNR 70 dB", "PSNR 30 dB"]
    made = {path.stem for path in out.iterdir() if path.name != ".lock"}
    assert made == {"index", "00_scale_large", "00_scale"}
    links = {a.text: a["href"] for a in soup(out, "00_scale_large").select("p a[href]")}
    assert links == {"itself": "00_scale.html"}, "no page of the other was made"


def test_a_file_of_parameters_that_does_not_fit_stops_all(tmp_path):
    (tmp_path / "notebooks").mkdir()
    nbformat.write(new_notebook(cells=GOOD[1:3]), tmp_path / "notebooks" / "00_scale.ipynb")
    good, bad = tmp_path / "00_scale_good.yaml", tmp_path / "00_scale_bad.yaml"
    good.write_text("scale: 3")
    bad.write_text("size: 3")
    with pytest.raises(FcsrError, match=r"'size', which 00_scale\.ipynb does not know"):
        build(tmp_path / "notebooks", tmp_path / "out", [good, bad])
    assert not (tmp_path / "out").exists()


def test_the_notebooks_are_not_written_over(tmp_path):
    (tmp_path / "00_one.ipynb").write_text("half merged")
    (tmp_path / "link").symlink_to(tmp_path)
    for out in (tmp_path, tmp_path / "link"):
        with pytest.raises(FcsrError, match="is the folder of the notebooks, which would be lost"):
            build(tmp_path, out)
    with pytest.raises(FcsrError, match=r"00_one\.ipynb cannot be made"):
        build(tmp_path, tmp_path / "00_one.ipynb")
    assert (tmp_path / "00_one.ipynb").read_text() == "half merged"


def test_folder_without_notebooks(tmp_path):
    with pytest.raises(FcsrError, match=r"no notebook in .*: give a folder that holds \*\.ipynb"):
        build(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
