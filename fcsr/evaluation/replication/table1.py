"""Table 1, twice: as the paper printed it, and fairly.

Both are made from what `fcsr.evaluation.means` gives, and are pandas DataFrames to compute with;
`show` formats them for print, the best number of a set in red, the second in blue. In the
examples IMDN's numbers stand in for those of LTE.
"""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from fcsr.evaluation.replication import paper, styling
from fcsr.evaluation.replication.paper import CELL

if TYPE_CHECKING:
    import pandas.io.formats.style

PRINTED = {
    "Baseline": ("lte", "", "lpips_01"),
    "CS": ("cs", "mode", "lpips_255"),
    "FCS": ("fcs", "mode", "lpips_255"),
}
"""What stands for the paper's rows: method, decode, and the LPIPS that its cells agree with.

The paper does not say how it decodes; the mode is our choice."""

FAIR = {
    "bicubic": ("bicubic", ""),
    "LTE": ("lte", ""),
    "CS": ("cs", "mode"),
    "CS, mean": ("cs", "mean"),
    "CS, smoothed": ("cs", "smoothed"),
    "FCS": ("fcs", "mode"),
    "FCS, mean": ("fcs", "mean"),
    "LTE + noise at CS's PSNR": ("lte@cs", ""),
    "LTE + noise at FCS's PSNR": ("lte@fcs", ""),
}
"""The rows of the fair table, all with LPIPS of images in [-1, 1], its own convention."""

RANGE_ALONE = "(LTE, LPIPS fed [0, 255])"
"""A row that shows what the input range alone does; it takes no part in the ranking."""

WHOLE = {"Set5": 5, "Set14": 14, "B100": 100, "Urban100": 100, "DIV2K": 100}
"""The sets of the paper, and how many images they have."""


def as_printed(means: "pandas.DataFrame", measure: str = "lpips") -> "pandas.DataFrame":
    """Table 1 in the paper's mixed convention, its cells beside ours; `measure` may be "psnr".

    Rows (dataset, method), columns (measure, scale, paper | ours | difference). Baseline's LPIPS
    is of images in [0, 1], that of CS and FCS of images in [0, 255]. A cell that was not measured
    is NaN.

    Example:
        >>> from fcsr.evaluation import paper, table1
        >>> means = paper.imdn().assign(method="lte", decode="", black=0.0, bright=0.0)
        >>> table = table1.as_printed(means)
        >>> table.loc[("Set5", "Baseline"), ("lpips", "x4")].round(4).to_dict()
        {'paper': 0.1356, 'ours': 0.1369, 'difference': 0.0013}
    """
    import pandas as pd

    theirs = paper.paper().set_index([*CELL, "method"])[measure]
    ours = {
        name: _cells(means, method, decode)[lpips if measure == "lpips" else measure]
        for name, (method, decode, lpips) in PRINTED.items()
    }
    ours = pd.concat(ours, names=["method"]).reorder_levels(theirs.index.names)
    table = pd.DataFrame({"paper": theirs, "ours": ours.reindex(theirs.index)})
    table = table.assign(difference=table["ours"] - table["paper"])
    return pd.concat({measure: _scales_across(table, WHOLE, PRINTED)}, axis=1, names=["measure"])


def fairly(means: "pandas.DataFrame") -> "pandas.DataFrame":
    """All methods in one input range, with the controls; a cell that was not measured is NaN.

    Rows (dataset, method), columns (scale, measure). The row in parentheses is LTE once
    more, its LPIPS of images in [0, 255].

    Example:
        >>> from fcsr.evaluation import paper, table1
        >>> means = paper.imdn().assign(method="lte", decode="", black=0.0, bright=0.0)
        >>> table1.fairly(means).loc["Set5", ("x4", "lpips")].dropna().to_dict()
        {'LTE': 0.1744, '(LTE, LPIPS fed [0, 255])': 0.0786}
    """
    import pandas as pd

    rows = {name: _cells(means, *method) for name, method in FAIR.items()}
    rows[RANGE_ALONE] = rows["LTE"].assign(lpips=rows["LTE"]["lpips_255"])
    table = pd.concat(rows, names=["method"]).reorder_levels([*CELL, "method"])
    sets = dict.fromkeys([*WHOLE, *means["dataset"]])
    table = _scales_across(table[list(styling.DIGITS)], sets, rows)
    return table.rename_axis(columns=["scale", "measure"])


