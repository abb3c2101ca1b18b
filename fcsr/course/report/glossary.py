"""The glossary as a page beside those of the notebooks: each term, and where it is linked from."""

import html
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from fcsr.course.language import _, current
from fcsr.course.report.execution import in_words
from fcsr.course.report.page.contents import like_github
from fcsr.course.report.page.html import convert
from fcsr.course.report.page.summary import Neighbour, Page, title
from fcsr.course.report.site import Site
from fcsr.course.translation.applying import translated_page
from fcsr.errors import FcsrError

SECTION = re.compile(r"^(?=#{2,6} )", re.MULTILINE)


def publish_glossary(source: Path, site: Site, pages: Sequence[Page]) -> Page:
    """Write the glossary's page; what fails is told in its `error`.

    Args:
        source: the Markdown file.
        site: where its page is written.
        pages: those of the notebooks, which know the terms that they link.
    """
    from nbformat.v4 import new_markdown_cell, new_notebook

    last = Neighbour(pages[-1].file, pages[-1].title) if pages else None
    page = Page("glossary", _("Glossary"), 0.0, file=site.glossary or "", before=last)
    try:
        text = _with_uses(translated_page(source.read_text("utf-8"), current()), pages)
        notebook = new_notebook(cells=[new_markdown_cell(text)])
        page = replace(page, title=title(notebook) or page.title)
        converted = convert(notebook, source.parent, page, site.links, "glossary")
        site.write(page.file, converted.html)
        problems = converted.problems
    except Exception as raised:  # what the file holds may be anything
        problems = [in_words(str(raised) if isinstance(raised, FcsrError) else raised)]
    return replace(page, error="\n".join(dict.fromkeys(problems)) or None)


def _with_uses(text: str, pages: Sequence[Page]) -> str:
    r"""The same Markdown, where each term that pages link ends with links to these pages.

    Example:
        >>> from fcsr.course.report.glossary import _with_uses
        >>> from fcsr.course.report.page.summary import Page
        >>> page = Page("00_one", "The first", 1.0, terms=("mode",))
        >>> print(_with_uses("## Mode\nThe most probable level.\n", [page]))
        ## Mode
        The most probable level.
        <BLANKLINE>
        <p class="course-uses">Linked from <a href="00_one.ipynb">The first</a></p>
        <BLANKLINE>
        <BLANKLINE>
    """
    sections = []
    for section in SECTION.split(text):
        term = like_github(section.partition("\n")[0].lstrip("#").strip())
        links = [
            f'<a href="{quote(page.name)}.ipynb">{html.escape(page.title)}</a>'
            for page in pages
            if term in page.terms
        ]
        linked = _("Linked from")
        uses = f'\n\n<p class="course-uses">{linked} {", ".join(links)}</p>\n\n' if links else ""
        sections.append(f"{section.rstrip()}{uses}" if uses else section)
    return "".join(sections)
