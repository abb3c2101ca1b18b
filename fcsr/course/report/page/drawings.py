"""Drawings (SVG), made into what a browser shows as a picture: well-formed and on its own.

As a picture, an SVG fetches nothing, and its scripts do not run. But then a browser reads it as
XML, and shows nothing where HTML would forgive names in capitals or elements that nothing closes.
"""

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from bleach.html5lib_shim import HTMLParser

from fcsr.errors import FcsrError

NAMESPACE = "http://www.w3.org/2000/svg"
SVG = f"{{{NAMESPACE}}}svg"
DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")  # it may name another encoding than UTF-8
NAME = re.compile(r"({[^}]*})?[A-Za-z_][\w.-]*")  # no prefix: nothing says what it stands for
NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def well_formed(drawing: bytes | str) -> bytes:
    """A drawing as SVG in UTF-8; one that is no XML is read as a browser reads HTML.

    Raises:
        FcsrError: there is no SVG in it, or it is nested too deeply.

    Example:
        >>> from fcsr.course.report.page import drawings
        >>> drawings.well_formed("<SVG viewBox='0 0 2 2'><circle r=1></SVG>")
        b'<svg viewBox="0 0 2 2" xmlns="http://www.w3.org/2000/svg"><circle r="1" /></svg>'
    """
    text = drawing if isinstance(drawing, str) else drawing.decode("utf-8-sig", "replace")
    encoded = DECLARATION.sub("", text, count=1).encode("utf-8", "replace")
    try:
        if ElementTree.fromstring(encoded).tag == SVG:
            return encoded
    except ElementTree.ParseError:
        pass
    found = HTMLParser().parseFragment(text).find(f".//{SVG}")
    if found is None:
        raise FcsrError("it is no SVG")
    return to_xml(found)


def to_xml(svg: Element) -> bytes:
    """An element that a parser of HTML has found, as XML in UTF-8; it is changed by that.

    Raises:
        FcsrError: it is nested too deeply.
    """
    for element in svg.iter():
        _mend(element)
    svg.tail = None
    svg.set("xmlns", NAMESPACE)
    try:
        return ElementTree.tostring(svg)
    except RecursionError:
        raise FcsrError("it is nested too deeply") from None


def _mend(element: Element) -> None:
    """Take from an element what XML does not know."""
    element.text, element.tail = (NO_XML.sub("", t or "") for t in (element.text, element.tail))
    if not isinstance(element.tag, str):  # a comment, which XML allows no "--"
        element.text = ""
        return
    element.tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
    for child in list(element):
        if isinstance(child.tag, str) and not NAME.fullmatch(child.tag):
            element.remove(child)
    for name, value in list(element.items()):
        del element.attrib[name]
        if NAME.fullmatch(name) and "xmlns" not in name:
            element.set(name, NO_XML.sub("", value))
