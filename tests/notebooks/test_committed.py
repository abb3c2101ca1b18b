"""Each notebook is committed as a reader should find it: executed in order, whole, and clean."""

import re
from pathlib import Path

import nbformat
import pytest

from fcsr.course.report.page import html, summary

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
LONGEST_CELL = 40  # lines
HEAVIEST = 10_000_000  # bytes of a notebook, and of its page
KEY_FIGURES = 3  # lines on a notebook's card in the report
LONGEST_KEY_FIGURE = 70  # characters: two lines of a card
MACHINE_PATH = re.compile(r"(?<![\w.])/(home|root|tmp|work|Users)/")
INTRODUCTION = 3  # cells
MOST_WORDS = 150  # of a Markdown cell
# Each paper that a notebook names is linked there, at least once.
PAPERS = {
    "BSDS400": "https://doi.org/10.1109/ICCV.2001.937655",
    "DISTS": "https://arxiv.org/abs/2004.07728",
    "EDSR": "https://arxiv.org/abs/1707.02921",
    "ESRGAN": "https://arxiv.org/abs/1809.00219",
    "Holm": "https://www.jstor.org/stable/4615733",
    "IMDN": "https://arxiv.org/abs/1909.11856",
    "LIIF": "https://arxiv.org/abs/2012.09161",
    "LPIPS": "https://arxiv.org/abs/1801.03924",
    "LTE": "https://arxiv.org/abs/2111.08918",
    "NatSR": "https://arxiv.org/abs/1911.03624",
    r"PixelCNN\+\+": "https://arxiv.org/abs/1701.05517",
    "SPSR": "https://arxiv.org/abs/2003.13081",
    "SRGAN": "https://arxiv.org/abs/1609.04802",
    "SSIM": "https://doi.org/10.1109/TIP.2003.819861",
    "Schwarz": "https://arxiv.org/abs/2111.02447",
    "Set14": "https://doi.org/10.1007/978-3-642-27413-8_47",
    "Set5": "https://doi.org/10.5244/C.26.135",
    "Tancik": "https://arxiv.org/abs/2006.10739",
    "Urban100": "https://doi.org/10.1109/CVPR.2015.7299156",
}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request) -> Path:
    return request.param


@pytest.fixture
def notebook(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def code(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook) -> list:
    return [output for cell in code(notebook) for output in cell.outputs]


def test_executed_from_top_to_bottom(notebook):
    counts = [cell.execution_count for cell in code(notebook)]
    assert counts == list(range(1, len(counts) + 1)), "run it: make notebooks"


def test_no_error(notebook):
    expected = [c for c in code(notebook) if "raises-exception" in c.metadata.get("tags", [])]
    raised = [c for c in code(notebook) if any(o.output_type == "error" for o in c.outputs)]
    assert [c.source for c in raised] == [c.source for c in expected]


def test_one_cell_of_parameters(notebook):
    tagged = [c for c in code(notebook) if "parameters" in c.metadata.get("tags", [])]
    assert len(tagged) == 1


def test_cells_are_short(notebook):
    long = [c.source for c in code(notebook) if len(c.source.splitlines()) > LONGEST_CELL]
    assert not long, f"over {LONGEST_CELL} lines; what it defines may belong into the package"


def test_is_a_lesson(notebook):
    introduction = "\n".join(c.source for c in notebook.cells[:INTRODUCTION])
    assert "**You will learn**" in introduction and "**Time:**" in introduction
    assert "What to notice" in prose(notebook).split("## Exercises")[0] and "$" in prose(notebook)


def prose(notebook) -> str:
    return "\n\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")


def test_prose_is_short(notebook):
    long = [
        c.source
        for c in notebook.cells
        if c.cell_type == "markdown" and len(c.source.split()) > MOST_WORDS
    ]
    assert not long, f"over {MOST_WORDS} words: make two cells of it, with code between if you can"


def test_links_the_papers_that_it_names(notebook):
    text = prose(notebook)
    named = [name for name in PAPERS if re.search(rf"(?<![\w-]){name}(?![\w-])", text)]
    assert [name for name in named if f"{PAPERS[name]})" not in text] == []


