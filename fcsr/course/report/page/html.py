"""A notebook as one web page that needs no network: the pages of `fcsr report`.

nbconvert's own pages fetch MathJax, require.js and a widget manager from elsewhere. Here formulas
become MathML, which browsers draw themselves, the font that it needs and all pictures lie inside
the page, of widgets pictures are shown, and nothing that the notebook holds may ask the browser for
anything. There is no script: code, hints and solutions are folded by HTML, and CSS unfolds them.
"""

import copy
import html
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from nbformat import NotebookNode

from fcsr.course import language
from fcsr.course.report.page import drawings, pictures
from fcsr.course.report.page.contents import Contents, like_github, like_jupyter
from fcsr.course.report.page.embedded import WORDS, outputs_as_html
from fcsr.course.report.page.folds import fold
from fcsr.course.report.page.harmless import make_harmless
from fcsr.course.report.page.markdown import markdown_filter
from fcsr.course.report.page.static_widgets import replace_widgets
from fcsr.course.report.page.summary import Page
from fcsr.errors import FcsrError

TEMPLATES = Path(__file__).parents[1] / "templates"
GLOSSARY = "glossary.md"  # beside the notebooks; may be missing
CONTENTS = "<!-- contents -->"  # in the template; no comment of a notebook's gets into its page
LEVELS = {"page": (2, 3), "glossary": (2, 3), "booklet": (1, 2)}  # headings in the contents
FOLDED = re.compile(r"<details(?! open)(?=[\s>])")

Kind = Literal["page", "glossary", "booklet"]


class Converted(NamedTuple):
    """A page, and what is missing in it."""

    html: str
    problems: list[str]
    terms: tuple[str, ...]  # of the glossary that it links


def convert(
    notebook: NotebookNode,
    folder: Path,
    page: Page,
    links: Mapping[str, str],
    kind: Kind = "page",
    template: str = "notebook",
    prepare: Callable[[NotebookNode], None] = fold,
) -> Converted:
    """An executed notebook as self-contained HTML.

    Args:
        notebook: an nbformat 4 notebook, which stays as it is.
        folder: where the notebook's source lies; pictures that it names are looked for there.
        page: what stands above it.
        links: where notebooks, by their file's name, are found from here. A link to any other
            file, which does not travel with the page, becomes plain text.
        kind: a page of its own; the glossary, whose headings have the addresses that GitHub gives
            them; or all notebooks as one, to be printed, with the contents after the first cell
            and with nothing folded.
        template: of the page, a folder of `templates`.
        prepare: what writes into cells' metadata, as `course`, what stands around them.
    """
    from nbconvert import HTMLExporter

    notebook = copy.deepcopy(notebook)
    references = _References(folder, links)
    references.problems += replace_widgets(notebook)
    prepare(notebook)
    if kind == "booklet":
        notebook.cells[0].metadata.course.after += f'<nav class="course-contents">{CONTENTS}</nav>'
    outputs_as_html(notebook)
    contents = Contents(like_github if kind == "glossary" else like_jupyter)
    exporter = HTMLExporter(
        template_name=template,
        extra_template_basedirs=[str(TEMPLATES)],
        extra_template_paths=[str(TEMPLATES)],  # where one template names another
        language_code=language.current(),
        filters={
            "markdown2html": markdown_filter(references.harmless, contents),
            "harmless": references.harmless({}),
            "drawing": _drawing,
        },
    )
    exporter.environment.globals["_"] = language._
    body, _ = exporter.from_notebook_node(
        notebook, {"metadata": {"name": page.title}, "page": page, "kind": kind}
    )
    if kind == "booklet":
        del contents.headings[:1]  # the cover's
        body = FOLDED.sub("<details open", body)
    body = body.replace(CONTENTS, contents.to_html(*LEVELS[kind]), 1)
    return Converted(body, references.problems, tuple(references.terms))


class _References:
    """What a notebook shows and links, each found and noted."""

    def __init__(self, folder: Path, links: Mapping[str, str]):
        self.problems: list[str] = []  # what is not found
        self.terms: dict[str, None] = {}  # of the glossary
        self._folder = folder
        self._links = links

    def harmless(self, attachments: Mapping) -> Callable[[str], str]:
        """What makes HTML harmless in a cell with these attachments."""
        return make_harmless(partial(self._embed, attachments=attachments), self._link)

    def _embed(self, name: str | Element, kind: str, attachments: Mapping) -> str:
        if isinstance(name, str) and _is_elsewhere(name):
            raise FcsrError(f"{WORDS[kind]} elsewhere, which this page does not fetch")
        try:
            return pictures.embed(name, kind, self._folder, attachments)
        except FcsrError as error:
            self.problems.append(f"{WORDS[kind]} is missing: {error}")
            raise

    def _link(self, address: str) -> str | None:
        parts = urlsplit(address)
        if not parts.path and not parts.netloc:
            return address
        if parts.path == GLOSSARY and parts.fragment:
            self.terms[unquote(parts.fragment)] = None
        found = self._links.get(unquote(parts.path))
        anchored = found is None or "#" in found or not parts.fragment
        return found if anchored else f"{found}#{parts.fragment}"


def _is_elsewhere(name: str) -> bool:
    try:
        return bool(urlsplit(name).netloc)
    except ValueError:  # "http://["
        return True


def _drawing(svg: str, alt: str) -> str:
    """An output that is SVG, as an image or, where `pictures.unreadable` names it, in words."""
    try:
        source = pictures.data_uri(drawings.well_formed(svg), pictures.DRAWING)
    except FcsrError as error:
        return html.escape(f"[{alt}: {error}]")
    return f'<img alt="{html.escape(alt)}" src="{source}">'
