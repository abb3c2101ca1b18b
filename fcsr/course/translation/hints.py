"""Hints of the exercises' checks: found in their sources, and translated with the values in them.

Checks say them in f-strings: `f"that is {times:.2g} times as much"` is the message `that is {1}
times as much`, and what a student reads is matched with it.
"""

import ast
import re
from collections.abc import Iterator, Mapping

from fcsr.course.translation.printed import PLACE, WORD, fill

WORDS = 2  # at least


def of_source(code: str) -> list[str]:
    """The texts of two words or more in a module, but docstrings; values are numbered places.

    Example:
        >>> from fcsr.course.translation import hints
        >>> hints.of_source('expect(x < 1, f"it is {x:.1f}, not below 1")')
        ['it is {1}, not below 1']
    """
    return [
        text for text in _texts(ast.parse(code)) if len(WORD.findall(PLACE.sub("", text))) >= WORDS
    ]


def _texts(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Expr(value=ast.Constant()):  # a docstring
            return
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            number = 0
            text = ""
            for part in parts:
                number += isinstance(part, ast.FormattedValue)
                text += str(part.value) if isinstance(part, ast.Constant) else f"{{{number}}}"
            yield text
            parts = [part.value for part in parts if isinstance(part, ast.FormattedValue)]
            for part in parts:
                yield from _texts(part)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _texts(child)


def translate(hint: str, known: Mapping[tuple[str, str], str]) -> str:
    """A hint in translation, or as it is; so are texts that are values in it.

    Example:
        >>> from fcsr.course.translation import hints
        >>> known = {("", "it is {1}, not {2}"): "{2} erwartet, nicht {1}"}
        >>> hints.translate("it is 3, not 4", known)
        '4 erwartet, nicht 3'
    """
    if ("", hint) in known:
        return known["", hint]
    templates = [text for _, text in known if PLACE.search(text)]
    for template in sorted(templates, key=lambda text: -len(PLACE.sub("", text))):
        if values := _values(hint, template):
            return fill(known["", template], [known.get(("", value), value) for value in values])
    return hint


def _values(text: str, template: str) -> list[str] | None:
    """What stands in the places of a template; None if the text is another one."""
    literal = PLACE.split(template)[::2]
    found = re.fullmatch("(.+?)".join(map(re.escape, literal)), text, re.DOTALL)
    return list(found.groups()) if found else None
