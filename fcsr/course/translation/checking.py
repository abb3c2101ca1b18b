"""What is wrong with a language's PO files: changed English, what is missing, what was lost.

A file in which nothing is translated has not been begun, and nothing in it is missing.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

from fcsr.course.translation import catalogs, updating
from fcsr.course.translation.messages import Message

if TYPE_CHECKING:
    from babel.messages.catalog import Message as Entry

SHOWN = 70  # characters of a text
COMMAND = "make translations"
# What a translation has, too, and as often: links, HTML, formulas' marks, places for values.
PARTS = {
    "links": re.compile(r"\]\(([^)\s]+)"),
    "HTML": re.compile(r"</?[a-z]\w*[^<>]*>", re.IGNORECASE),
    "$": re.compile(r"(?<!\\)\$"),
    "places": re.compile(r"\{[^{}\s]+\}"),
    "headings": re.compile(r"^#+(?= )", re.MULTILINE),
}


def faults(folder: Path, project: Path) -> list[str]:
    """What is to be done for a language, a line for each text.

    Args:
        folder: of the language's PO files.
        project: of `notebooks` and `fcsr`.
    """
    found: list[str] = []
    for name, wanted in updating.sources(project).items():
        path = folder / f"{name}.po"
        if not path.is_file():
            found.append(f"{path.name} is not there: {COMMAND}")
            continue
        found += [f"{path.name}: {words}" for words in _faults(path, wanted)]
    return found


def _faults(path: Path, wanted: list[Message]) -> Iterator[str]:
    entries = {(e.context or "", str(e.id)): e for e in catalogs.read(path) if e.id}
    yield from (
        f"{_place(message)}has new English: {COMMAND}"
        for message in wanted
        if (message.context, message.text) not in entries
    )
    begun = any(entry.string for entry in entries.values())
    asked = {(message.context, message.text): message for message in wanted}
    for key, entry in entries.items():
        if key not in asked:
            yield f"{_shown(key[1])} is no longer there: {COMMAND}"
        elif entry.fuzzy:
            yield f"{_place(asked[key])}has changed in English: compare, and remove its #, fuzzy"
        elif begun and not entry.string:
            yield f"{_place(asked[key])}is not translated"
        elif entry.string:
            yield from (f"{_place(asked[key])}{words}" for words in lost(entry))


def lost(entry: "Entry") -> Iterator[str]:
    """What a translation has otherwise than its English, of what both should have alike."""
    for name, part in PARTS.items():
        english, other = (Counter(part.findall(str(text))) for text in (entry.id, entry.string))
        if english != other:
            missing, added = english - other, other - english
            yield f"has other {name}: {_listed(missing)} missing, {_listed(added)} added"
    if _can_be_filled(entry.id) and not _can_be_filled(entry.string):
        yield "has a brace of no place"


def _can_be_filled(text: object) -> bool:
    """Whether `format` reads it; a formula's braces are none."""
    try:
        list(Formatter().parse(str(text)))
    except ValueError:
        return False
    return True


def _listed(parts: Counter) -> str:
    return " ".join(parts.elements()) or "nothing"


def _place(message: Message) -> str:
    return f"{message.context or 'text'} ({_shown(message.text)}) "


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]} ..."
