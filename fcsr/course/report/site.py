"""The folder of a report's pages: written to by one report at a time, and only by whole files."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from fcsr.errors import FcsrError
from fcsr.utils.files.locks import only_writer

INDEX = "index.html"
DRAFTS = ".draft"


@dataclass(frozen=True)
class Site:
    """A folder of pages."""

    folder: Path
    drafts: Path  # a folder within, for what is half written
    files: dict[str, str]  # of each run, by its name, its page

    @property
    def links(self) -> dict[str, str]:
        """Where notebooks, by their file's name, are found from a page."""
        return {f"{name}.ipynb": quote(file) for name, file in self.files.items()}

    def write(self, name: str, text: str) -> None:
        """Write a file; what UTF-8 does not know in it is written out.

        Raises:
            FcsrError: it cannot be written.
        """
        draft = self.drafts / name
        with _naming(self.folder):
            draft.write_bytes(text.encode("utf-8", "backslashreplace"))
            os.replace(draft, self.folder / name)


@contextmanager
def open_site(folder: Path, names: Sequence[str]) -> Iterator[Site]:
    """Make the folder for pages of runs of these names, and keep other reports out of it.

    What a report that was killed has left half written in it, is removed.

    Raises:
        FcsrError: it cannot be made or written to, or another report writes there.
    """
    drafts = folder / DRAFTS
    with ExitStack() as stack:
        with _naming(folder):
            stack.enter_context(only_writer(folder))
            shutil.rmtree(drafts, ignore_errors=True)
            drafts.mkdir()
        stack.callback(shutil.rmtree, drafts, ignore_errors=True)
        yield Site(folder, drafts, _files(names))


@contextmanager
def _naming(folder: Path) -> Iterator[None]:
    """Failures to write become an FcsrError about the folder: so print nothing within."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise FcsrError(
            f"{folder} cannot be made or written to ({reason}); free it, or give another folder"
        ) from error


def _files(names: Sequence[str]) -> dict[str, str]:
    """Each run's page; that of one which is called index makes room for the index of all."""
    taken = {name.casefold() for name in names}
    files = {}
    for name in names:
        stem = name
        while f"{stem}.html".casefold() == INDEX or (stem != name and stem.casefold() in taken):
            stem += "_"
        taken.add(stem.casefold())
        files[name] = f"{stem}.html"
    return files
