"""Pictures, drawings, films and sounds in HTML, each put inside the page or replaced by words."""

import html
import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

from bleach.html5lib_shim import HTMLParser, HTMLSerializer, getTreeWalker
from nbformat import NotebookNode

from fcsr.course.report.page import drawings
from fcsr.errors import FcsrError

Embed = Callable[[str | Element, str], str]
"""From what an element names, or an element `svg`, and `image`, `video` or `audio`, to a data URI;
raises FcsrError where there is none."""

XHTML = "{http://www.w3.org/1999/xhtml}"
KINDS = {"img": "image", "video": "video", "audio": "audio"}
WORDS = {"image": "a picture", "video": "a video", "audio": "a sound"}
KNOWN = ("image/png", "image/jpeg", "image/svg+xml")  # to nbconvert
SHOWN = re.compile(r"<(svg|img|image|video|audio)\b", re.IGNORECASE)
SHARED = ("class", "hidden", "id", "style")  # what a drawing hands on to its picture


def outputs_as_html(notebook: NotebookNode) -> None:
    """Make HTML of outputs, such as a GIF or a film, that nbconvert would show as text, in place.

    Example:
        >>> from nbformat.v4 import new_code_cell, new_notebook, new_output
        >>> from fcsr.course.report.page.embedded import outputs_as_html
        >>> output = new_output("display_data", {"image/gif": "R0lGODlh"})
        >>> outputs_as_html(new_notebook(cells=[new_code_cell(outputs=[output])]))
        >>> output.data["text/html"]
        '<img alt="a picture" src="data:image/gif;base64,R0lGODlh">'
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if len(found := set(data) - {"text/plain"}) != 1:
                continue
            mime = found.pop()
            if (kind := mime.partition("/")[0]) in WORDS and mime not in KNOWN:
                source = f"data:{mime};base64,{data[mime]}"
                data["text/html"] = to_html(kind, source, cell.metadata.get("alt") or WORDS[kind])


def to_html(kind: str, source: str, alt: str) -> str:
    """HTML that shows an image, a video or an audio."""
    alt, source = html.escape(str(alt)), html.escape(source)
    if kind == "image":
        return f'<img alt="{alt}" src="{source}">'
    return f'<{kind} controls title="{alt}" src="{source}"></{kind}>'


def embed_all(text: str, embed: Embed) -> str:
    """The same HTML, where all that it shows lies in data URIs.

    Args:
        text: HTML of any kind; what is unclosed in it is closed where it names something to show.
        embed: what makes data URIs; the words of its error stand where there is none.

    Example:
        >>> from fcsr.course.report.page.embedded import embed_all
        >>> embed_all("<img src=a.png>", lambda name, kind: f"data:{kind}/png;base64,")
        '<img src="data:image/png;base64,">'
    """
    if not SHOWN.search(text):
        return text
    tree = HTMLParser().parseFragment(text)
    for parent, child in _shown(tree):
        if child.tag == drawings.SVG:
            _replace(parent, child, _drawing(child, embed))
        else:
            _place(parent, child, embed)
    serializer = HTMLSerializer(
        quote_attr_values="always", omit_optional_tags=False, escape_lt_in_attrs=True
    )
    return serializer.render(getTreeWalker("etree")(tree))


def _shown(tree: Element) -> list[tuple[Element, Element]]:
    """The elements that show something, outermost ones only, each after its parent."""
    tags = {drawings.SVG, *(f"{XHTML}{name}" for name in KINDS)}
    found, waiting = [], [tree]
    while waiting:  # no recursion: HTML may be nested as deeply as it likes
        parent = waiting.pop()
        found += [(parent, child) for child in parent if child.tag in tags]
        waiting += [child for child in parent if child.tag not in tags]
    return found


def _drawing(svg: Element, embed: Embed) -> Element | str:
    """An SVG as an image."""
    title = svg.find(f"{{{drawings.NAMESPACE}}}title")
    alt = svg.get("aria-label") or (title is not None and title.text) or "a drawing"
    image = Element(f"{XHTML}img", {"alt": alt})
    image.attrib |= {name: svg.attrib[name] for name in SHARED if name in svg.attrib}
    try:
        image.set("src", embed(svg, "image"))
    except FcsrError as error:
        return f"[{alt}: {error}]"
    return image


def _place(parent: Element, element: Element, embed: Embed) -> None:
    """Put inside what an element shows, or words into its place."""
    kind = KINDS[element.tag.removeprefix(XHTML)]
    parts = (element, *element.findall(f"{XHTML}source"))
    sources = [part for part in parts if "src" in part.attrib]
    errors = []
    for source in sources:
        try:
            source.set("src", embed(source.attrib.pop("src"), kind))
        except FcsrError as error:
            errors.append(str(error))
    if sources and len(errors) == len(sources):
        words = element.get("alt") or element.get("title") or WORDS[kind]
        _replace(parent, element, f"[{words}: {errors[0]}]")


def _replace(parent: Element, old: Element, new: Element | str) -> None:
    """Put an element or words where an element was, before the text that follows it."""
    if isinstance(new, str):
        words, new = new, Element(f"{XHTML}span")
        new.text = words
    new.tail = old.tail
    parent[list(parent).index(old)] = new
