"""PO files brought up to date with the English: new texts, changed ones, those that are gone."""

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fcsr.course.translation import catalogs, messages
from fcsr.course.translation.messages import Message

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog
    from babel.messages.catalog import Message as Entry

SIMILAR = 0.6  # how much of a text without a place of its own stays, for it to be the same one


def sources(project: Path) -> dict[str, list[Message]]:
    """All that there is to translate, by the name of the PO file that it belongs into.

    Args:
        project: the folder of `notebooks` and `fcsr`.
    """
    found = {catalogs.PACKAGE: messages.of_package(project / "fcsr" / "course")}
    for path in sorted((project / "notebooks").glob("*.md")):
        found[path.stem] = messages.of_page(path.read_text(encoding="utf-8"))
    for path in sorted((project / "notebooks").glob("*.ipynb")):
        found[path.stem] = messages.of_notebook(json.loads(path.read_bytes()))
    return found


def updated(old: "Catalog", wanted: Iterable[Message], memory: Mapping[str, str]) -> "Catalog":
    """A catalog of what is wanted, with the translations that there are.

    A text whose English has changed keeps its translation, flagged as fuzzy, beside what that was
    made from; what is not wanted any more is obsolete.

    Args:
        old: the catalog so far.
        wanted: in order.
        memory: translations of other files by their English, for texts that stand there, too.
    """
    from babel.messages.catalog import Catalog

    new = Catalog(
        locale=old.locale,
        project=old.project,
        fuzzy=False,
    )
    wanted = list(wanted)
    left = {_key(entry): entry for entry in _translated(old)}
    found: dict[Message, Entry] = {}
    for find in (_same, _moved, _changed):
        for message in wanted:
            if message not in found and (key := find(message, left)):
                found[message] = left.pop(key)
    for message in wanted:
        _add(new, message, found.get(message), memory.get(message.text, ""))
    for entry in left.values():
        entry.flags.discard("fuzzy")
        entry.previous_id, entry.auto_comments, entry.locations = [], [], []
        new.obsolete[_key(entry)] = entry
    return new


def _key(entry: "Entry") -> tuple[str, str]:
    return entry.context or "", str(entry.id)


def _translated(catalog: "Catalog") -> "Iterator[Entry]":
    """What has a translation, in use or obsolete."""
    for entry in (*catalog, *catalog.obsolete.values()):
        if entry.id and entry.string:
            yield entry


def _same(message: Message, left: dict) -> tuple[str, str] | None:
    key = (message.context, message.text)
    return key if key in left else None


def _moved(message: Message, left: dict) -> tuple[str, str] | None:
    """The same text in another place."""
    return next((key for key in left if key[1] == message.text), None)


def _changed(message: Message, left: dict) -> tuple[str, str] | None:
    """Another text in its place; a similar one, where a context is that of many."""
    texts = [text for context, text in left if context == message.context]
    if message.context in messages.SHARED:
        texts = difflib.get_close_matches(message.text, texts, n=1, cutoff=SIMILAR)
    return (message.context, texts[0]) if texts else None


def _add(catalog: "Catalog", message: Message, entry: "Entry | None", known: str) -> None:
    """Put a message into a catalog, with the translation of an entry, or else a known one."""
    flags, previous, remarks, string = set(), [], [], known
    if entry is not None:
        string, remarks = str(entry.string), entry.user_comments
        if entry.fuzzy or entry.id != message.text:
            flags = {"fuzzy"}
            previous = list(entry.previous_id) or [str(entry.id)]
    added = catalog.add(
        message.text,
        string,
        flags=flags,
        auto_comments=[message.note] if message.note else [],
        user_comments=remarks,
        previous_id=previous,
        context=message.context or None,
    )
    added.flags -= {"python-format", "python-brace-format"}  # which babel guesses, of 5 % too


def update(folder: Path, project: Path) -> list[Path]:
    """Bring the PO files of a language up to date; those whose notebook is gone stay.

    Args:
        folder: of the language's PO files.
        project: see `sources`.

    Returns:
        The files that have changed.
    """
    files = {folder / f"{name}.po": wanted for name, wanted in sources(project).items()}
    memory = {text: new for path in files for (_, text), new in catalogs.translations(path).items()}
    changed = []
    for path, wanted in files.items():
        before = path.read_bytes() if path.is_file() else b""
        catalogs.write(path, updated(catalogs.read(path), wanted, memory))
        if path.read_bytes() != before:
            changed.append(path)
    return changed
