"""Markdown as HTML: harmless, with formulas as MathML, and with headings that one can link to."""

from collections.abc import Callable, Mapping

import jinja2

from fcsr.course.report.page.contents import Contents


def markdown_filter(
    harmless_within: Callable[[Mapping], Callable[[str], str]], contents: Contents
) -> Callable:
    """What nbconvert's templates know as `markdown2html`.

    Args:
        harmless_within: from a cell's attachments to what makes HTML harmless.
        contents: what gives headings their addresses, and lists those of Markdown cells.
    """
    from math_core import LatexToMathML
    from mistune import HTMLRenderer
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    # What it cannot convert stays as it is, in red.
    converter = LatexToMathML(continue_on_error=True, fancy_error=False)

    class Renderer(IPythonRenderer):
        # nbconvert's own raises an error where an attachment is missing: `embed` looks for it.
        image = HTMLRenderer.image

        def __init__(self, listed: bool):
            super().__init__(escape=False)
            self._listed = listed

        def heading(self, text: str, level: int, **attrs) -> str:
            return contents.to_heading(text, level, self._listed)

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
        cell = context.get("cell", {})
        harmless = harmless_within(cell.get("attachments", {}))
        renderer = Renderer(listed=cell.get("cell_type") == "markdown")
        return harmless(MarkdownWithMath(renderer=renderer).render(source))

    return markdown2html
