"""Every widget, in JupyterLab, as a student would use it; and one in Jupyter Notebook 7."""

import time
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import Image
from playwright.sync_api import expect

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 60  # seconds until a picture; about one is promised, where nothing else runs
RUN_MS = 600_000  # until a notebook has run; they take a minute, where nothing else runs
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
WIDGETS = ("frequency_splitter", "scale_explorer", "pixel_inspector", "decode_slider")
CELL = """from fcsr import images
from fcsr.course import widgets
widgets.{}(images.sample("chelsea").crop((100, 60, 260, 220)))"""
WINDOW = {"width": 1100, "height": 720}  # in which README shows one of the widgets
README = WIDGETS.index("pixel_inspector")
PANEL = ".jp-OutputArea-output:has(.widget-image)"
# A picture's fingerprint, "" while there is none; it is a blob in the page's memory.
FINGERPRINT = """async (image) => {
  try {
    await image.decode();
    const bytes = await (await fetch(image.src)).arrayBuffer();
    return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).join();
  } catch {
    return "";  // the next picture has come in between
  }
}"""


def with_widgets() -> list[Path]:
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    return [path for path in notebooks if any(cells_with_widgets(nbformat.read(path, 4)))]


def cells_with_widgets(notebook) -> list:
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [cell for cell in code if any(f"widgets.{name}(" in cell.source for name in WIDGETS)]


def unexecuted(notebook):
    """As a notebook is before its first run: what appears is of this run."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata.pop("jp-MarkdownHeadingCollapsed", None)  # solutions: folded, they show
        if cell.cell_type == "code":  # no number
            cell.outputs, cell.execution_count = [], None
    return notebook


def run(page, lab, name, notebook):
    """Open a notebook in JupyterLab, run all of it from the menu, and return its panels."""
    page.goto(lab.url(put(lab, name, notebook)), wait_until="commit")
    page.locator(".jp-RenderedMarkdown h1").first.wait_for()
    # The indicator above the notebook is idle before there is a kernel, too; this one knows.
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()
    return run_all(page, notebook)


def put(lab, name, notebook) -> str:
    """Write a notebook where the server finds it; returns its path there."""
    notebook.metadata["kernelspec"] = KERNEL  # else JupyterLab asks for one
    path = lab.folder / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, path)
    return f"notebooks/{path.name}"


def run_all(page, notebook):
    """Run all of the notebook that is open, and return its panels."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    count = sum(cell.cell_type == "code" for cell in notebook.cells)
    last = page.locator(".jp-InputPrompt", has_text=f"[{count}]:")
    error = page.locator("[data-mime-type='application/vnd.jupyter.error']")
    last.or_(error).first.wait_for(timeout=RUN_MS)
    assert error.all_inner_texts() == []
    panels = page.locator(PANEL)
    assert panels.count() == len(cells_with_widgets(notebook))
    return panels.all()


@contextmanager
def another_picture(panel):
    """What is done within must change the picture of the panel."""
    image = panel.locator(".widget-image")
    before = image.evaluate(FINGERPRINT)
    assert before
    yield
    end = time.monotonic() + TIMEOUT_S
    while image.evaluate(FINGERPRINT) in ("", before):
        assert time.monotonic() < end, "the picture stays as it was"
        panel.page.wait_for_timeout(50)


def use(panel):
    """Move every slider by its keys, pick by number, and choose in every menu."""
    panel.scroll_into_view_if_needed()
    for handle in panel.locator(".noUi-handle").all():
        with another_picture(panel):
            handle.press("ArrowRight")
    for readout in panel.locator(".widget-slider:has-text('row') .widget-readout").all():
        with another_picture(panel):
            readout.fill("33")
            readout.press("Enter")
    for menu in panel.locator("select").all():
        with another_picture(panel):
            menu.select_option(index=2)


def test_widgets_answer(page, lab, screenshots):
    cells = [new_code_cell(CELL.format(name)) for name in WIDGETS]
    panels = run(page, lab, "widgets", new_notebook(cells=[new_markdown_cell("# All"), *cells]))
    for name, panel in zip(WIDGETS, panels, strict=True):
        use(panel)
        panel.screenshot(path=screenshots / f"{name}.png")
    assert page.aborted == []
    page.set_viewport_size(WINDOW)
    panels[README].evaluate("panel => panel.closest('.jp-Cell').scrollIntoView()")
    page.locator("#jp-main-dock-panel").screenshot(path=screenshots / "lab.png")


def test_a_widget_answers_in_jupyter_notebook(page, lab):
    cells = [new_markdown_cell("# One"), new_code_cell(CELL.format("frequency_splitter"))]
    notebook = new_notebook(cells=cells)
    page.goto(lab.notebook_url(put(lab, "seven", notebook)), wait_until="commit")
    page.locator(".jp-RenderedMarkdown h1").first.wait_for()
    assert page.title().startswith("seven")
    [panel] = run_all(page, notebook)
    with another_picture(panel):  # Notebook keeps the arrow keys to itself
        panel.locator(".noUi-target").first.click()
    with another_picture(panel):
        panel.locator("select").first.select_option(index=2)
    assert page.aborted == []


def test_photographs_can_be_handed_in(page, lab, tmp_path):
    for name, image in {"small": (32, 32), "mine": (90, 70)}.items():
        Image.new("RGB", image, "teal").save(tmp_path / f"{name}.png")
    (tmp_path / "words.txt").write_text("no image")
    cells = [new_markdown_cell("# One"), new_code_cell(CELL.format("frequency_splitter"))]
    [panel] = run(page, lab, "upload", new_notebook(cells=cells))
    for name, words in {"words.txt": "words.txt is not an image", "small.png": "too small"}.items():
        hand_in(panel, tmp_path / name)
        panel.get_by_text(words).wait_for()
    with another_picture(panel):
        hand_in(panel, tmp_path / "mine.png")
    expect(panel.get_by_text("too small")).to_have_count(0)
    assert panel.locator("select").first.evaluate("menu => menu.value") == "mine.png"


def hand_in(panel, path):
    with panel.page.expect_file_chooser() as chooser:
        panel.get_by_role("button", name="your own").click()
    chooser.value.set_files(path)


@pytest.mark.parametrize("path", with_widgets(), ids=lambda path: path.stem)
def test_the_course_s_widgets_answer(page, lab, path):
    for panel in run(page, lab, path.stem, unexecuted(nbformat.read(path, 4))):
        use(panel)
