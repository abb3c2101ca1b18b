"""The report, read with the network cut off."""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

CELLS = [
    new_markdown_cell("# Offline\n\nA formula, $\\frac{a}{b}$, and\n\n$$y = y_L + y_H$$"),
    new_code_cell("from fcsr import images, widgets\nphotograph = images.sample('rocket')"),
    new_code_cell("photograph", metadata={"figure": "rocket"}),
    new_code_cell("widgets.frequency_splitter(photograph)"),
    new_code_cell(
        "from IPython.display import HTML\n"
        "HTML('<script src=\"https://example.org/a.js\"></script>'\n"
        "     '<img src=\"https://example.org/b.png\">')"
    ),
]
# The browser's own word for what a page asked it for, and was refused.
REFUSED = "Content Security Policy"


@pytest.fixture(scope="module")
def folder(browser, tmp_path_factory):
    """A report of one notebook, by the command line; without a browser it is not made."""
    root = tmp_path_factory.mktemp("course")
    (root / "notebooks").mkdir()
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    for name, cells in {"00_quiet": CELLS[:-1], "01_loud": CELLS[-1:]}.items():
        notebook = new_notebook(cells=cells, metadata=metadata)
        nbformat.write(notebook, root / "notebooks" / f"{name}.ipynb")
    command = [sys.executable, "-c", "from fcsr.cli import main; main()", "report"]
    subprocess.run(command, cwd=root, check=True, timeout=300)
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
    for shown in ("math", "mfrac", ".course-widget img", ".jp-OutputArea-output > img"):
        for place in page.locator(shown).all():
            box = place.bounding_box()
            assert box["width"] > 5 and box["height"] > 5, shown
        assert page.locator(shown).count() > 0, shown
    for picture in page.locator("img").all():
        assert picture.evaluate("async (i) => { await i.decode(); return i.naturalWidth; }") > 100
    assert page.locator(".course-widget label").all_inner_texts() == [
        "photograph as given",
        "filter Gaussian",
        "width 1.50",
    ]
    assert page.aborted == refused == []


def test_what_an_output_asks_for_is_refused(page, folder, refused):
    page.goto(folder.as_uri() + "/01_loud.html")
    page.wait_for_load_state("load")
    assert {name for name in ("a.js", "b.png") if any(name in text for text in refused)} == {
        "a.js",
        "b.png",
    }
    assert page.aborted == []
