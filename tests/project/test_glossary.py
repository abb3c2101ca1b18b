"""The glossary has every term that notebooks and pages link, and no term that none explains."""

import re
from functools import cache
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
GLOSSARY = (ROOT / "notebooks" / "glossary.md").read_text(encoding="utf-8")
ENTRIES = dict(re.findall(r"^### (.+)\n\n((?:(?!#).+\n)+)", GLOSSARY, re.MULTILINE))
LONGEST = 75  # words


def anchor(heading: str) -> str:
    """What GitHub and JupyterLab make of a heading in lower case."""
    return re.sub(r"[^\w\s-]", "", heading).replace(" ", "-")


@cache
def said(path: Path) -> str:
    """What a reader of a notebook sees, but its pictures."""
    cells = nbformat.read(path, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    shown = [value for output in outputs for value in output.get("data", {}).items()]
    texts = [text for kind, text in shown if kind in ("text/plain", "text/markdown")]
    texts += [output["text"] for output in outputs if "text" in output]
    return "\n".join([*(cell.source for cell in cells), *texts])


def uses(text: str, term: str) -> bool:
    """Whether a text has the term, or its plural; `warmup` and `warm-up` are one word."""
    words = [re.escape(word) for word in re.split(r"[\s-]", term)]
    return bool(re.search(rf"\b{'[ -]?'.join(words)}(s|es)?\b", text, re.IGNORECASE))


ANCHORS = {anchor(heading) for heading in ENTRIES}
LINKING = [*NOTEBOOKS, ROOT / "README.md", ROOT / "README.ko.md", ROOT / "docs" / "teaching.md"]


def test_every_heading_is_an_entry_in_lower_case():
    headings = re.findall(r"^### (.+)$", GLOSSARY, re.MULTILINE)
    assert headings == list(ENTRIES) and len(ANCHORS) == len(headings) > 50
    assert [heading for heading in headings if heading != heading.lower()] == []
    groups = re.findall(r"^## (.+)$", GLOSSARY, re.MULTILINE)
    assert groups == ["Images", "Models", "Distributions", "Training", "Measuring"]


def linked_by(path: Path) -> list[str]:
    text = said(path) if path.suffix == ".ipynb" else path.read_text(encoding="utf-8")
    return re.findall(r"glossary\.md#([^)\s]+)\)", text)


@pytest.mark.parametrize("path", LINKING, ids=lambda path: path.name)
def test_what_is_linked_is_there(path):
    assert [name for name in linked_by(path) if name not in ANCHORS] == []


@pytest.mark.parametrize("heading", ENTRIES)
def test_an_entry_is_short_and_explained_in_a_notebook(heading):
    entry = ENTRIES[heading]
    assert entry.startswith("**") and len(entry.split()) <= LONGEST
    linked = re.findall(r"\]\(([\w.]+\.ipynb)\)", entry)
    assert linked and [name for name in linked if not (ROOT / "notebooks" / name).exists()] == []
    terms = [heading, *(term.strip(",:") for term in re.findall(r"\*\*(.+?)\*\*", entry))]
    text = said(ROOT / "notebooks" / linked[0])
    used = [term for term in terms if uses(text, term)]
    assert used or any(anchor(heading) in linked_by(path) for path in LINKING), "used nowhere"
