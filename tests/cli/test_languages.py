"""--language of the course's commands."""

import json
import os
import subprocess
from pathlib import Path

import nbformat
import pytest
import typer
from command import fcsr
from korean import TERM_KO, TITLE_KO, entry

from fcsr.cli import course, languages
from fcsr.course import language, material
from fcsr.errors import FcsrError

NAME = "03_classification.ipynb"


@pytest.fixture
def english(korean, monkeypatch):
    """Nobody has named a language yet."""
    monkeypatch.delenv(language.VARIABLE)


def title(path) -> str:
    return "".join(json.loads(path.read_bytes())["cells"][0]["source"])


def test_the_course_is_copied_in_korean(project, english, monkeypatch, tmp_path):
    monkeypatch.setattr(material, "root", lambda: project)
    course.course(tmp_path / "copy", language="ko")
    notebooks = tmp_path / "copy" / "notebooks"
    assert title(notebooks / NAME) == TITLE_KO
    assert TERM_KO in (notebooks / "glossary.md").read_text(encoding="utf-8")
    assert languages.choose(None, notebooks) == "ko", "as its notebooks are"
    assert os.environ[language.VARIABLE] == "ko"
    with pytest.raises(FcsrError, match="are in the language ko already"):
        languages.choose("en", notebooks)


def test_the_language_is_named_or_the_variables_or_english(project, english, monkeypatch):
    notebooks = project / "notebooks"
    assert languages.choose(None, notebooks) == "en"
    monkeypatch.setenv(language.VARIABLE, "ko")
    assert languages.choose(None, notebooks) == "ko"
    assert languages.choose("en", notebooks) == "en" == language.current()
    with pytest.raises(FcsrError, match="not translated into tlh; give one of en, ko"):
        languages.choose("tlh")
    assert languages._names("k") == ["ko"]


def test_lab_opens_a_copy_in_which_work_is_kept(project, english, monkeypatch, capsys):
    commands = []

    def run(command):
        commands.append((command[3], os.environ[language.VARIABLE]))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(course.subprocess, "run", run)
    copy = project.resolve() / "build" / "course-ko" / "notebooks"
    for _ in range(2):
        with pytest.raises(typer.Exit):
            course.lab(project / "notebooks", language="ko")
    assert commands == [(str(copy), "ko")] * 2
    assert title(copy / NAME) == TITLE_KO and "changed" not in capsys.readouterr().out
    (copy / NAME).write_text("my notes")
    (copy / "glossary.md").unlink()
    assert languages.in_language(project / "notebooks", "ko") == copy
    assert (copy / NAME).read_text() == "my notes" and (copy / "glossary.md").exists()
    assert "1 file of it was changed there, and stays" in capsys.readouterr().out


def test_the_copy_for_lab_stays_in_its_folder(project, english, tmp_path):
    place = project / "build" / "course-ko" / "notebooks" / NAME
    place.parent.mkdir(parents=True)
    place.symlink_to(tmp_path / "elsewhere.ipynb")
    languages.in_language(project / "notebooks", "ko")
    assert place.is_symlink() and not (tmp_path / "elsewhere.ipynb").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("notebooks/mine.ipynb", b"", "mine.ipynb is no notebook of nbformat 4; mend it"),
        ("notebooks/mine.ipynb", b'{"worksheets": []}', "mine.ipynb is no notebook"),
        ("notebooks/mine.md", "é".encode("latin-1"), "mine.md is no page of UTF-8"),
        ("build", b"", "build.* cannot be read or written"),
    ],
)
def test_a_file_in_the_way_of_lab_is_named(project, english, name, content, message):
    (project / name).write_bytes(content)
    with pytest.raises(FcsrError, match=message):
        languages.in_language(project / "notebooks", "ko")


def test_lab_opens_what_is_in_that_language_as_it_is(project, english, tmp_path):
    assert languages.in_language(project / "notebooks", "en") == project / "notebooks"
    with pytest.raises(FcsrError, match=r"called notebooks; .* fcsr course FOLDER --language ko"):
        languages.in_language(tmp_path, "ko")


def test_report_runs_english_code_and_shows_korean(project, english, monkeypatch):
    path = project / "notebooks" / NAME
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].source = "import os\nprint(os.environ['FCSR_LANGUAGE'])"
    text = "LTE: 30.0 dB, LPIPS 0.20, mean of 2 photographs at x4"
    notebook.cells[2].source = f"print({text!r})"
    nbformat.write(notebook, path)
    monkeypatch.chdir(project)
    with pytest.raises(typer.Exit) as left:
        course.report(language="ko")
    assert left.value.exit_code == 0
    folder = project / "build" / "report-ko"
    page = (folder / "03_classification.html").read_text(encoding="utf-8")
    assert "사진 2장 평균(x4) 30.0 dB, LPIPS 0.20" in page and ">ko\n<" in page
    assert '<html lang="ko">' in page and ">모든 노트북</a>" in page
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert '<html lang="ko">' in index and "<h2>노트북</h2>" in index
    assert TERM_KO.split("**")[1] in (folder / "glossary.html").read_text(encoding="utf-8")
    found = nbformat.read(folder / NAME, as_version=4)
    assert found.cells[0].source == TITLE_KO
    assert [cell.source for cell in found.cells[1:3]] == [c.source for c in notebook.cells[1:3]]


def test_a_translation_of_the_pages_words_is_text(project, korean, english, monkeypatch):
    with (korean / "package.po").open("a", encoding="utf-8") as file:
        file.write(entry("Contents", "<script>alert(7)</script>"))
    monkeypatch.chdir(project)
    with pytest.raises(typer.Exit):
        course.report(language="ko")
    page = Path("build", "report-ko", "03_classification.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(7)" in page and "<script>alert" not in page


def test_a_report_shows_this_run_whatever_its_metadata(project, english, monkeypatch):
    path = project / "notebooks" / NAME
    for number in (1, 2):
        notebook = nbformat.read(path, as_version=4)
        notebook.cells[1].source = f"print('run', {number})"
        notebook.cells[1].metadata["alt"] = ["x"]
        notebook.cells[2].source = "0"
        nbformat.write(notebook, path)
        monkeypatch.chdir(project)
        with pytest.raises(typer.Exit):
            course.report(language="ko")
    found = nbformat.read(project / "build" / "report-ko" / NAME, as_version=4)
    assert found.cells[1].outputs[0].text == "run 2\n" and found.cells[0].source == TITLE_KO


def test_slides_are_korean(project, english, monkeypatch, capsys):
    monkeypatch.chdir(project)
    course.slides(language="ko")
    deck = Path("build", "slides-ko", "03_classification.html")
    assert capsys.readouterr().out == f"{deck}\n"
    text = deck.read_text(encoding="utf-8")
    assert '<html lang="ko">' in text and "분류로 푸는 초해상도" in text
    monkeypatch.setenv(language.VARIABLE, "en")
    course.slides(out=Path("decks"))
    assert "Super-resolution as classification" in Path("decks", deck.name).read_text("utf-8")


def test_a_language_that_is_not_there_is_one_line(tmp_path):
    for verb in (["course", "here"], ["lab"], ["report"], ["slides"]):
        (tmp_path / "00.ipynb").write_text("{}")
        run = fcsr(*verb, "--language", "tlh", cwd=tmp_path)
        assert run.returncode == 2 and "Traceback" not in run.stderr
        assert "the course is not translated into tlh" in run.stderr
