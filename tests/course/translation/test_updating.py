"""PO files follow the English, and a check says what is to be done."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from korean import PO, TITLE, TITLE_KO, entry

from fcsr.course.translation import catalogs, checking, messages, updating
from fcsr.course.translation.messages import Message
from fcsr.errors import FcsrError

ROOT = Path(__file__).parents[3]
CHANGED = TITLE.replace("each pixel", "every pixel and colour")


def rewrite(project: Path, cell: int, source: str, **others) -> None:
    path = project / "notebooks" / "03_classification.ipynb"
    notebook = json.loads(path.read_bytes())
    notebook["cells"][cell] |= {"source": source, **others}
    path.write_text(json.dumps(notebook), encoding="utf-8")


def entries(folder: Path, name: str = "03_classification") -> dict:
    return {e.id: e for e in catalogs.read(folder / f"{name}.po") if e.id}


def test_what_is_new_is_empty_and_an_update_changes_nothing_twice(project, korean):
    assert {path.stem for path in updating.update(korean, project)} == {
        "03_classification",
        "glossary",
        "package",
    }
    found = entries(korean)
    assert found[TITLE].string == TITLE_KO and not found[TITLE].fuzzy
    assert found["## Exercises"].string == ""
    assert next(iter(found)) == TITLE, "in the notebook's order"
    assert updating.update(korean, project) == []
    text = (korean / "03_classification.po").read_text(encoding="utf-8")
    assert "Date" not in text and "Generated" not in text and '"Language: ko\\n"' in text


def test_changed_english_is_fuzzy_beside_what_was_translated(project, korean):
    updating.update(korean, project)
    rewrite(project, 0, CHANGED)
    updating.update(korean, project)
    found = entries(korean)[CHANGED]
    assert found.fuzzy and found.string == TITLE_KO and list(found.previous_id) == [TITLE]
    assert ("title", CHANGED) not in catalogs.translations(korean / "03_classification.po")
    assert updating.update(korean, project) == []
    rewrite(project, 0, f"{CHANGED} Again.")
    updating.update(korean, project)
    assert list(entries(korean)[f"{CHANGED} Again."].previous_id) == [TITLE], "what it is made from"
    rewrite(project, 0, TITLE)  # as it was
    updating.update(korean, project)
    assert entries(korean)[TITLE].fuzzy, "for somebody to look at"


def test_what_is_gone_is_kept_and_comes_back(project, korean):
    updating.update(korean, project)
    rewrite(project, 0, "", cell_type="raw")
    updating.update(korean, project)
    assert TITLE not in entries(korean)
    assert "#~ " in (korean / "03_classification.po").read_text(encoding="utf-8")
    rewrite(project, 3, TITLE)
    updating.update(korean, project)
    found = entries(korean)[TITLE]
    assert (found.string, found.context, found.fuzzy) == (TITLE_KO, "exercises", False)


def test_two_cells_that_change_places_keep_their_translations(project, korean):
    path = korean / "03_classification.po"
    path.write_text(path.read_text() + entry("## Exercises", "## 연습 문제", "exercises"))
    rewrite(project, 0, "## Exercises")
    rewrite(project, 3, TITLE)
    updating.update(korean, project)
    found = entries(korean)
    assert found[TITLE].string == TITLE_KO and not found[TITLE].fuzzy
    assert found["## Exercises"].string == "## 연습 문제" and not found["## Exercises"].fuzzy


def test_similar_texts_without_a_place_are_found_again(project, korean):
    (project / "notebooks" / "glossary.md").write_text("**mode**: the most likely level.\n")
    updating.update(korean, project)
    [found] = entries(korean, "glossary").values()
    assert found.fuzzy and "최빈값" in found.string


def test_a_text_of_another_file_is_known(project, korean):
    path = project / "notebooks" / "03_classification.ipynb"
    other = path.with_name("04_again.ipynb")
    other.write_bytes(path.read_bytes())
    updating.update(korean, project)
    assert entries(korean, "04_again")[TITLE].string == TITLE_KO


def test_package_texts_are_found_where_they_are_marked(tmp_path):
    (tmp_path / "plots.py").write_text('_("a {b}").format(b=1)\nprint("c")\ndrawn("lev" "el")\n')
    (tmp_path / "exercises").mkdir()
    check = """'A docstring.'
