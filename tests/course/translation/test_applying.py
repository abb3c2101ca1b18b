"""Notebooks and pages in another language; what is not translated is English."""

import json

import pytest
from korean import ALT_KO, PRINTED_KO, TERM_KO, TITLE, TITLE_KO
from nbformat.v4 import new_notebook

from fcsr.course.translation import printed
from fcsr.course.translation.applying import (
    language_of,
    translate_file,
    translated,
    translated_page,
)


def test_prose_descriptions_and_printed_lines_are_korean_and_code_is_the_same(korean, cells):
    notebook = new_notebook(cells=cells)
    found = translated(notebook, "ko")
    assert [cell.source for cell in found.cells] == [
        TITLE_KO,
        "draw()",
        "print(measure(lte))",
        "## Exercises",  # not translated yet
    ]
    assert found.cells[1].metadata.alt == ALT_KO
    assert found.cells[2].outputs[0].text == "LTE: 사진 5장 평균(x4) 29.4 dB, LPIPS 0.11\n"
    assert notebook.cells[0].source == TITLE, "its own is another one"
    assert (language_of(notebook), language_of(found)) == ("en", "ko")
    assert translated(found, "ko") == found


def test_english_is_as_it_was(korean, cells):
    notebook = new_notebook(cells=cells)
    assert translated(notebook, "en") == notebook


def test_a_file_stays_a_notebook(korean, project):
    path = project / "notebooks" / "03_classification.ipynb"
    before = json.loads(path.read_bytes())
    translate_file(path, "ko")
    after = json.loads(path.read_bytes())
    assert "".join(after["cells"][0]["source"]) == TITLE_KO
    assert isinstance(after["cells"][0]["source"], list)
    assert after["cells"][1]["source"] == before["cells"][1]["source"]
    assert after.keys() == before.keys()


def test_a_page_is_translated_by_paragraphs(korean, project):
    page = (project / "notebooks" / "glossary.md").read_text(encoding="utf-8")
    assert translated_page(page, "en") == page
    assert translated_page(page, "ko") == f"# Glossary\n\n### mode\n\n{TERM_KO}\n"


@pytest.mark.parametrize(
    ("line", "template"),
    [
        ("Set5 x4: 28.10 dB (Set14 -0.3)", "Set5 x4: {1} dB (Set14 {2})"),
        ("1,216 of 1,217 tests, 3e-05 apart", "{1} of {2} tests, {3} apart"),
        ("x = 4, y = 5.", "x = {1}, y = {2}."),
        ("sRGB2 and p50", "sRGB2 and p50"),
        ("5 % of {it}", "{1} % of {it}"),
    ],
)
def test_numbers_become_places(line, template):
    message, numbers = printed.template(line)
    assert message == template
    assert printed.fill(message, numbers) == line


def test_lines_keep_their_place_and_others_their_words(korean):
    known = {("printed", "{1} of {2} pixels differ"): "화소 {2}개 중 {1}개가 다르다"}
    text = "  3 of 64 pixels differ\nmode    12\n\n 9 of 64 pixels differ"
    assert printed.translate(text, known) == (
        "  화소 64개 중 3개가 다르다\nmode    12\n\n 화소 64개 중 9개가 다르다"
    )
    assert printed.fill(PRINTED_KO, ["1"]) == "LTE: 사진 {3}장 평균(x4) 1 dB, LPIPS {2}"
