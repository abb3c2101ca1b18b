"""The report, read with the network cut off, and printed."""

import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

WIDGETS = ("frequency_splitter", "scale_explorer", "pixel_inspector", "decode_slider")
SOLUTION = {"tags": ["solution"]}
QUIET = [
    new_markdown_cell(
        "# Offline\n\n[Next](01_loud.ipynb)\n\nA formula, $\\frac{a}{b}$, and\n\n$$y = y_L + y_H$$"
    ),
    new_code_cell(
        "from tqdm.auto import tqdm\n"
        "from fcsr import images\nfrom fcsr.course import widgets\n"
        "photograph = images.sample('rocket').crop((200, 200, 320, 320))"
    ),
    new_code_cell("photograph", metadata={"figure": "rocket"}),
    new_code_cell("for _ in tqdm(range(7), desc='launches'):\n    pass"),
    *(new_code_cell(f"widgets.{name}(photograph)") for name in WIDGETS),
    new_markdown_cell("## A wide table"),
    new_code_cell("import pandas as pd\npd.DataFrame([[0.123456] * 30])"),
    new_markdown_cell(
        "## Exercises\n\n### Exercise 1 (write): a word\n\n"
        "<details><summary>Hint 1</summary>\n\nIt has **four** letters.\n\n</details>"
    ),
    new_markdown_cell("### Solution 1", metadata=SOLUTION | {"jp-MarkdownHeadingCollapsed": True}),
    new_code_cell("print('wo', 'rd', sep='')", metadata=SOLUTION),
]
LOUD = [
    new_markdown_cell("# Refused\n\n[Back](00_quiet.ipynb), or [beside](../beside.csv)"),
    new_code_cell("print('a line', 'of', '<output>')"),
    new_code_cell(
        "from IPython.display import HTML\n"
        "HTML('<script src=\"https://example.org/a.js\"></script>'\n"
        "     '<img src=\"https://example.org/b.png\">'\n"
        '     \'<meta http-equiv="refresh" content="0;url=https://example.org/c.html">\'\n'
        '     \'<base href="https://example.org/"><link rel="preconnect" href="//example.org">\'\n'
        "     '<form action=\"https://example.org/d\"><button>send</button></form>'\n"
        "     '<p style=\"background: url(https://example.org/e.png)\">the end</p>')"
    ),
]
# A teal square for a moment, as Chromium's MediaRecorder made it.
WEBM = """
GkXfo59ChoEBQveBAULygQRC84EIQoKEd2VibUKHgQRChYECGFOAZwEAAAAAAAGYEU2bdLlNu4tTq4QVSalmU6yBbk27
i1OrhBZUrmtTrIGTTbuLU6uEH0O2dVOsgdRNu4xTq4QcU7trU6yCAYbsrgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
AAAAAAAAAAAAAAAAAAAAAAAAAAAVSalmoCrXsYMPQkBEiYRDGjvnTYCGQ2hyb21lV0GGQ2hyb21lFlSua7yuuteBAXPF
h+LX0PkVGuSDgQFV7oEBhoVWX1ZQOOCdsIEQuoEQU8CBAVWwkFWxgQFVuYECVbqBDVW7gQEfQ7Z1AQAAAAAAAKbngQCg
6KG9gQAAALACAJ0BKhAAEAAABwiFhYiZhIgBJBATrVAfwBBn7iD++NAL/0mzxNnibPkkf/0lr+ktf0lr/6Q4AHWhpqak
7oEBpZ8QAgCdASoQABAAAAcIhYWImYSIASQQAGBrAP7/uoMAoLehloEAmgDRAQAAEAkgAMAAwsF/oABAAAB1oZmml+6B
AaWS0QEAABAJIADAAMLBf6AAQAAA+4EAHFO7a427i7OBALeG94EB8YHU
"""
PLAYED = [
    new_markdown_cell("# Played"),
    new_code_cell(
        "import base64\n"
        "from IPython.display import Audio, Video\n"
        "Audio([0.0, 0.5] * 400, rate=8000)"
    ),
    new_code_cell(
        f"film = base64.b64decode({WEBM.replace(chr(10), '')!r})\n"
        "Video(film, embed=True, mimetype='video/webm')"
    ),
    new_code_cell(
        "import ipywidgets\n"
        "ipywidgets.VBox([ipywidgets.Video(value=film, format='webm'), ipywidgets.Label('below')])"
    ),
]
DRAWN = [
    new_markdown_cell("# Drawn\n\n<SVG WIDTH=50 height=50><circle r=10><svg></svg></SVG>"),
    new_code_cell("display({'image/svg+xml': '<SVG width=50 height=50><g></SVG>'}, raw=True)"),
]
# What a page asks for: to each, the browser's own policy says no, or it leaves the page.
WAYS = {
    "script": "<script src='https://example.org/a.js'></script>",
    "picture": "<img src='https://example.org/b.png'>",
    "base": "<base href='https://example.org/'>",
    "form": "<form action='https://example.org/d'><button>go</button></form>",
    "style": "<p style='background: url(https://example.org/e.png)'>here</p>",
    "frame": "<iframe src='https://example.org/f.html'></iframe>",
}
# The browser's own word for what a page asked it for, and was refused.
REFUSED = "Content Security Policy"


