"""Where slides begin, what they leave out, and what becomes of what is too long."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from fcsr.course.slides import plan, sizes
from fcsr.course.slides.excerpts import LINES, ROWS, excerpt

PNG = {"image/png": "iVBORw0KGgo="}


def picture():
    return new_output("display_data", PNG)


def printed(lines: int):
    return new_output("stream", text="a line\n" * lines)


def sources(*cells) -> list[list[str]]:
    return [[piece.cell.source for piece in s] for s in plan.slides(new_notebook(cells=cells))]


def test_headings_begin_slides_within_cells_too():
    cells = [new_markdown_cell("# Scales\n\nAny.\n\n## One\n\nText."), new_markdown_cell("More.")]
    assert sources(*cells) == [["# Scales\n\nAny."], ["## One\n\nText.", "More."]]


def test_what_does_not_fit_begins_a_slide_and_no_prose_is_higher_than_one():
    long = "\n\n".join(["word " * 60] * 12)
    found = plan.slides(new_notebook(cells=[new_markdown_cell(long)]))
    assert len(found) > 1
    assert all(sum(piece.height for piece in slide) <= sizes.HEIGHT for slide in found)
    assert "\n\n".join(piece.cell.source for slide in found for piece in slide) == long.strip()


def test_a_picture_is_with_what_introduces_it_if_it_stays_large():
    draw = new_code_cell("draw()", outputs=[picture()])
    assert sources(new_markdown_cell("Look:"), draw) == [["Look:", "draw()"]]
    long = new_markdown_cell("word " * 200)
    assert len(sources(long, draw)) == 2
    assert len(sources(draw, new_code_cell("again()", outputs=[picture()]))) == 2
    two = new_code_cell("draw()", outputs=[picture(), picture()])
    assert sources(two) == [["draw()"], [""]], "the second without its code"


def test_what_is_printed_beside_a_picture_leaves_it_room():
    short, long = (new_code_cell("x", outputs=[picture(), printed(n)]) for n in (3, 12))
    assert [len(slide) for slide in plan.slides(new_notebook(cells=[short]))] == [1]
    first, second = plan.slides(new_notebook(cells=[long]))
    assert [len(piece.cell.outputs) for piece in (*first, *second)] == [1, 1]
    assert first[0].picture and not second[0].picture


def test_code_is_open_where_it_defines_something():
    cells = [new_code_cell(code) for code in ("x = 1", "class CS:\n    pass", "@check\ndef f(): 1")]
    [slide] = plan.slides(new_notebook(cells=cells))
    assert [piece.cell.metadata.course["open"] for piece in slide] == [False, True, True]
    long = new_code_cell("def f():\n" + "    pass\n" * 15, outputs=[picture()])
    [[piece]] = plan.slides(new_notebook(cells=[long]))
    assert not piece.cell.metadata.course["open"], "for the picture to be large"


def test_solutions_this_machine_and_code_of_exercises_are_left_out():
    solution = {"tags": ["solution"]}
    cells = [
        new_code_cell("# NBVAL_IGNORE_OUTPUT\nversions()"),
        new_code_cell("side = 64", metadata={"tags": ["parameters"]}),
        new_code_cell("panel", outputs=[new_output("display_data", {plan.WIDGET: {}})]),
        new_markdown_cell("## Exercises"),
        new_markdown_cell("### Exercise 1 (predict): which is sharper?"),
        new_code_cell("my_answer = None"),
        new_markdown_cell("### Solution 1", metadata=solution),
        new_code_cell("my_answer = 'CS'", metadata=solution),
        new_markdown_cell("Before: 02."),
    ]
    assert sources(*cells) == [
        ["## Exercises"],
        ["### Exercise 1 (predict): which is sharper?", "Before: 02."],
    ]


def test_a_gap_is_open_and_warnings_are_not_shown():
    code = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"
    warning = new_output("stream", name="stderr", text="old\n")
    [[piece]] = plan.slides(new_notebook(cells=[new_code_cell("x", outputs=[warning])]))
    assert piece.cell.outputs == []
    verdict = new_output("stream", text="right\n")
    cell = new_code_cell(code, metadata={"tags": ["gap"]}, outputs=[verdict])
    [[piece]] = plan.slides(new_notebook(cells=[cell]))
    assert "write this function" in piece.cell.source and "return 1" not in piece.cell.source
    assert piece.cell.outputs == []


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("slide", [["# One"], ["two"]]),
        ("-", [["# One", "two"]]),
        ("skip", [["# One"]]),
        ("notes", [["# One"]]),
    ],
)
def test_a_cells_own_kind_wins(kind, found):
    cell = new_markdown_cell("two", metadata={"slideshow": {"slide_type": kind}})
    assert sources(new_markdown_cell("# One"), cell) == found


def test_a_cell_that_is_shown_by_its_own_kind():
    cell = new_code_cell("# NBVAL_IGNORE_OUTPUT", metadata={"slideshow": {"slide_type": "slide"}})
    assert sources(cell) == [["# NBVAL_IGNORE_OUTPUT"]]


def test_long_tables_and_outputs_are_cut():
    assert len(excerpt(printed(99)).text.splitlines()) == LINES + 1
    assert excerpt(printed(LINES)) == printed(LINES)
    rows = "".join(f"<tr><td>{number}</td></tr>\n" for number in range(40))
    html = excerpt(new_output("display_data", {"text/html": f"<table>{rows}</table>"})).data
    assert html["text/html"].count("<tr>") == ROWS and "</table>" in html["text/html"]
    assert f"and {40 - ROWS} more rows" in html["text/html"]


def test_heights_grow_with_what_there_is():
    assert sizes.height_of_prose(["# A title"]) > sizes.height_of_prose(["A title"])
    assert sizes.height_of_prose(["$$x$$"]) > sizes.height_of_prose(["x"])
    assert sizes.height_of_prose(["| a |\n| - |\n| b |"]) > sizes.height_of_prose(["a"])
    assert sizes.height_of_code("x\n" * 9) > sizes.height_of_code("x\n" * 3)
    table = new_output("display_data", {"text/html": "<table>" + "<tr></tr>" * 9 + "</table>"})
    assert sizes.height_of_output(table) > sizes.height_of_output(printed(9))
    shown = new_output("display_data", {"text/markdown": "One.\n\nTwo."})
    assert sizes.height_of_output(shown) == sizes.height_of_prose(["One.", "Two."])
