"""What a notebook shows of an object: a small table."""

import html
from collections.abc import Mapping


def table(title: str, rows: Mapping[str, object]) -> str:
    """A table of names and values under a title, all of them escaped; rows of None are left out.

    Example:
        >>> from fcsr.utils.html import table
        >>> table("CS", {"encoder": "8 < 16", "decode": None})
        '<table><caption>CS</caption><tr><th>encoder</th><td>8 &lt; 16</td></tr></table>'
    """
    lines = (
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(str(value))}</td></tr>"
        for name, value in rows.items()
        if value is not None
    )
    return f"<table><caption>{html.escape(title)}</caption>{''.join(lines)}</table>"
