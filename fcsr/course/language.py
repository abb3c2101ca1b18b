"""The language in which the course is shown: English, or that which FCSR_LANGUAGE names.

What the package prints for the course passes `_`, and what it draws passes `drawn`: both give the
translation that `fcsr/course/translation` has, else the English. The commands of the course set the
variable, and their kernels inherit it.
"""

import functools
import logging
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from fcsr.errors import FcsrError

if TYPE_CHECKING:
    from fcsr.course.translation.catalogs import Translations

VARIABLE = "FCSR_LANGUAGE"
ENGLISH = "en"
FONTS = {  # of the languages whose letters matplotlib's own font lacks
    "ko": (
        *("Noto Sans CJK KR", "Noto Sans KR", "NanumGothic", "Nanum Gothic", "NanumBarunGothic"),
        *("Malgun Gothic", "Apple SD Gothic Neo", "AppleGothic", "UnDotum", "Baekmuk Gulim"),
        *("Noto Sans CJK JP", "Noto Sans CJK SC"),  # which have the same Hangul
    )
}


def languages() -> tuple[str, ...]:
    """The languages of the course, English first.

    Example:
        >>> from fcsr.course import language
        >>> language.languages()[0]
        'en'
    """
    from fcsr.course.translation import catalogs

    return (ENGLISH, *catalogs.languages())


def current() -> str:
    """The language that FCSR_LANGUAGE names; English, if it names none that there is."""
    named = os.environ.get(VARIABLE, ENGLISH)
    return named if named == ENGLISH or named in languages() else ENGLISH


def use(language: str) -> None:
    """Show the course in a language, here and in the kernels that are started from now on.

    Raises:
        FcsrError: there is no translation into it.

    Example:
        >>> from fcsr.course import language
        >>> language.use("en")
        >>> language.current()
        'en'
    """
    if language not in languages():
        known = ", ".join(languages())
        raise FcsrError(f"the course is not translated into {language}; give one of {known}")
    os.environ[VARIABLE] = language


def _(message: str) -> str:
    """A text of the package in the current language.

    Values are filled in afterwards: `_("{width} pixels").format(width=width)`.

    Example:
        >>> from fcsr.course.language import _
        >>> _("right")
        'right'
    """
    return _known().get(("", message), message)


def hinted(hint: str) -> str:
    """A hint of an exercise's check, with the values that are in it, in the current language.

    Example:
        >>> from fcsr.course.language import hinted
        >>> hinted("that is 2.5 times as much")
        'that is 2.5 times as much'
    """
    from fcsr.course.translation import hints

    return hints.translate(hint, _known())


def _known() -> "Translations":
    """What the package has in the current language; nothing in English."""
    if current() == ENGLISH:
        return {}
    from fcsr.course.translation import catalogs

    return catalogs.package(current())


def drawn(message: str) -> str:
    """A text of the package as a figure can show it; where no font has its letters, the English.

    Example:
        >>> from fcsr.course.language import drawn
        >>> drawn("level")
        'level'
    """
    return _(message) if _use_font(current()) else message


@functools.cache
def _use_font(language: str) -> bool:
    """Have matplotlib draw a language's letters; False where no font has them."""
    if language not in FONTS:
        return True
    from matplotlib import font_manager, rcParams

    found = font(language, {entry.name for entry in font_manager.fontManager.ttflist})
    if found is None:
        _look_for_new_fonts()
        found = font(language, {entry.name for entry in font_manager.fontManager.ttflist})
    if found is not None and found not in rcParams["font.family"]:
        # First, because it draws the words beside formulas; what it lacks comes from the others.
        rcParams["font.family"] = [found, *rcParams["font.family"]]
        # A font that has no bold would be told of in every notebook.
        logging.getLogger(font_manager.__name__).setLevel(logging.ERROR)
    return found is not None


def _look_for_new_fonts() -> None:
    """Tell matplotlib of the fonts that were installed since it made its list."""
    from matplotlib import font_manager

    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in set(font_manager.findSystemFonts()) - known:
        with suppress(RuntimeError, OSError):  # of a file that is no font, as some are
            font_manager.fontManager.addfont(path)


def font(language: str, installed: set[str]) -> str | None:
    """The first of a language's fonts that is installed.

    Example:
        >>> from fcsr.course import language
        >>> language.font("ko", {"DejaVu Sans", "NanumGothic"})
        'NanumGothic'
    """
    return next((name for name in FONTS[language] if name in installed), None)
