"""The student's and the teacher's edition: what is left out, and that both run."""

import ast
import builtins
import symtable
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from fcsr.course import editions, material
from fcsr.course.editions import Edition
from fcsr.errors import FcsrError

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
GIVEN = {*dir(builtins), "__name__", "display", "get_ipython"}  # to every cell
GAP = """def my_half(x):
    '''Half of x.'''
    if x:
        ### BEGIN SOLUTION
        y = x / 2

        return y
        ### END SOLUTION

half = checks.half(my_half).or_else(lambda x: x / 2)"""
CHECKS = """from fcsr.course.exercises.checking import check, expect

class checks:
    @check
    def half(answer):
        expect(answer(8) == 4, "half of 8 is another number")

    @check
    def ten(answer):
        expect(answer == 10, "double it again")"""


def solution(cell):
    cell.metadata["tags"] = ["solution"]
    return cell


@pytest.fixture
def course(tmp_path) -> Path:
    """A course of one notebook with a gap and an exercise, as it is committed."""
    heading = solution(new_markdown_cell("### Solution 1"))
    heading.metadata["jp-MarkdownHeadingCollapsed"] = True
    answer = solution(new_code_cell("my_answer = 10\nchecks.ten(my_answer)"))
    answer.metadata["jupyter"] = {"source_hidden": True}
    cells = [
        new_code_cell(CHECKS),
        new_code_cell(GAP, metadata={"tags": ["gap"]}),
        new_code_cell("print(half(10))", outputs=[new_output("stream", text="5.0\n")]),
        new_markdown_cell("### Exercise 1 (calculate): twice five"),
        new_code_cell("my_answer = None\nchecks.ten(my_answer)"),
        *(heading, answer),
    ]
    (tmp_path / "notebooks").mkdir()
    nbformat.write(new_notebook(cells=cells), tmp_path / "notebooks" / "00_half.ipynb")
    return tmp_path


def make(course: Path, edition: Edition):
    content = editions.files(course, edition)["notebooks/00_half.ipynb"]
    notebook = nbformat.reads(content.decode(), as_version=4)
    nbformat.validate(notebook)
    return notebook


def run(notebook) -> list[str]:
    """What its code cells print and show."""
    NotebookClient(notebook, kernel_name="python3").execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [o.get("text") or o.data["text/plain"] for o in outputs]


def test_a_student_finds_gaps_and_no_solution_and_it_runs(course):
    notebook = make(course, Edition.STUDENT)
    sources = [cell.source for cell in notebook.cells]
    assert len(sources) == 5 and "SOLUTION" not in "".join(sources)
    assert sources[1].splitlines() == [
        *GAP.splitlines()[:3],
        '        raise NotImplementedError("write this function")',
        "",
        GAP.splitlines()[-1],
    ]
    assert [cell.outputs for cell in notebook.cells if cell.cell_type == "code"] == [[]] * 4
    verdict = "not answered yet (going on with fcsr's own)\n"
    assert run(notebook) == [verdict, "5.0\n", "not answered yet"]


def test_a_student_has_room_for_answers_in_words(course):
    path = course / "notebooks" / "00_half.ipynb"
    notebook = nbformat.read(path, as_version=4)
    explain = "### Exercise {} (explain): why half"
    notebook.cells += [
        new_markdown_cell(explain.format(2)),
        solution(new_markdown_cell("### Solution 2")),
        solution(new_code_cell("1")),
        new_markdown_cell(explain.format(3)),
        new_markdown_cell("More of the same."),
        new_markdown_cell("## Where to go from here"),
    ]
    nbformat.write(notebook, path)
    kinds = [cell.source.split()[0] for cell in make(course, Edition.STUDENT).cells[-6:]]
    assert kinds == ["###", "*Your", "###", "More", "*Your", "##"]
    sources = [cell.source for cell in make(course, Edition.TEACHER).cells]
    assert not any("Your answer" in source for source in sources)


def test_a_teacher_finds_solutions_unfolded_and_outputs(course):
    notebook = make(course, Edition.TEACHER)
    assert [cell.metadata for cell in notebook.cells if "solution" in str(cell.metadata)] == [
        {"tags": ["solution"]}
    ] * 2
    assert notebook.cells[1].source == GAP
    assert notebook.cells[2].outputs[0].text == "5.0\n"
    assert run(notebook) == ["right\n", "5.0\n", "not answered yet", "right"]


def test_the_complete_edition_is_what_the_wheel_has(course):
    assert editions.files(course) == material.collect(course)
    assert "BEGIN SOLUTION" in editions.files(course)["notebooks/00_half.ipynb"].decode()


@pytest.mark.parametrize(
    "code",
    [
        "return 1",
        "### BEGIN SOLUTION\nreturn 1",
        "### BEGIN SOLUTION\n### BEGIN SOLUTION\nreturn 1\n### END SOLUTION",
    ],
)
def test_a_gap_without_its_marks_is_an_error(code):
    with pytest.raises(FcsrError, match="needs a line ### BEGIN SOLUTION"):
        editions.with_gaps(code)


def test_a_bad_gap_is_found_by_the_name_of_its_notebook(course):
    path = course / "notebooks" / "00_half.ipynb"
    path.write_text(path.read_text().replace("### END SOLUTION", "### END"))
    with pytest.raises(FcsrError, match=r"00_half\.ipynb: a cell tagged gap needs"):
        make(course, Edition.STUDENT)


def test_two_gaps_in_a_cell():
    one = "def {}():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n    # kept"
    opened = editions.with_gaps(f"{one.format('f')}\n{one.format('g')}")
    assert opened.count("raise") == 2 and opened.count("# kept") == 2 and "return" not in opened


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_student_needs_no_name_of_a_solution(path):
    """No cell reads what only a solution defines; and no cell but its own calls a gap."""
    content = editions.convert(path.read_bytes(), Edition.STUDENT)
    cells = nbformat.reads(content.decode(), as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    known, holes = set(GIVEN), set()
    for cell in code:
        known |= bound(cell.source)
        assert read(cell.source) - known == set(), cell.source
        called = {n.func for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.Call)}
        assert not holes & {f.id for f in called if isinstance(f, ast.Name)}, cell.source
        if editions.HOLE in cell.source:
            holes |= functions_with_holes(cell.source)


def bound(code: str) -> set[str]:
    """The names that a cell gives to the notebook."""
    table = symtable.symtable(code, "cell", "exec")
    return {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}


def read(code: str) -> set[str]:
    """The notebook's names that a cell reads, those in its functions among them."""
    top = symtable.symtable(code, "cell", "exec")
    names = {s.get_name() for s in top.get_symbols() if s.is_referenced()}
    tables = top.get_children()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        names |= {s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced()}
    return names


def functions_with_holes(code: str) -> set[str]:
    found = [n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.FunctionDef)]
    return {f.name for f in found if editions.HOLE in ast.unparse(f).replace("'", '"')}


def test_the_student_test_sees_what_a_solution_alone_defines():
    assert read("print(x)\ndef f(y):\n    return y + z") - bound("x = 1") == {"print", "z"}
    assert bound("import a.b\nc, *d = [e := 1]\nfor g in d: pass\nclass h: pass") == set("acdegh")
    assert functions_with_holes(f"def f():\n    {editions.HOLE}\ndef g(): pass") == {"f"}
