"""Lines that a notebook has printed: their words are translated, and their numbers stay.

`LTE: 29.4 dB on 5 photographs` and the same with other numbers are one message, `LTE: {1} dB on {2}
photographs`, so that it serves every run.
"""

import re
from collections.abc import Mapping

CONTEXT = "printed"
NUMBER = re.compile(r"(?<![\w.])[-+\u2212]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?(?!\w)")
PLACE = re.compile(r"\{(\d+)\}")
WORD = re.compile(r"[^\W\d_]{2,}")
COLUMNS = re.compile(r"\S {2,}\S")
WORDS = 3  # at least, or else there is nothing to translate


def template(line: str) -> tuple[str, list[str]]:
    """A line with numbered places, and the numbers that stood there.

    Example:
        >>> from fcsr.course.translation import printed
        >>> printed.template("CS at x4: 28.1 dB, -3 %")
        ('CS at x4: {1} dB, {2} %', ['28.1', '-3'])
    """
    numbers: list[str] = []

    def place(found: re.Match) -> str:
        numbers.append(found[0])
        return f"{{{len(numbers)}}}"

    return NUMBER.sub(place, line), numbers


def fill(message: str, numbers: list[str]) -> str:
    """A template with the numbers in their places.

    Example:
        >>> from fcsr.course.translation import printed
        >>> printed.fill("{2} dB at x{1}", ["4", "28.1"])
        '28.1 dB at x4'
    """
    return PLACE.sub(
        lambda found: numbers[int(found[1]) - 1] if 0 < int(found[1]) <= len(numbers) else found[0],
        message,
    )


def is_prose(line: str) -> bool:
    """Whether a line has words to translate, and is no row of a table.

    Example:
        >>> from fcsr.course.translation import printed
        >>> printed.is_prose("the truth lies in it"), printed.is_prose("mode of CS    29.41")
        (True, False)
    """
    return len(WORD.findall(template(line)[0])) >= WORDS and not COLUMNS.search(line.strip())


def translate(text: str, known: Mapping[tuple[str, str], str]) -> str:
    """Printed lines, those that are known in translation, the others as they are."""
    return "".join(_translate_line(line, known) for line in text.splitlines(keepends=True))


def _translate_line(line: str, known: Mapping[tuple[str, str], str]) -> str:
    words = line.strip()
    message, numbers = template(words)
    if not words or (CONTEXT, message) not in known:
        return line
    return line.replace(words, fill(known[CONTEXT, message], numbers), 1)
