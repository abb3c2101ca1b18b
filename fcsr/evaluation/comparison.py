"""Methods against one of them, image by image.

Images differ far more from one another than methods do on one image, so intervals of means overlap
also where one method is better on every image. Differences on the same image do not have that
spread in them.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from fcsr.errors import FcsrError
from fcsr.evaluation import tables, uncertainty
from fcsr.evaluation.methods import full_name
from fcsr.evaluation.results import Row
from fcsr.metrics import LPIPS_RANGES, better

if TYPE_CHECKING:
    import pandas

DISTANCES = (*LPIPS_RANGES, "lpips_vgg", "dists")
"""The columns whose ratios mean something: above 0, and 0 for equal images."""

NOTHING = np.empty((2, 0))  # of which there is no ratio

COLUMNS = (
    *(*tables.BY, "measure", "images"),
    *("difference", "difference_low", "difference_high", "times", "times_low", "times_high"),
    *("better", "p"),
)


def compare(table: "pandas.DataFrame", base: str) -> "pandas.DataFrame":
    """Every method against `base` on the same images: differences, intervals and paired tests.

    Args:
        table: what `fcsr.evaluate` gave.
        base: one of its methods: `"lte"`, or with its decode, `"cs:mean"`.

    Returns:
        A pandas DataFrame, a row for each set, scale, other method and measure. Columns: dataset,
        scale, method, decode, measure; images (how many both have); difference (the mean of the
        method's less the base's), difference_low, difference_high; times (how many times lower
        the method's mean is, of LPIPS and DISTS), times_low, times_high; better (in how many
        images the method is better); p (Wilcoxon's signed-rank test, two-sided), p_holm (the same,
        corrected for all rows by Holm's method). Lows and highs are the ends of 95 % bootstrap
        intervals over the images, of which 3 are needed. `attrs["base"]` is the base.

    Raises:
        FcsrError: `base` is none of the methods, the only one, or may be several of them.

    Example:
        >>> import fcsr, pandas as pd
        >>> lpips = {"lte": [0.20, 0.30, 0.40], "cs": [0.10, 0.20, 0.45]}
        >>> rows = [
        ...     {"dataset": "Set5", "scale": 4, "image": i, "method": m, "decode": "", "lpips": v}
        ...     for m, values in lpips.items()
        ...     for i, v in enumerate(values)
        ... ]
        >>> [row] = fcsr.evaluation.compare(pd.DataFrame(rows), base="lte").to_dict("records")
        >>> f"{row['difference']:.2f}, {row['times']:.1f} times lower, better in {row['better']}"
        '-0.05, 1.2 times lower, better in 2'
    """
    import pandas as pd

    measures = tables.measures_of(table)
    cells = tables.cells(table)
    chosen = base_of([key[2:] for key in cells], base)
    rows: list[Row] = []
    pairs = []
    for (dataset, scale, *method), images in cells.items():
        theirs = cells.get((dataset, scale, *chosen))
        if tuple(method) == chosen or theirs is None:
            continue
        for measure in measures:
            both = images[["image", measure]].merge(theirs[["image", measure]], on="image")
            pairs.append(both.dropna().drop(columns="image").to_numpy(float).T)
            names = dict(zip(tables.BY, (dataset, scale, *method), strict=True))
            rows.append(names | {"measure": measure})
    _measure(rows, pairs)
    result = pd.DataFrame(rows, columns=COLUMNS)
    result["p_holm"] = uncertainty.holm(result["p"].tolist())
    result.attrs["base"] = full_name(*chosen)
    return result


def base_of(methods: Iterable[tuple[str, str]], base: str) -> tuple[str, str]:
    """The method, of all (name, decode), that `base` means; raises as `compare` does.

    Example:
        >>> from fcsr.evaluation.comparison import base_of
        >>> base_of([("lte", ""), ("cs", "mode"), ("cs", "mean")], "cs:mean")
        ('cs', 'mean')
    """
    methods = list(dict.fromkeys(methods))
    labels = [full_name(*method) for method in methods]
    found = [m for m, name in zip(methods, labels, strict=True) if name == base]
    found = found or [method for method in methods if method[0] == base]
    if not found:
        raise FcsrError(f"base is {base}, which is not measured; give one of {', '.join(labels)}")
    if len(found) > 1:
        several = " or ".join(full_name(*method) for method in found)
        raise FcsrError(f"base is {base}, which may be {several}; give one of these")
    if len(methods) == 1:
        raise FcsrError(f"base is {base}, and nothing else is measured: give a second method")
    return found[0]


def _measure(rows: list[Row], pairs: list[np.ndarray]) -> None:
    """Add to the rows of `compare`, which are names so far, what their pairs of values tell."""
    with np.errstate(invalid="ignore"):  # a PSNR may be infinite in both
        differences = [values - base for values, base in pairs]
    intervals = uncertainty.intervals(np.mean, [[difference] for difference in differences])
    ratios = [
        pair if row["measure"] in DISTANCES and pair.size and pair[0].min() > 0 else NOTHING
        for row, pair in zip(rows, pairs, strict=True)
    ]
    times = uncertainty.intervals(_times, ratios)
    for i, row in enumerate(rows):
        values, base = pairs[i]
        row |= _differences(str(row["measure"]), values, base, differences[i])
        row |= {"times": float(_times(*ratios[i])) if ratios[i].size else np.nan}
        row["difference_low"], row["difference_high"] = intervals[i]
        row["times_low"], row["times_high"] = times[i]


def _differences(
    measure: str, values: np.ndarray, base: np.ndarray, differences: np.ndarray
) -> Row:
    """Of one row, what needs no resampling."""
    return {
        "images": len(values),
        "difference": float(differences.mean()) if values.size else np.nan,
        "better": int((better(measure) * values > better(measure) * base).sum()),
        "p": uncertainty.signed_rank(differences),
    }


def _times(values: np.ndarray, base: np.ndarray, axis: int = -1) -> np.ndarray | np.floating:
    """How many times lower the mean of values is than that of base."""
    return base.mean(axis=axis) / values.mean(axis=axis)
