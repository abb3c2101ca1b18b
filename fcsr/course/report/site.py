"""The folder of a report's pages: written to by one report at a time, and only by whole files."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from fcsr.course.language import _
from fcsr.course.report.page.html import GLOSSARY
from fcsr.course.report.page.summary import Neighbour
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
    titles: Mapping[str, str] = field(default_factory=dict)  # of runs, as far as they are known
    glossary: str | None = None  # its page, if there is one

    @property
    def links(self) -> dict[str, str]:
        """Where notebooks and the glossary, by their file's name, are found from a page."""
        found = {f"{name}.ipynb": quote(file) for name, file in self.files.items()}
        return found | ({GLOSSARY: quote(self.glossary)} if self.glossary else {})

    def beside(self, name: str) -> tuple[Neighbour | None, Neighbour | None]:
        """The pages before and after that of a run; the glossary's is after the last."""
        pages = [Neighbour(file, self.titles.get(run, run)) for run, file in self.files.items()]
        if self.glossary:
            pages.append(Neighbour(self.glossary, _("Glossary")))
        place = list(self.files).index(name)
        before = pages[place - 1] if place else None
        return before, next(iter(pages[place + 1 :]), None)

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
def open_site(
    folder: Path,
    names: Sequence[str],
    titles: Mapping[str, str] | None = None,
    with_glossary: bool = False,
) -> Iterator[Site]:
    """Make the folder for pages of runs of these names, and keep other reports out of it.

    What a report that was killed has left half written in it, is removed.

    Args:
        folder: of the pages.
        names: of the runs, in order.
        titles: of the runs, by name; a name is its own title.
        with_glossary: whether there will be a page of the glossary, too.

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
        files = _files(names)
        glossary = _glossary(files) if with_glossary else None
        yield Site(folder, drafts, files, titles or {}, glossary)


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


def _glossary(files: dict[str, str]) -> str:
    """Its page, beside those of all runs."""
    taken = {file.casefold() for file in files.values()}
    stem = "glossary"
    while f"{stem}.html" in taken:
        stem += "_"
    return f"{stem}.html"
