"""A notebook's cells as its file has them, for what needs no Jupyter.

A file may have a cell's text in one piece, or line by line.
"""

from collections.abc import Mapping


def text(cell: Mapping) -> str:
    r"""What is written in a cell.

    Example:
        >>> from fcsr.course import cells
        >>> cells.text({"source": ["# Scales\n", "Any."]})
        '# Scales\nAny.'
    """
    return "".join(cell["source"])


def rewrite(cell: dict, new: str) -> None:
    """Give a cell another text, in the form that its own has."""
    cell["source"] = new.splitlines(keepends=True) if isinstance(cell["source"], list) else new


def is_tagged(cell: Mapping, tag: str) -> bool:
    """Whether a cell has a tag.

    Example:
        >>> from fcsr.course import cells
        >>> cells.is_tagged({"metadata": {"tags": ["gap"]}}, "gap")
        True
    """
    return tag in cell["metadata"].get("tags", [])
