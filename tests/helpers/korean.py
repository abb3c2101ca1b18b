"""A small sample of the course, and its Korean, as PO files have it.

A conftest hands the fixtures on.
"""

import json
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, writes

from fcsr.course import language
from fcsr.course.translation import catalogs

PO = """msgid ""
msgstr ""
"Language: ko\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"""
TITLE = "# 03 · Super-resolution as classification\n\nA distribution for each pixel: $p(y)$."
TITLE_KO = "# 03 · 분류로 푸는 초해상도\n\n화소마다 확률 분포를 하나씩 예측한다: $p(y)$."
ALT, ALT_KO = "A face, enlarged four times.", "네 배로 확대한 얼굴."
PRINTED = "LTE: {1} dB, LPIPS {2}, mean of {3} photographs at x4"
PRINTED_KO = "LTE: 사진 {3}장 평균(x4) {1} dB, LPIPS {2}"
TERM, TERM_KO = "**mode**: the most probable level.", "**최빈값**: 확률이 가장 높은 화솟값."


def entry(english: str, korean: str, context: str = "", above: str = "") -> str:
    place = f"msgctxt {json.dumps(context)}\n" if context else ""
    texts = (json.dumps(text, ensure_ascii=False) for text in (english, korean))
    return "\n{}{}msgid {}\nmsgstr {}\n".format(above, place, *texts)


@pytest.fixture
def cells() -> list:
    outputs = [new_output("stream", text="LTE: 29.4 dB, LPIPS 0.11, mean of 5 photographs at x4\n")]
    return [
        new_markdown_cell(TITLE, id="title"),
        new_code_cell("draw()", id="draw", metadata={"alt": ALT}),
        new_code_cell("print(measure(lte))", id="measure", outputs=outputs),
        new_markdown_cell("## Exercises", id="exercises"),
    ]


@pytest.fixture
def project(tmp_path, cells) -> Path:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "fcsr" / "course").mkdir(parents=True)
    notebook = writes(new_notebook(cells=cells))
    (tmp_path / "notebooks" / "03_classification.ipynb").write_text(notebook, encoding="utf-8")
    (tmp_path / "notebooks" / "glossary.md").write_text(
        f"# Glossary\n\n### mode\n\n{TERM}\n", encoding="utf-8"
    )
    (tmp_path / "fcsr" / "course" / "plots.py").write_text('name = _("level")\n')
    return tmp_path


@pytest.fixture
def korean(tmp_path, monkeypatch) -> Path:
    """The PO files of Korean, in use."""
    folder = tmp_path / "translation" / "ko"
    folder.mkdir(parents=True)
    written = {
        "03_classification": entry(TITLE, TITLE_KO, "title")
        + entry(ALT, ALT_KO, "draw alt")
        + entry(PRINTED, PRINTED_KO, "printed"),
        "glossary": entry(TERM, TERM_KO, "page"),
        "package": entry("level", "화솟값")
        + entry("All notebooks", "모든 노트북")
        + entry("Notebooks", "노트북")
        + entry("right", "맞습니다")
        + entry("not answered yet", "아직 답이 없습니다")
        + entry("twice it", "두 배가 아닙니다"),
    }
    for name, text in written.items():
        (folder / f"{name}.po").write_text(PO + text, encoding="utf-8")
    monkeypatch.setattr(catalogs, "FOLDER", folder.parent)
    monkeypatch.setenv(language.VARIABLE, "ko")
    clear()
    yield folder
    clear()


def clear() -> None:
    for cached in (catalogs.package, catalogs.course, language._use_font):
        cached.cache_clear()
