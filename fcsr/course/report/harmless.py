"""HTML that notebooks hold, reduced to what asks the browser for nothing.

A page's Content-Security-Policy forbids what it would fetch. It cannot forbid `<meta refresh>`,
which leaves the page, nor connections that `<link>` opens ahead. So what notebooks hold passes
bleach, which keeps the elements and attributes that are listed here.
"""

import re
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from html import unescape
from urllib.parse import urlsplit
from xml.etree import ElementTree

from bleach.html5lib_shim import Filter
from bleach.sanitizer import Cleaner

from fcsr.errors import FcsrError

HTML = """a abbr article aside b bdi bdo big blockquote br caption center cite code col colgroup dd
del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img input
ins kbd label li main mark nav ol p pre q s samp section small span strike strong sub summary sup
table tbody td tfoot th thead time tr tt u ul var wbr"""
# Without those in which HTML may lie again, for parsers differ there.
MATHML = """math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts
mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none"""
ATTRIBUTES = "align class dir height id lang role style title valign width"  # of all of them
OWN_ATTRIBUTES = {
    "a": "href name",
    "col": "span",
    "colgroup": "span",
    "details": "open",
    "font": "color face size",
    "img": "alt src",
    "input": "checked disabled type",  # the boxes in a list of tasks
    "li": "value",
    "ol": "reversed start type",
    "table": "border cellpadding cellspacing",
    "td": "colspan headers rowspan",
    "th": "colspan headers rowspan scope",
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
STYLE = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.DOTALL | re.IGNORECASE)
SCRIPT = re.compile(r"<script\b.*?</script\s*>", re.DOTALL | re.IGNORECASE)
SVG = re.compile(r"<svg\b.*?</svg\s*>", re.DOTALL)
SVG_NAMESPACE = "http://www.w3.org/2000/svg"


def make_harmless(
    picture: Callable[[str], str], link: Callable[[str], str | None]
) -> Callable[[str], str]:
    """A function from any HTML to HTML that asks for nothing, and is well-formed in itself.

    Args:
        picture: from what an `<img>` names, if that is no data URI, to a data URI; raises FcsrError
            where there is no such picture, and the error's words take its place.
        link: from a relative address in an `<a>` to the one that it has from here; None leaves its
            text alone.

    Example:
        >>> from fcsr.course.report.harmless import make_harmless
        >>> harmless = make_harmless(picture=str, link=str)
        >>> harmless('<meta http-equiv=refresh content="0;url=//example.org"><b onclick=go()>Hi')
        '<b>Hi</b>'
    """
    cleaner = Cleaner(
        tags=set(ALLOWED),
        attributes=ALLOWED,
        protocols={*LINKS, "data"},
        strip=True,
        css_sanitizer=_Styles(),
        filters=[partial(_Places, picture=picture, link=link)],
    )

    def harmless(html: str) -> str:
        styles = "".join(f"<style>{css}</style>" for css in STYLE.findall(html) if "<" not in css)
        return styles + cleaner.clean(SVG.sub(_as_picture, SCRIPT.sub("", STYLE.sub("", html))))

    return harmless


class _Styles:
    """Of an attribute `style`, all is kept: what it would fetch, the page's policy forbids."""

    def sanitize_css(self, style: str) -> str:
        return style


class _Places(Filter):
    """Says of each picture and each link where it is from here; without a place, it is text."""

    def __init__(self, source, picture: Callable[[str], str], link: Callable[[str], str | None]):
        super().__init__(source)
        self._picture, self._link = picture, link

    def __iter__(self):
        for token in super().__iter__():
            attributes = token.get("data") or {}
            if token.get("name") == "img" and SOURCE in attributes:
                yield self._shown(token, unescape(attributes[SOURCE]))
            elif token.get("name") == "a" and HREF in attributes:
                yield self._linked(token, unescape(attributes.pop(HREF)))
            else:
                yield token

    def _shown(self, token: dict, source: str) -> dict:
        try:
            token["data"][SOURCE] = source if _scheme(source) == "data" else self._picture(source)
        except FcsrError as error:
            words = token["data"].get((None, "alt")) or "a picture"
            return {"type": "Characters", "data": f"[{words}: {error}]"}
        return token

    def _linked(self, token: dict, address: str) -> dict:
        scheme = _scheme(address)
        target = address if scheme in LINKS else None if scheme else self._link(address)
        if target is not None:
            token["data"][HREF] = target
        return token


def _scheme(address: str) -> str:
    """Of an address as a browser reads it, "" of a relative one."""
    try:
        return urlsplit(address).scheme
    except ValueError:
        return "none"


def _as_picture(svg: re.Match) -> str:
    """An SVG as an image, which fetches nothing and whose scripts do not run."""
    text = svg[0]
    if "xmlns=" not in text:
        text = text.replace("<svg", f'<svg xmlns="{SVG_NAMESPACE}"', 1)
    try:
        ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return "[a drawing that is no well-formed SVG]"
    data = b64encode(text.encode()).decode()
    return f'<img alt="a drawing" src="data:image/svg+xml;base64,{data}">'
