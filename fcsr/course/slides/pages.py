"""Decks of slides from notebooks that were run: pages that need no network and no script."""

from pathlib import Path

from nbformat import NotebookNode

from fcsr.course import language
from fcsr.course.report.page.html import convert
from fcsr.course.report.page.summary import Page, title
from fcsr.course.slides.plan import slides
from fcsr.course.slides.sizes import HEIGHT
from fcsr.course.translation.applying import translated
from fcsr.errors import FcsrError
from fcsr.utils.files import atomic_write

SCREEN = 720  # pixels of height for which slides are planned


def make(notebooks: Path, out: Path) -> list[Path]:
    """Write a deck NAME.html for each notebook NAME.ipynb of a folder, with the outputs it has.

    It is in the current language of the course, but for what is in pictures.

    Raises:
        FcsrError: there is no notebook, one cannot be read or made into slides, or a deck cannot
            be written.
    """
    import nbformat

    paths = sorted(notebooks.glob("*.ipynb"))
    if not paths:
        raise FcsrError(f"no notebook in {notebooks}: give a folder that holds *.ipynb files")
    links = {path.name: f"{path.stem}.html" for path in paths}
    made = []
    for path in paths:
        try:
            notebook = nbformat.read(path, as_version=4)
        except Exception as error:  # a file that is no notebook
            raise FcsrError(f"{path} cannot be read: {error}") from error
        try:
            text = deck(translated(notebook, language.current()), path, links)
        except Exception as error:  # its cells and metadata may be anything
            reason = error if isinstance(error, FcsrError) else f"{type(error).__name__}: {error}"
            raise FcsrError(f"{path} cannot be made into slides: {reason}") from error
        try:
            out.mkdir(parents=True, exist_ok=True)
            with atomic_write(out / links[path.name]) as draft:
                draft.write_bytes(text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise FcsrError(f"{out} cannot be written to ({error.strerror or error})") from error
        made.append(out / links[path.name])
    return made


def deck(notebook: NotebookNode, path: Path, links: dict[str, str]) -> str:
    """A notebook as one page, a screen for each slide.

    Args:
        notebook: nbformat 4, which stays as it is.
        path: of its file; pictures that it names are looked for beside that.
        links: where the decks of notebooks, by their file's name, are found.
    """
    from nbformat.v4 import new_notebook

    cells: list[NotebookNode] = []
    for slide in slides(notebook):
        rest = HEIGHT - sum(piece.height for piece in slide)
        for piece in slide:
            cell = piece.cell
            cell.metadata.setdefault("course", {}).setdefault("open", False)
            cell.metadata["course"] |= {"before": "", "after": ""}
            cell.id = f"slide-{len(cells)}"  # a cell may be on several slides
            cells.append(cell)
        style = f"--picture: {100 * rest / SCREEN:.0f}vh"
        slide[0].cell.metadata.course.before = f'<section class="course-slide" style="{style}">'
        slide[-1].cell.metadata.course.after = "</section>"
    whole = new_notebook(cells=cells, metadata=notebook.metadata)
    page = Page(path.stem, title(notebook) or path.stem, 0.0)
    return convert(
        whole, path.parent, page, links, template="slides", prepare=lambda notebook: None
    ).html