def gains(means: "pandas.DataFrame") -> "pandas.DataFrame":
    """How much better CS and FCS are in LPIPS in one range, in % (negative: worse).

    A row for each set and scale; for both methods the gain over LTE, and over LTE with noise at
    the method's PSNR, in % of what that has.

    Example:
        >>> import pandas as pd
        >>> from fcsr.evaluation import paper, table1
        >>> means = paper.imdn().assign(method="lte", decode="", black=0.0, bright=0.0)
        >>> half = means.assign(method="cs", decode="mode", lpips=means["lpips"] / 2)
        >>> table1.gains(pd.concat([means, half])).loc[("Set5", 4), ("CS", "over LTE")].item()
        50.0
    """
    import pandas as pd

    lpips = {name: _cells(means, *method)["lpips"] for name, method in FAIR.items()}
    others = {"over LTE": "LTE", "over noise": "LTE + noise at {}'s PSNR"}
    return pd.DataFrame(
        {
            (name, over): 100 * (1 - lpips[name] / lpips[other.format(name)])
            for name in ("CS", "FCS")
            for over, other in others.items()
        }
    )


def show(table: "pandas.DataFrame", caption: str) -> "pandas.io.formats.style.Styler":
    """A table as a pandas Styler: the best number of each set red and bold, the second blue.

    Example:
        >>> from fcsr.evaluation import paper, table1
        >>> means = paper.imdn().assign(method="lte", decode="", black=0.0, bright=0.0)
        >>> page = table1.show(table1.fairly(means), "LPIPS in one range").to_html()
        >>> "LPIPS in one range" in page, "0.1744" in page
        (True, True)
    """
    return styling.style(table, caption, unranked=RANGE_ALONE)


def coverage(means: "pandas.DataFrame") -> str:
    """What means lack of the paper's sets, in words.

    Example:
        >>> from fcsr.evaluation import paper, table1
        >>> table1.coverage(paper.imdn().replace({"images": {14: 12}}))[:29]
        'Set14: 12 of its 14 images. D'
    """
    images = dict(zip(means["dataset"], means["images"], strict=True))
    return " ".join(
        f"{name}: {images[name]} of its {whole} images."
        if name in images
        else f'{name}: not measured; fcsr.data.benchmark("{name}") finds or downloads it.'
        for name, whole in WHOLE.items()
        if images.get(name) != whole
    )


def to_markdown(table: "pandas.DataFrame", scale: float) -> str:
    """PSNR and LPIPS of what `fairly` gave, at one scale: methods down, sets across.

    Example:
        >>> from fcsr.evaluation import paper, table1
        >>> means = paper.imdn().head(3).assign(method="lte", decode="", black=0.0, bright=0.0)
        >>> print(table1.to_markdown(table1.fairly(means), scale=4))
        | method   |   Set5 psnr |   Set5 lpips |
        |:---------|------------:|-------------:|
        | LTE      |       32.21 |       0.1744 |
    """
    table = table[f"x{scale:g}"][["psnr", "lpips"]].drop(RANGE_ALONE, level="method").dropna()
    sets, methods = (table.index.unique(level) for level in ("dataset", "method"))
    table = table.unstack("dataset").swaplevel(axis=1)
    table = table.reindex(methods)[[(name, m) for name in sets for m in ("psnr", "lpips")]]
    digits = ["", *(f".{styling.digits(column)}f" for column in table.columns)]
    table.columns = [" ".join(column) for column in table.columns]
    return table.to_markdown(floatfmt=digits)


def _cells(means: "pandas.DataFrame", method: str, decode: str) -> "pandas.DataFrame":
    """The rows of one method, by set and scale."""
    return means[(means["method"] == method) & (means["decode"] == decode)].set_index(CELL)


def _scales_across(
    table: "pandas.DataFrame", sets: Iterable[str], methods: Collection[str]
) -> "pandas.DataFrame":
    """Rows (dataset, method), and above the columns that there are the scales, all in order."""
    import pandas as pd

    measures, present = list(table.columns), table.index.unique("dataset")
    table = table.unstack("scale").swaplevel(axis=1)
    scales = sorted(table.columns.unique(level=0))
    table = table[[(scale, measure) for scale in scales for measure in measures]]
    table = table.rename(columns=lambda scale: f"x{scale:g}", level=0)
    rows = [(name, method) for name in sets if name in present for method in methods]
    return table.reindex(pd.MultiIndex.from_tuples(rows, names=table.index.names))
