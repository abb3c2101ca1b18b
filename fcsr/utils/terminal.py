"""What is safe to print, whatever files and notebooks are called or say."""


def printable(text: str) -> str:
    r"""The text on one line, with its control characters as a Python string writes them.

    A terminal obeys escape sequences in what is printed: it would take orders from whoever named a
    file, or from a notebook's error.

    Args:
        text: any string, also a file's name that is no valid Unicode.

    Example:
        >>> from fcsr.utils.terminal import printable
        >>> print(printable("größer\n\x1b[2J.png"))
        größer\n\x1b[2J.png
    """
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
