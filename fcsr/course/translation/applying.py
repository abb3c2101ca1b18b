"""A notebook and a page in another language; what is not translated stays English."""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from fcsr.course import material
from fcsr.course.cells import rewrite, text
from fcsr.course.language import ENGLISH
from fcsr.course.translation import catalogs, messages, printed

Notebook = TypeVar("Notebook", bound=dict)


def translated(notebook: Notebook, language: str) -> Notebook:
    """A notebook with Markdown cells, descriptions and printed lines in another language.

    Its code is the same, byte for byte. Its metadata name the language.

    Args:
        notebook: as its file has it, or as nbformat read it; it is not changed.
        language: one of `fcsr.course.language.languages()`.

    Example:
        >>> from fcsr.course.translation.applying import translated
        >>> notebook = {"cells": [], "metadata": {}}
        >>> translated(notebook, "en") == notebook
        True
    """
    new = copy.deepcopy(notebook)
    if language != ENGLISH:
        apply(new, catalogs.course(language))
        new["metadata"]["fcsr"] = {"language": language}
    return new


def translate_file(path: Path, language: str) -> None:
    """Put a notebook in another language into its place."""
    if language != ENGLISH:
        path.write_bytes(material.to_bytes(translated(json.loads(path.read_bytes()), language)))


def language_of(notebook: Mapping) -> str:
    """The language that a notebook was translated into.

    Example:
        >>> from fcsr.course.translation.applying import language_of
        >>> language_of({"metadata": {"fcsr": {"language": "ko"}}})
        'ko'
    """
    return notebook["metadata"].get("fcsr", {}).get("language", ENGLISH)


def apply(notebook: dict, known: catalogs.Translations) -> None:
    """Translate a notebook in place, as far as it is known how."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            if new := known.get((cell.get("id", ""), text(cell))):
                rewrite(cell, new)
            continue
        if isinstance(alt := cell["metadata"].get("alt"), str) and "id" in cell:
            cell["metadata"]["alt"] = known.get((messages.described(cell), alt), alt)
        for output in cell.get("outputs", []):
            if output["output_type"] == "stream":
                lines = printed.translate("".join(output["text"]), known)
                whole = isinstance(output["text"], str)
                output["text"] = lines if whole else lines.splitlines(keepends=True)


def translated_page(page: str, language: str) -> str:
    """A page in Markdown, as the glossary is, in another language.

    Example:
        >>> from fcsr.course.translation.applying import translated_page
        >>> translated_page("# Glossary", "en")
        '# Glossary'
    """
    if language == ENGLISH:
        return page
    known = catalogs.course(language)
    return "".join(known.get((messages.PAGE, part), part) for part in messages.paragraphs(page))