@pytest.fixture(scope="module")
def folder(browser, tmp_path_factory):
    """A report of four notebooks, by the command line; without a browser it is not made."""
    root = tmp_path_factory.mktemp("course")
    (root / "notebooks").mkdir()
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebooks = {"00_quiet": QUIET, "01_loud": LOUD, "02_played": PLAYED, "03_drawn": DRAWN}
    for name, cells in notebooks.items():
        notebook = new_notebook(cells=cells, metadata=metadata)
        nbformat.write(notebook, root / "notebooks" / f"{name}.ipynb")
    command = [sys.executable, "-c", "from fcsr.cli import main; main()", "report"]
    subprocess.run(command, cwd=root, check=True, timeout=900)
    return root / "build" / "report"


@pytest.fixture
def refused(page):
    """What the page was refused by its own policy, so far."""
    found = []
    page.on("console", lambda m: found.append(m.text) if REFUSED in m.text else None)
    return found


def test_a_page_is_whole_and_asks_for_nothing(page, folder, refused):
    page.goto(folder.as_uri() + "/index.html")
    page.get_by_role("link", name="Offline").click()
    page.locator("h1", has_text="Offline").wait_for()
    page.wait_for_load_state("load")
    for shown in ("math", "mfrac", ".jp-OutputArea-output > img"):
        for place in page.locator(shown).all():
            box = place.bounding_box()
            assert box["width"] > 5 and box["height"] > 5, shown
        assert page.locator(shown).count() > 0, shown
    for picture in page.locator("img").all():
        assert picture.evaluate("async (i) => { await i.decode(); return i.naturalWidth; }") > 100
    assert page.get_by_text("launches: 100% 7/7 [").count() == 1
    pictures = page.locator(".course-widget img:visible")
    assert pictures.count() == len(WIDGETS)
    assert all(picture.bounding_box()["width"] > 300 for picture in pictures.all())
    assert page.aborted == refused == []


def test_buttons_choose_the_pictures_of_a_widget(page, folder, refused):
    page.goto(folder.as_uri() + "/00_quiet.html")
    for widget in page.locator(".course-stills").all():
        shown = widget.locator("img:visible")
        before = shown.get_attribute("src")
        widget.locator("label").first.click()
        first = shown.get_attribute("src")
        widget.locator("input").first.press("ArrowRight")
        second = shown.get_attribute("src")
        assert len({before, first, second}) >= 2 and first != second
        assert shown.count() == 1 and shown.bounding_box()["width"] > 300
        assert (
            widget.locator("label")
            .nth(1)
            .evaluate("label => getComputedStyle(label).backgroundColor != 'rgba(0, 0, 0, 0)'")
        )
    assert page.locator(".course-stills").count() == len(WIDGETS)
    assert page.aborted == refused == []


def test_code_is_folded_until_the_switch_shows_it(page, folder, screenshots):
    page.goto(folder.as_uri() + "/00_quiet.html")
    code = page.locator(".jp-CodeCell:not(.celltag_solution) .highlight")
    assert [one.is_visible() for one in code.all()] == [False] * code.count()
    page.locator(".course-code > summary").first.click()
    assert code.first.is_visible() and not code.nth(1).is_visible()
    page.get_by_label("Show all code").press("Space")
    assert [one.is_visible() for one in code.all()] == [True] * code.count()
    page.get_by_label("Show all code").uncheck()
    page.emulate_media(media="print")
    assert [one.is_visible() for one in code.all()] == [True] * code.count()


def test_hints_and_solutions_open_by_a_click_and_on_paper(page, folder):
    page.goto(folder.as_uri() + "/00_quiet.html")
    hint, solution = page.get_by_text("letters"), page.get_by_text("word", exact=True)
    for words, title in ((hint, "Hint 1"), (solution, "Solution 1")):
        assert not words.is_visible()
        page.emulate_media(media="print")
        assert words.is_visible()
        page.emulate_media(media="screen")
        page.get_by_text(title, exact=True).click()
        assert words.is_visible()
    assert page.get_by_text("sep=").is_visible(), "the code of a solution"


def test_contents_stay_in_view(page, folder):
    page.goto(folder.as_uri() + "/00_quiet.html")
    page.set_viewport_size({"width": 1280, "height": 700})
    contents = page.locator("aside nav")
    for _ in range(2):
        box = contents.bounding_box()
        assert contents.is_visible() and 0 <= box["y"] < 200 and box["x"] < 100
        contents.get_by_role("link", name="A wide table").click()
        place = page.locator("h2", has_text="A wide table").bounding_box()
        assert 0 <= place["y"] < 700


