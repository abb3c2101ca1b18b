"""A notebook as one web page that needs no network: the pages of `fcsr report`.

nbconvert's own pages fetch MathJax, require.js and a widget manager from elsewhere. Here formulas
become MathML, which browsers draw themselves, the font that it needs and all pictures lie inside
the page, of widgets their last picture is shown, and nothing that the notebook holds may ask the
browser for anything.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

import jinja2
from nbformat import NotebookNode

from fcsr.course.report.page import drawings, pictures
from fcsr.course.report.page.embedded import WORDS, outputs_as_html
from fcsr.course.report.page.harmless import make_harmless
from fcsr.course.report.page.static_widgets import replace_widgets
from fcsr.errors import FcsrError

TEMPLATES = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True)
class Page:
    """What a report tells about one notebook, in its index and above its page."""

    name: str  # of the notebook, NAME.ipynb
    title: str  # the notebook's first heading
    seconds: float  # that it ran
    error: str | None = None  # what stopped it, and in which cell, or what cannot be shown
    stopped_at: str | None = None  # that cell's id, if it got as far as a cell
    thumbnail: str | None = None  # a figure as a data URI: PNG, at most 640 x 400 pixels
    key_figures: tuple[str, ...] = ()  # the numbers that matter most, a line for each
    file: str = ""  # of its page
    whole: bool = True  # False: of the notebook nothing can be shown


class Converted(NamedTuple):
    """A page, and what is missing in it."""

    html: str
    problems: list[str]


def convert(
    notebook: NotebookNode, folder: Path, page: Page, links: Mapping[str, str]
) -> Converted:
    """An executed notebook as self-contained HTML.

    Args:
        notebook: an nbformat 4 notebook; its widgets are replaced by what they hold.
        folder: where the notebook's source lies; pictures that it names are looked for there.
        page: what stands above it.
        links: where notebooks, by their file's name, are found from here. A link to any other
            file, which does not travel with the page, becomes plain text.
    """
    from nbconvert import HTMLExporter

    problems = replace_widgets(notebook)

    def embed(name: str | Element, kind: str, attachments: Mapping = MappingProxyType({})) -> str:
        if isinstance(name, str) and _is_elsewhere(name):
            raise FcsrError(f"{WORDS[kind]} elsewhere, which this page does not fetch")
        try:
            return pictures.embed(name, kind, folder, attachments)
        except FcsrError as error:
            problems.append(f"{WORDS[kind]} is missing: {error}")
            raise

    def link(address: str) -> str | None:
        parts = urlsplit(address)
        if not parts.path and not parts.netloc:
            return address
        found = links.get(unquote(parts.path))
        anchored = found is None or "#" in found or not parts.fragment
        return found if anchored else f"{found}#{parts.fragment}"

    def harmless_within(attachments: Mapping) -> Callable[[str], str]:
        return make_harmless(partial(embed, attachments=attachments), link)

    outputs_as_html(notebook)
    exporter = HTMLExporter(
        template_name="notebook",
        extra_template_basedirs=[str(TEMPLATES)],
        filters={
            "markdown2html": _markdown_filter(harmless_within),
            "harmless": make_harmless(embed, link),
            "drawing": _drawing,
        },
    )
    body, _ = exporter.from_notebook_node(
        notebook, {"metadata": {"name": page.title}, "page": page}
    )
    return Converted(body, problems)


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


def title(notebook: NotebookNode) -> str | None:
    """The first heading of a notebook.

    Example:
        >>> from nbformat.v4 import new_markdown_cell, new_notebook
        >>> from fcsr.course.report.page.html import title
        >>> title(new_notebook(cells=[new_markdown_cell("# Scales")]))
        'Scales'
    """
    for cell in notebook.cells:
        heading = re.search(r"^#+ +(.+)", cell.source, re.MULTILINE)
        if cell.cell_type == "markdown" and heading:
            return heading[1].strip()
    return None


def key_figures(notebook: NotebookNode) -> tuple[str, ...]:
    """What the cells print whose metadata say `"key_figures": true`, line by line."""
    printed = "".join(
        output.text
        for cell in notebook.cells
        if cell.metadata.get("key_figures")
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stdout"
    )
    return tuple(" ".join(line.split()) for line in printed.splitlines() if line.strip())


def _markdown_filter(harmless_within: Callable[[Mapping], Callable[[str], str]]) -> Callable:
    """nbconvert's filter from Markdown to HTML, harmless and with formulas as MathML."""
    from math_core import LatexToMathML
    from mistune import HTMLRenderer
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    # What it cannot convert stays as it is, in red.
    converter = LatexToMathML(continue_on_error=True, fancy_error=False)

    class Renderer(IPythonRenderer):
        # nbconvert's own raises an error where an attachment is missing: `embed` looks for it.
        image = HTMLRenderer.image

        def inline_math(self, body: str) -> str:
            return converter.convert_with_local_state(body, displaystyle=False)

        def block_math(self, body: str) -> str:
            if r"\tag" in body:  # which LaTeX, unlike MathJax, knows in an equation only
                return self.latex_environment("equation", body)
            return converter.convert_with_local_state(body, displaystyle=True)

        def latex_environment(self, name: str, body: str) -> str:
            if name in ("align", "equation", "gather", "multline"):
                name += "*"  # for Jupyter does not number them
            environment = rf"\begin{{{name}}}{body}\end{{{name}}}"
            return converter.convert_with_local_state(environment, displaystyle=True)

    @jinja2.pass_context
    def markdown2html(context: jinja2.runtime.Context, source: str) -> str:
        harmless = harmless_within(context.get("cell", {}).get("attachments", {}))
        return harmless(MarkdownWithMath(renderer=Renderer(escape=False)).render(source))

    return markdown2html
