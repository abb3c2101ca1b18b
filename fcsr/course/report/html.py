"""A notebook as one web page that needs no network: the pages of `fcsr report`.

nbconvert's own pages fetch MathJax, require.js and a widget manager from elsewhere. Here formulas
become MathML, which browsers draw themselves, the font that it needs and all pictures lie inside
the page, of widgets their last picture is shown, and the page forbids the browser any request.
"""

import base64
import html
import mimetypes
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

import jinja2
from nbformat import NotebookNode
from PIL import Image

from fcsr.course.report.static_widgets import replace_widgets

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Page:
    """What a report tells about one notebook, in its index and above its page."""

    name: str  # of the notebook, NAME.ipynb, and of its page, NAME.html
    title: str  # the notebook's first heading
    seconds: float  # that it ran
    error: str | None = None  # what stopped it, and in which cell
    stopped_at: str | None = None  # that cell's id, if it got as far as a cell
    thumbnail: str | None = None  # a figure as a data URI: PNG, at most 640 x 400 pixels
    key_figures: tuple[str, ...] = ()  # the numbers that matter most, a line for each


def executed(path: Path) -> NotebookNode:
    """A notebook that papermill has executed, without what papermill has written into it."""
    import nbformat
    from papermill.execute import remove_error_markers

    return remove_error_markers(nbformat.read(path, as_version=4))


def convert(notebook: NotebookNode, folder: Path, page: Page, links: Mapping[str, str]) -> str:
    """An executed notebook as self-contained HTML.

    Args:
        notebook: an nbformat 4 notebook; its widgets are replaced by their last pictures.
        folder: where the notebook's source lies; pictures that it names are looked for there.
        page: what stands above it.
        links: where notebooks, by their file's name, are found from here. A link to any other
            file, which does not travel with the page, becomes plain text.
    """
    from nbconvert import HTMLExporter

    replace_widgets(notebook)
    exporter = HTMLExporter(
        template_name="notebook",
        extra_template_basedirs=[str(TEMPLATES)],
        filters={"markdown2html": _markdown_filter(links)},
    )
    body, _ = exporter.from_notebook_node(
        notebook, {"metadata": {"name": page.title}, "page": page}
    )
    return re.sub(r'(<img\b[^>]* src=")([^":]+)"', lambda image: _inline(image, folder), body)


def title(notebook: NotebookNode) -> str | None:
    """The first heading of a notebook.

    Example:
        >>> from nbformat.v4 import new_markdown_cell, new_notebook
        >>> from fcsr.course.report.html import title
        >>> title(new_notebook(cells=[new_markdown_cell("# Scales")]))
        'Scales'
    """
    for cell in notebook.cells:
        heading = re.search(r"^#+ +(.+)", cell.source, re.MULTILINE)
        if cell.cell_type == "markdown" and heading:
            return heading[1].strip()
    return None


def thumbnail(notebook: NotebookNode) -> str | None:
    """The first figure, else the first PNG, made small, as a data URI."""
    for cell in sorted(notebook.cells, key=lambda cell: "figure" not in cell.metadata):
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                figure = Image.open(BytesIO(base64.b64decode(output.data["image/png"])))
                figure.thumbnail((640, 400))
                figure.save(small := BytesIO(), "png")
                return _data_uri(small.getvalue(), "image/png")
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


def _markdown_filter(links: Mapping[str, str]) -> Callable:
    """nbconvert's filter from Markdown to HTML, but with formulas as MathML and its own links."""
    from math_core import LatexToMathML
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    # What it cannot convert stays as it is, in red.
    converter = LatexToMathML(continue_on_error=True, fancy_error=False)

    class Renderer(IPythonRenderer):
        def link(self, text: str, url: str, title: str | None = None) -> str:
            parts = urlsplit(url)
            if not parts.scheme and parts.path:
                page = links.get(parts.path)
                if page is None:
                    return text
                url = page if "#" in page or not parts.fragment else f"{page}#{parts.fragment}"
            return super().link(text, url, title)

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
        attachments = context.get("cell", {}).get("attachments", {})
        renderer = Renderer(escape=False, attachments=attachments)
        return MarkdownWithMath(renderer=renderer).render(source)

    return markdown2html


def _inline(image: re.Match, folder: Path) -> str:
    """Put a picture that lies beside the notebook into the page itself."""
    path = folder / unquote(image[2])
    if not path.is_file():
        return image[0]
    kind, _ = mimetypes.guess_type(path)
    return f'{image[1]}{_data_uri(path.read_bytes(), kind)}"'


def _data_uri(data: bytes, kind: str | None) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def bind(pages: list[Page], folder: Path, sources: Path, title: str, machine: str) -> str:
    """The executed notebooks of a report as one self-contained HTML.

    Args:
        pages: what the report tells about each, in order.
        folder: where the executed NAME.ipynb lie.
        sources: where the notebooks come from; pictures that they name are looked for there.
        title: of the whole.
        machine: on which they ran.
    """
    from nbformat.v4 import new_markdown_cell, new_notebook

    cells = [new_markdown_cell(_contents(pages, title, machine))]
    for number, page in enumerate(pages):
        notebook = executed(folder / f"{page.name}.ipynb")
        replace_widgets(notebook)
        for cell in notebook.cells:
            cell.id = f"{number}-{cell.id}"  # which is its own in one notebook only
        cells += [new_markdown_cell(_opening(page)), *notebook.cells]
    whole = Page("course", title, sum(page.seconds for page in pages))
    links = {f"{page.name}.ipynb": f"#{page.name}" for page in pages}
    return convert(new_notebook(cells=cells), sources, whole, links)


def _contents(pages: list[Page], title: str, machine: str) -> str:
    lines = [
        f"- [{page.title}](#{page.name}), {page.seconds:.0f} s{', failed' if page.error else ''}"
        for page in pages
    ]
    return "\n".join([f"# {title}", "", machine, "", *lines])


def _opening(page: Page) -> str:
    error = f"<pre>This notebook stopped with an error.\n{html.escape(page.error or '')}</pre>"
    return f'<div class="course-opening" id="{page.name}">{error if page.error else ""}</div>'