hint = "add up" if low else "the median"
expect(answer == 5, f"{answer!r} is not a number: {hint}")
raise NotYet(f"of {', '.join(names)} one is right")
"""
    (tmp_path / "exercises" / "hundred.py").write_text(check)
    (tmp_path / "page.html.j2").write_text("<h1>{{ _('All notebooks') }}</h1>")
    found = {m.text: m.note for m in messages.of_package(tmp_path)}
    assert found == {
        **dict.fromkeys(("a {b}", "level"), "plots.py"),
        **dict.fromkeys(
            ("add up", "the median", "{1} is not a number: {2}", "of {1} one is right"),
            "exercises/hundred.py",
        ),
        "All notebooks": "page.html.j2",
    }


def test_every_marked_text_of_the_package_is_found():
    """Also those that babel would overlook, such as in f-strings."""
    course = ROOT / "fcsr" / "course"
    found = {message.text for message in messages.of_package(course)}
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in course.rglob("*.py")]
    calls = [n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Call)]
    marked = [call.args[0] for call in calls if getattr(call.func, "id", "") in ("_", "drawn")]
    assert {text.value for text in marked if isinstance(text, ast.Constant)} <= found
    others = {ast.unparse(text) for text in marked if not isinstance(text, ast.Constant)}
    assert others == {"message"}, "give a text, and fill values in afterwards"


def test_the_check_lists_what_is_to_do(project, korean):
    updating.update(korean, project)
    found = checking.faults(korean, project)
    assert found == [
        "glossary.po: page (# Glossary) is not translated",
        "03_classification.po: exercises (## Exercises) is not translated",
    ]
    rewrite(project, 0, CHANGED)
    found = checking.faults(korean, project)
    assert any("title (# 03 · Super-resolution" in fault for fault in found)
    assert any("has new English" in fault for fault in found)
    assert any("is no longer there" in fault for fault in found)
    updating.update(korean, project)
    assert any("has changed in English" in fault for fault in checking.faults(korean, project))
    (korean / "glossary.po").unlink()
    assert "glossary.po is not there: make translations" in checking.faults(korean, project)


def test_a_file_that_has_not_been_begun_misses_nothing(project, korean):
    for path in korean.glob("*.po"):
        path.unlink()
    updating.update(korean, project)
    assert checking.faults(korean, project) == []


@pytest.mark.parametrize(
    ("english", "korean", "lost"),
    [
        ("see [mode](glossary.md#mode)", "[최빈값](glossary.md)", "links"),
        ("$x$ and $y$", "$x$", "$"),
        ("<details>\n\nHint</details>", "힌트", "HTML"),
        ("{1} dB", "dB", "places"),
        ("## Exercises", "### 연습 문제", "headings"),
        ("{number} rows", "{number}행 {", "a brace of no place"),
    ],
)
def test_a_translation_has_all_parts_of_its_english(tmp_path, english, korean, lost):
    path = tmp_path / "ko" / "a.po"
    path.parent.mkdir()
    path.write_text(PO + entry(english, korean), encoding="utf-8")
    [found] = [e for e in catalogs.read(path) if e.id]
    [fault] = checking.lost(found)
    assert fault.startswith((f"has other {lost}: ", f"has {lost}"))


def test_an_entry_in_use_keeps_what_translators_wrote(tmp_path):
    path = tmp_path / "ko" / "a.po"
    path.parent.mkdir()
    path.write_text(PO + entry("mode", "최빈값", above="# not 모드\n"), encoding="utf-8")
    catalogs.write(path, updating.updated(catalogs.read(path), [Message("mode")], {}))
    assert "# not 모드\nmsgid" in path.read_text(encoding="utf-8")


def test_what_is_no_po_file_is_an_error(tmp_path):
    path = tmp_path / "ko" / "a.po"
    path.parent.mkdir()
    path.write_text("msgid 5\n<<<<<<< HEAD\n")
    with pytest.raises(FcsrError, match="is no PO file"):
        catalogs.read(path)
    path.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=nonsense\\n"\n\nmsgid "a"\n'
    )
    with pytest.raises(FcsrError, match="is no PO file"):
        catalogs.read(path)


@pytest.mark.parametrize("language", catalogs.languages())
def test_translations_are_up_to_date(language):
    """A failure lists what there is to do; `make translations` brings the English in."""
    assert checking.faults(catalogs.FOLDER / language, ROOT) == []


def test_as_a_command(project, korean):
    folder = project / "fcsr" / "course" / "translation" / "ko"
    command = [sys.executable, "-m", "fcsr.course.translation", "ko"]
    run = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert len(list(folder.glob("*.po"))) == 3 and "ko: nothing to do" in run.stdout
    (folder / "glossary.po").write_text(PO, encoding="utf-8")
    run = subprocess.run([*command, "--check"], cwd=project, capture_output=True, text=True)
    assert run.returncode == 1 and "glossary.po: page (# Glossary) has new English" in run.stdout
    assert (folder / "glossary.po").read_text(encoding="utf-8") == PO
