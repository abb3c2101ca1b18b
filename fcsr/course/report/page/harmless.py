"""HTML that notebooks hold, reduced to what asks the browser for nothing.

A page's Content-Security-Policy forbids what it would fetch. It cannot forbid `<meta refresh>`,
which leaves the page, nor connections that `<link>` opens ahead. So what notebooks hold passes
bleach, which keeps the elements and attributes that are listed here.
"""

import re
from collections.abc import Callable
from functools import partial
from html import unescape
from urllib.parse import urlsplit

from bleach.html5lib_shim import Filter
from bleach.sanitizer import Cleaner

from fcsr.course.report.page.embedded import Embed, embed_all

HTML = """a abbr article aside audio b bdi bdo big blockquote br caption center cite code col
colgroup dd del details dfn dialog div dl dt em fieldset figcaption figure font footer h1 h2 h3 h4
h5 h6 header hr i img input ins kbd label legend li main mark nav ol p pre q s samp section small
source span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var
video wbr"""
# Without those in which HTML may lie again, for parsers differ there.
MATHML = """math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts
mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none"""
# Of all of them. Without hidden and popover, what is not to be seen would be shown.
ATTRIBUTES = "align class dir height hidden id lang popover role style title valign width"
OWN_ATTRIBUTES = {
    "a": "href name",
    "audio": "autoplay controls loop muted src",
    "col": "span",
    "colgroup": "span",
    "details": "open",
    "dialog": "open",
    "font": "color face size",
    "img": "alt src",
    "input": "checked disabled name type",  # boxes in a list of tasks, and buttons of widgets
    "label": "for",
    "li": "value",
    "ol": "reversed start type",
    "source": "src type",
    "table": "border cellpadding cellspacing",
    "td": "colspan headers rowspan",
    "th": "colspan headers rowspan scope",
    "video": "autoplay controls loop muted playsinline src",
}
OF_MATHML = """accent accentunder columnalign columnlines columnspacing columnspan depth display
displaystyle fence form largeop linethickness lspace mathbackground mathcolor mathsize mathvariant
maxsize minsize movablelimits notation rowalign rowlines rowspacing rowspan rspace scriptlevel
separator stretchy symmetric voffset"""
ALLOWED = {tag: f"{ATTRIBUTES} {OWN_ATTRIBUTES.get(tag, '')}".split() for tag in HTML.split()}
ALLOWED |= {tag: f"{ATTRIBUTES} {OF_MATHML}".split() for tag in MATHML.split()}
LINKS = ("http", "https", "mailto")  # what a reader may click
SOURCE, HREF = (None, "src"), (None, "href")  # as html5lib names attributes
# Cut out before bleach sees them; what these overlook, bleach leaves out.
STYLE = re.compile(r"<style\b[^<>]*>(.*?)(?:</style\s*>|\Z)", re.DOTALL | re.IGNORECASE)
SCRIPT = re.compile(r"<script\b.*?(?:</script\s*>|\Z)", re.DOTALL | re.IGNORECASE)


def make_harmless(embed: Embed, link: Callable[[str], str | None]) -> Callable[[str], str]:
    """A function from any HTML to HTML that asks for nothing, and is well-formed in itself.

    Args:
        embed: from what an element names, and `image`, `video` or `audio`, to a data URI; raises
            FcsrError where there is none, and the error's words take its place.
        link: from a relative address in an `<a>` to the one that it has from here; None leaves its
            text alone.

    Example:
        >>> from fcsr.course.report.page.harmless import make_harmless
        >>> harmless = make_harmless(embed=lambda name, kind: name, link=str)
        >>> harmless('<meta http-equiv=refresh content="0;url=//example.org"><b onclick=go()>Hi')
        '<b>Hi</b>'
    """
    cleaner = Cleaner(
        tags=set(ALLOWED),
        attributes=ALLOWED,
        protocols={*LINKS, "data"},
        strip=True,
        css_sanitizer=_Styles(),
        filters=[partial(_Addresses, link=link)],
    )

    def harmless(html: str) -> str:
        html = embed_all(html, embed)
        styles = "".join(f"<style>{css}</style>" for css in STYLE.findall(html) if "<" not in css)
        return styles + cleaner.clean(SCRIPT.sub("", STYLE.sub("", html)))

    return harmless


class _Styles:
    """Of an attribute `style`, all is kept: what it would fetch, the page's policy forbids."""

    def sanitize_css(self, style: str) -> str:
        return style


class _Addresses(Filter):
    """Says of each link where it leads from here; what is shown lies in the page, or nowhere."""

    def __init__(self, source, link: Callable[[str], str | None]):
        super().__init__(source)
        self._link = link

    def __iter__(self):
        for token in super().__iter__():
            attributes = token["data"] if token.get("name") and token.get("data") else {}
            if SOURCE in attributes and _scheme(unescape(attributes[SOURCE])) != "data":
                del attributes[SOURCE]
            elif token.get("name") == "a" and HREF in attributes:
                self._lead(attributes, unescape(attributes.pop(HREF)))
            yield token

    def _lead(self, attributes: dict, address: str) -> None:
        scheme = _scheme(address)
        target = address if scheme in LINKS else None if scheme else self._link(address)
        if target is not None:
            attributes[HREF] = target


def _scheme(address: str) -> str:
    """Of an address as a browser reads it, "" of a relative one."""
    try:
        return urlsplit(address).scheme
    except ValueError:
        return "none"
