"""The headings of a page: each with an address of its own, and all of them as its contents."""

import html
import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

TAG = re.compile(r"<[^>]*>")


class Heading(NamedTuple):
    """One heading of a page."""

    level: int  # 1 to 6
    address: str  # its id
    words: str  # without markup


def like_jupyter(words: str) -> str:
    """The id that JupyterLab gives a heading.

    Example:
        >>> from fcsr.course.report.page.contents import like_jupyter
        >>> like_jupyter("One call: 7")
        'One-call:-7'
    """
    return words.replace(" ", "-")


def like_github(words: str) -> str:
    """The id that GitHub gives a heading.

    Example:
        >>> from fcsr.course.report.page.contents import like_github
        >>> like_github("LPIPS (learned) 거리"), like_github("Y: luma")
        ('lpips-learned-거리', 'y-luma')
    """
    return re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")


class Contents:
    """Collects headings while a page is made.

    Args:
        spell: from a heading's words to its id.

    Example:
        >>> from fcsr.course.report.page.contents import Contents
        >>> contents = Contents()
        >>> contents.to_heading("The <em>waves</em>", 2, listed=True)
        '<h2 id="The-waves">The <em>waves</em></h2>\\n'
        >>> contents.to_heading("The waves", 2, listed=True)
        '<h2 id="The-waves-1">The waves</h2>\\n'
        >>> [heading.address for heading in contents.headings]
        ['The-waves', 'The-waves-1']
    """

    def __init__(self, spell: Callable[[str], str] = like_jupyter):
        self.headings: list[Heading] = []
        self._spell = spell
        self._taken: set[str] = set()

    def to_heading(self, text: str, level: int, listed: bool) -> str:
        """A heading as HTML, from the HTML within it.

        Args:
            text: HTML, of which the tags are markup of words.
            level: 1 to 6.
            listed: whether the contents name it.
        """
        words = " ".join(html.unescape(TAG.sub("", text)).split())
        address = self._free(self._spell(words))
        if listed:
            self.headings.append(Heading(level, address, words))
        return f'<h{level} id="{html.escape(address)}">{text}</h{level}>\n'

    def _free(self, wished: str) -> str:
        """This id, or with the first number that makes it another than those before."""
        found, number = wished, 0
        while found in self._taken:
            number += 1
            found = f"{wished}-{number}"
        self._taken.add(found)
        return found

    def to_html(self, first: int, last: int) -> str:
        """A list of links to the headings of these levels; nothing if there are none.

        Example:
            >>> from fcsr.course.report.page.contents import Contents
            >>> contents = Contents()
            >>> _ = contents.to_heading("A & b", 2, listed=True)
            >>> contents.to_html(2, 3)
            '<ol><li class="course-level-2"><a href="#A-%26-b">A &amp; b</a></li></ol>'
        """
        lines = [
            f'<li class="course-level-{heading.level}">'
            f'<a href="#{quote(heading.address)}">{html.escape(heading.words)}</a></li>'
            for heading in self.headings
            if first <= heading.level <= last
        ]
        return f"<ol>{''.join(lines)}</ol>" if lines else ""
