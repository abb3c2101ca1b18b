"""The look of Table 1: a pandas Styler with the best two numbers of each set marked."""

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas.io.formats.style

DIGITS = {"psnr": 2, "lpips": 4, "black": 1, "bright": 1}
BEST, SECOND = "color: #c00000; font-weight: bold", "color: #0040c0; text-decoration: underline"
RULE = [{"selector": "", "props": "border-top: 1px solid gray"}]  # above each set
LAYOUT = [
    {"selector": "caption", "props": "text-align: left"},
    {"selector": "th", "props": "text-align: left; vertical-align: top; white-space: nowrap"},
    {"selector": "td", "props": "text-align: right"},
]


def digits(column: tuple) -> int:
    """How many decimals a column shows; its name holds one of `DIGITS`."""
    return next(n for measure, n in DIGITS.items() if measure in column)


def style(
    table: "pandas.DataFrame", caption: str, unranked: str
) -> "pandas.io.formats.style.Styler":
    """A table with rows (dataset, method); the method `unranked` takes no part in the ranking."""

    def form(column) -> str:
        return f"{{:{'+' if 'difference' in column else ''}.{digits(column)}f}}"

    forms = {column: form(column) for column in table.columns}
    styled = table.style.format(forms, na_rep="-").apply(_marks, axis=None, unranked=unranked)
    styled = styled.hide(axis=0, names=True).hide(axis=1, names=True)
    styled = styled.set_caption(caption).set_uuid(f"{zlib.crc32(caption.encode()):x}")
    first = {row: RULE for row in table.index if row[1] == table.index[0][1]}
    return styled.set_table_styles(LAYOUT).set_table_styles(first, axis=1, overwrite=False)


def _marks(table: "pandas.DataFrame", unranked: str) -> "pandas.DataFrame":
    """CSS for the best two of each set in PSNR (high is good) and LPIPS (low is good)."""
    marks = table.map(lambda _: "")
    ranked = table.drop(unranked, level="method", errors="ignore")
    for column in ranked.columns:
        if "difference" not in column and ("psnr" in column or "lpips" in column):
            places = (
                ranked[column]
                .round(digits(column))
                .groupby(level="dataset")
                .rank(method="dense", ascending="psnr" not in column)
            )
            marks.loc[places.index[places == 1], [column]] = BEST
            marks.loc[places.index[places == 2], [column]] = SECOND
    return marks
