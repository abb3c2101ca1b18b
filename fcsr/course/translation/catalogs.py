"""PO files: found, read and written.

They are gettext's, so that any editor for translators opens them. A message that says what it was
translated from (`#|`, beside the flag `fuzzy`) keeps that, which babel by itself would lose.
"""

import functools
import re
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from fcsr.utils.files import atomic_write

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

FOLDER = Path(__file__).parent
PACKAGE = "package"  # the file of what the package prints and draws
NO_WRAP = 10**9  # characters: a line of the message is a line of the file
HEADERS = re.compile(rb'^"(?!Language:|Plural-|MIME-|Content-)[A-Z][A-Za-z-]*: .*\n', re.MULTILINE)
QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
FILE_HEADER = "Written by `make translations` from the English, and by translators."

Translations = dict[tuple[str, str], str]
"""By the context (a cell's id) and the English; what is fuzzy is not among them."""


def languages() -> tuple[str, ...]:
    """The languages that there are translations into."""
    return tuple(sorted({path.parent.name for path in FOLDER.glob("*/*.po")}))


@functools.cache
def package(language: str) -> Translations:
    """Of what the package prints and draws."""
    return translations(FOLDER / language / f"{PACKAGE}.po")


@functools.cache
def course(language: str) -> Translations:
    """Of the notebooks and the pages beside them."""
    found: Translations = {}
    for path in sorted((FOLDER / language).glob("*.po")):
        if path.stem != PACKAGE:
            found |= translations(path)
    return found


def translations(path: Path) -> Translations:
    """What a file translates; nothing if it is not there."""
    return {
        (message.context or "", str(message.id)): str(message.string)
        for message in (read(path) if path.is_file() else ())
        if message.id and message.string and not message.fuzzy
    }


def read(path: Path) -> "Catalog":
    """A PO file, or an empty one for its folder's language if it is not there.

    Raises:
        FcsrError: it is no PO file.
    """
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import PoFileError, read_po

    from fcsr.errors import FcsrError

    if not path.is_file():
        return Catalog(locale=path.parent.name, project="fcsr", fuzzy=False)
    try:
        with path.open("rb") as file:
            catalog = read_po(file, locale=path.parent.name, abort_invalid=True)
    except (PoFileError, LookupError, ValueError) as error:  # LookupError: of its charset
        raise FcsrError(f"{path} is no PO file: {error}") from error
    for message in (*catalog, *catalog.obsolete.values()):
        _read_previous(message)
    return catalog


def write(path: Path, catalog: "Catalog") -> None:
    """A PO file, the same for the same messages: without dates, and with no line wrapped."""
    from babel.messages.pofile import write_po

    catalog.header_comment = f"# {FILE_HEADER}"
    write_po(
        buffer := BytesIO(), catalog, width=NO_WRAP, include_previous=True, include_lineno=False
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    header, rest = buffer.getvalue().split(b"\n\n", 1)
    with atomic_write(path) as draft:
        draft.write_bytes(HEADERS.sub(b"", header + b"\n") + b"\n" + rest)


def _read_previous(message: "Message") -> None:
    """Move what a message was translated from, which babel takes for a remark, to its place."""
    from babel.messages.pofile import unescape

    remarks = message.user_comments
    previous = "".join(remark for remark in remarks if remark.startswith("|"))
    message.user_comments = [remark for remark in remarks if not remark.startswith("|")]
    if previous:
        message.previous_id = ["".join(map(unescape, QUOTED.findall(previous)))]
