"""How high things are on a slide of 1280 x 720 pixels, in the sizes of its style sheet: about."""

import math
import re
from collections.abc import Sequence

from nbformat import NotebookNode

HEIGHT = 610  # pixels within the margins
CHARACTERS, LETTERS = 100, 92  # of a line: of prose in 22 pixels, of code in 20
LINE, CODE_LINE, ROW = 31, 26, 36
GAP = 16  # between blocks
HEADING = {1: 90, 2: 75, 3: 65}
FORMULA = 95
LINK = re.compile(r"\]\([^)]*\)")


def height_of_prose(blocks: Sequence[str]) -> float:
    """Of blocks of Markdown, one below the other.

    Example:
        >>> from fcsr.course.slides import sizes
        >>> sizes.height_of_prose(["A line."]) < sizes.height_of_prose(["A line.", "- A list"])
        True
    """
    return sum(map(_height_of_block, blocks)) + GAP * (len(blocks) - 1)


def _height_of_block(block: str) -> float:
    lines = block.strip().splitlines()
    if not lines:
        return 0
    level = len(lines[0]) - len(lines[0].lstrip("#"))
    if level and lines[0][level : level + 1] == " ":
        wrapped = math.ceil(len(lines[0]) / (18 * level + 30))
        return HEADING.get(level, 60) * (1 + 0.6 * (wrapped - 1)) + _height_of_block(
            "\n".join(lines[1:])
        )
    if lines[0].startswith("|"):
        cells = max(1, lines[0].count("|") - 1)
        return sum(LINE * max(1, len(line) / CHARACTERS * min(cells, 2)) for line in lines)
    formulas = block.count("$$") // 2 + block.count(r"\begin{")
    items = re.split(r"\n(?=\s*(?:[-*]|\d+\.) )", block) if not formulas else [block]
    words = [LINK.sub("]", item) for item in items]
    return FORMULA * formulas + sum(LINE * math.ceil(len(w) / CHARACTERS) for w in words)


def height_of_code(code: str) -> float:
    """Of code that is not folded, with the line that folds it."""
    lines = sum(max(1, math.ceil(len(line) / LETTERS)) for line in code.splitlines())
    return CODE_LINE * (lines + 2)


def height_of_output(output: NotebookNode) -> float:
    """Of what a cell prints or shows, but pictures."""
    data = output.get("data", {})
    if "text/markdown" in data:
        return height_of_prose(re.split(r"\n{2,}", data["text/markdown"]))
    if "text/html" in data:
        caption = re.search(r"<caption>(.*?)</caption>", data["text/html"], re.DOTALL)
        words = LINE * math.ceil(len(caption[1]) / LETTERS) if caption else 0
        return ROW * (data["text/html"].count("<tr") or 4) + words + GAP
    return CODE_LINE * len((output.get("text") or data.get("text/plain", "")).splitlines()) + GAP