@pytest.mark.parametrize("name", ["index", "00_quiet", "01_loud", "02_played"])
def test_nothing_is_wider_than_a_phone(page, folder, name):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{folder.as_uri()}/{name}.html")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    if name == "00_quiet":
        table = page.locator(".jp-RenderedHTML:has(table)")
        assert table.evaluate("t => t.scrollWidth > t.clientWidth"), "it is scrolled by itself"
        contents = page.locator("aside nav")
        assert not contents.is_visible()
        page.get_by_text("Contents", exact=True).click()
        contents.get_by_role("link", name="A wide table").click()
        assert page.locator("aside summary").is_visible()
        assert 0 <= page.locator("aside summary").bounding_box()["y"] < 400


def test_films_and_sounds_are_played(page, folder, refused):
    page.goto(folder.as_uri() + "/02_played.html")
    for tag, count, seconds in (("audio", 1, 0.1), ("video", 2, None)):
        assert page.locator(tag).count() == count
        for player in page.locator(tag).all():
            length = player.evaluate(
                """async (player) => {
                    player.muted = true;
                    const ended = new Promise((done, failed) => {
                        player.addEventListener("ended", done);
                        setTimeout(() => failed("it does not play"), 60_000);
                    });
                    player.play();
                    await ended;
                    return player.currentTime;
                }"""
            )
            assert length == pytest.approx(seconds, abs=0.01) if seconds else length > 0
    assert page.locator("video").first.evaluate("(video) => video.videoWidth") == 16
    page.get_by_text("below", exact=True).wait_for()
    assert page.aborted == refused == []


def test_drawings_are_seen(page, folder, refused):
    page.goto(folder.as_uri() + "/03_drawn.html")
    drawings = page.locator("main img")
    assert drawings.count() == 2
    for drawing in drawings.all():
        assert drawing.evaluate("async (i) => { await i.decode(); return i.naturalWidth; }") == 50
    assert page.aborted == refused == []


def test_notebooks_lead_to_each_other_s_pages(page, folder):
    page.goto(folder.as_uri() + "/00_quiet.html")
    page.get_by_role("link", name="Next").click()
    page.locator("h1", has_text="Refused").wait_for()
    page.get_by_role("link", name="Back").click()
    page.locator("h1", has_text="Offline").wait_for()


def test_what_an_output_asks_for_is_left_out_or_refused(page, folder, refused):
    page.goto(folder.as_uri() + "/01_loud.html")
    page.wait_for_load_state("networkidle")
    page.get_by_text("the end", exact=True).wait_for()
    assert page.url.endswith("/01_loud.html")
    assert page.evaluate("document.baseURI") == page.url
    assert [text for text in refused if "e.png" not in text] == []
    assert page.locator("button, form, link, script, iframe").count() == 0
    assert page.aborted == []


@pytest.mark.parametrize("way", WAYS)
def test_the_policy_refuses_what_would_be_overlooked(page, folder, tmp_path, way):
    html = (folder / "00_quiet.html").read_text()
    (tmp_path / "page.html").write_text(html.replace("<main>", f"<main>{WAYS[way]}", 1))
    with page.expect_console_message(lambda message: REFUSED in message.text):
        page.goto((tmp_path / "page.html").as_uri())
        if way == "form":
            page.get_by_role("button").click(no_wait_after=True)
    assert page.aborted == []


def test_the_course_is_printed(page, folder):
    pdf = (folder / "course.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", pdf)) >= 3, "the contents, and two notebooks"
    assert b"/Outlines" in pdf, "the bookmarks"
    assert b"file:" not in pdf, "a path of this machine, to which no reader has access"
    assert len(pdf) < 5_000_000
    page.goto(folder.as_uri() + "/index.html")
    assert page.get_by_role("link", name="PDF").get_attribute("href") == "course.pdf"


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="there is no pdftotext (poppler-utils)")
def test_the_print_holds_what_the_pages_hold(folder):
    done = subprocess.run(
        ["pdftotext", "-layout", folder / "course.pdf", "-"], check=True, capture_output=True
    )
    contents, *rest = done.stdout.decode().split("\f")
    text = "\n".join(rest)
    assert "Offline" in contents and "Refused" in contents
    assert text.index("Offline") < text.index("Refused")
    assert "\N{MATHEMATICAL ITALIC SMALL Y}" in text
    for words in ("launches: 100% 7/7", "a line of <output>", "four letters", "sep=''"):
        assert words in text
    assert [int(page.split()[-1]) for page in (contents, *rest[:-1])] == list(
        range(1, len(rest) + 1)
    ), "the number of each page"