def test_exercises_have_hints_and_folded_solutions(notebook):
    """`### Exercise 1 (write): ...` with hints to unfold, then a collapsed `### Solution 1`."""
    text = prose(notebook).split("\n## Exercises")[1]
    exercises = re.split(r"^### Exercise ", text, flags=re.MULTILINE)[1:]
    kinds = [re.match(r"(\d) \((calculate|write|predict|explain)\): \S", e) for e in exercises]
    assert None not in kinds and len(kinds) >= 4
    assert [int(kind[1]) for kind in kinds] == list(range(1, len(kinds) + 1))
    assert sum(kind[2] != "calculate" for kind in kinds) >= len(kinds) / 2
    for number, exercise in enumerate(exercises, start=1):
        question, solution = exercise.split("\n### Solution ")
        assert solution.startswith(f"{number}\n")
        assert "<summary>Hint 1</summary>" in question


def test_solutions_are_marked(notebook):
    """For the student's edition, which leaves them out, and for JupyterLab, which folds them."""
    solving = False
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            solving = cell.source.startswith("### Solution ")
            assert cell.metadata.get("jp-MarkdownHeadingCollapsed", False) == solving
        assert ("solution" in cell.metadata.get("tags", [])) == solving, cell.source


def test_gaps_are_whole_functions(notebook):
    gaps = [c for c in code(notebook) if "gap" in c.metadata.get("tags", [])]
    marked = [c for c in code(notebook) if re.search("### (BEGIN|END) SOLUTION", c.source)]
    assert gaps == marked
    for gap in gaps:
        assert re.search(r"### BEGIN SOLUTION\n(.*\n)+? *### END SOLUTION", gap.source)
        assert any(re.search(r"\bright\b", text) for text in printed(gap)), "its check"


def test_leads_to_the_notebooks_before_and_after(path):
    *_, farewell = nbformat.read(path, as_version=4).cells
    place = NOTEBOOKS.index(path)
    for other in (*NOTEBOOKS[max(0, place - 1) : place], *NOTEBOOKS[place + 1 : place + 2]):
        assert f"({other.name})" in farewell.source


def test_exercises_are_checked(notebook):
    """A check says that nothing is answered yet, and later that the solution is right."""
    shown = [(c, "".join(printed(c))) for c in code(notebook)]
    checks = [c for c, text in shown if "not answered yet" in text]
    tagged = [(c, text) for c, text in shown if "solution" in c.metadata.get("tags", [])]
    solutions = [c for c, text in tagged if re.search(r"\bright\b", text)]
    assert len(checks) == len(solutions) >= 2


def printed(cell) -> list[str]:
    """What a cell printed, and what its last line is."""
    return [o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in cell.outputs]


def test_pictures_are_described(notebook):
    shown = [c for c in code(notebook) if any(has_picture(o) for o in c.outputs)]
    assert [c.source for c in shown if len(c.metadata.get("alt", "")) < 20] == []
    described = [c for c in code(notebook) if "alt" in c.metadata]
    assert described == shown, "a description of nothing"
    prose = "".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    assert "![](" not in prose and "<img" not in prose


def has_picture(output) -> bool:
    return any(kind.startswith("image/") for kind in output.get("data", {}))


def test_widgets_have_their_state(notebook):
    state = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    shown = [o.data[WIDGET_VIEW]["model_id"] for o in outputs(notebook) if has_widget(o)]
    assert set(shown) <= set(state), "a reader would see an empty place"


def test_pictures_in_widgets_are_light(notebook):
    state = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    buffers = [buffer for model in state.values() for buffer in model.get("buffers", [])]
    assert all(len(buffer["data"]) < 400_000 for buffer in buffers), "300 kB, in base64"


def test_it_and_its_page_are_light(path, notebook):
    assert path.stat().st_size < HEAVIEST
    page = html.convert(notebook, path.parent, summary.Page(path.stem, "its title", 1.0), {})
    assert page.problems == []
    assert len(page.html.encode()) < HEAVIEST


def test_key_figures_fit_on_its_card(notebook):
    lines = summary.key_figures(notebook)
    assert len(lines) <= KEY_FIGURES
    assert [line for line in lines if len(line) > LONGEST_KEY_FIGURE] == []


def has_widget(output) -> bool:
    return WIDGET_VIEW in output.get("data", {})


def test_no_path_of_a_machine(notebook):
    texts = [text for output in outputs(notebook) for text in texts_of(output)]
    assert [text for text in texts if MACHINE_PATH.search(text)] == []


def texts_of(output) -> list[str]:
    """All that an output says, but not its pictures, whose base64 may hold anything."""
    data = output.get("data", {})
    shown = [str(value) for kind, value in data.items() if not kind.startswith("image/")]
    return [output.get("text", ""), *output.get("traceback", []), *shown]
