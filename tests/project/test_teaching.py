"""The page for teachers fills its lessons, and names what is in the notebooks."""

import re
from functools import cache
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
LESSONS = re.findall(r"^## Lesson (\d): .+\n((?:(?!## ).*\n)+)", PAGE, re.MULTILINE)
QUESTIONS = re.split(r"^(?=\*\*\d+ \([KCJ]\)\.\*\* )", PAGE, flags=re.MULTILINE)[1:]
PLACES = sorted(set(re.findall(r'(?<!\d)(0\da?), "([^"]+)"', PAGE)))


@cache
def headings(number: str) -> list[str]:
    [path] = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    lines = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return [re.sub(r"^Exercise \d \(\w+\): ", "", line) for line in lines]


@pytest.mark.parametrize(("number", "lesson"), LESSONS)
def test_a_lesson_fills_its_time_and_leads_to_its_notebooks(number, lesson):
    minutes = re.findall(r"^\| (\d+) \|.+\|.+\|.+\|$", lesson, re.MULTILINE)
    assert sum(map(int, minutes)) == 90
    assert "\nHomework: " in lesson and re.search(r"\]\(\.\./notebooks/\w+\.ipynb\)", lesson)


def test_there_are_six_lessons():
    assert [number for number, _ in LESSONS] == list("123456")


@pytest.mark.parametrize(("number", "title"), PLACES)
def test_the_notebook_has_a_section_or_an_exercise_of_that_title(number, title):
    assert title in headings(number)


def test_questions_have_folded_answers():
    assert len(QUESTIONS) >= 12
    for number, question in enumerate(QUESTIONS, start=1):
        assert question.startswith(f"**{number} (")
        assert (
            len(re.findall(r"<details><summary>Answer</summary>\n\n.+\n</details>", question)) == 1
        )
