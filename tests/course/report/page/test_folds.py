"""Which cells of a notebook are folded together, and what is printed instead of a widget."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from fcsr.course.report.page.folds import fold

TAGGED = {"tags": ["solution"]}
HEADING = {**TAGGED, "jp-MarkdownHeadingCollapsed": True}


def folded(*cells):
    """What stands before and after each cell."""
    fold(new_notebook(cells=list(cells)))
    return [(cell.metadata.course.before, cell.metadata.course.after) for cell in cells]


def opening(title):
    return f'<details class="course-solution"><summary>{title}</summary>'


def test_a_solution_ends_with_its_last_cell_or_the_next_solution():
    cells = [
        new_markdown_cell("### Solution 1", metadata=HEADING),
        new_markdown_cell("words", metadata=TAGGED),
        new_code_cell("1 + 1", metadata=TAGGED),
        new_markdown_cell("### Solution <2>\n\nmore", metadata=HEADING),
        new_markdown_cell("## Farewell"),
    ]
    assert folded(*cells) == [
        (opening("Solution 1"), ""),
        ("", ""),
        ("", "</details>"),
        (opening("Solution &lt;2&gt;"), "</details>"),
        ("", ""),
    ]
    assert [cell.source for cell in cells] == ["", "words", "1 + 1", "more", "## Farewell"]
    assert cells[2].metadata.course.open, "its code is what one wants to see"


@pytest.mark.parametrize(
    "metadata", [{}, TAGGED, {"jp-MarkdownHeadingCollapsed": True}, {**HEADING, "tags": ["other"]}]
)
def test_only_a_collapsed_heading_with_the_tag_folds(metadata):
    cell = new_markdown_cell("### Solution 1", metadata=metadata)
    assert folded(cell, new_code_cell("1", metadata=TAGGED)) == [("", ""), ("", "")]
    assert cell.source == "### Solution 1"


def test_what_a_notebook_says_of_folds_is_not_heard():
    cell = new_code_cell("1", metadata={"course": {"before": "<script>", "open": True}})
    assert folded(cell) == [("", "")]
    assert not cell.metadata.course.open


def test_a_picture_for_paper_is_printed_instead_of_the_widget_before_it():
    def widget():
        shown = {"text/html": '<div class="course-widget"></div>'}
        return new_code_cell("w", outputs=[new_output("display_data", shown)])

    paper = new_code_cell("Image()", metadata={"tags": ["paper"]})
    screen = ('<div class="course-screen">', "</div>")
    cells = [widget(), widget(), new_markdown_cell("words"), paper]
    assert folded(*cells) == [("", ""), screen, ("", ""), ("", "")]
