"""Numbers of others: the paper's Table 1, an ordinary network, and networks trained to look real.

The paper's LPIPS cells cannot all be of one kind, which this module lets a reader see. IMDN (Hui et
al., ACM MM 2019) is a network trained with L1, without any cross-entropy, and its PSNR is close to
that of the paper's Baseline. Its LPIPS, measured on the same images in three input ranges, is a
yardstick: in [0, 1] it agrees with the paper's Baseline, in [0, 255] with its CS and FCS. That is
consistent with two ranges in one table; what was run, we cannot know.

Networks trained by adversaries give up PSNR for LPIPS on purpose. They show what a lower LPIPS than
the paper's can be had for, at the same PSNR.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from fcsr.metrics import LPIPS_RANGES

if TYPE_CHECKING:
    import pandas

FOLDER = Path(__file__).parent / "reference"
CELL = ["dataset", "scale"]
"""The columns that name a cell of the paper's table."""


def paper() -> "pandas.DataFrame":
    """Table 1 of the paper: a pandas DataFrame of dataset, method, scale, psnr (dB) and lpips.

    Example:
        >>> from fcsr.evaluation import paper
        >>> table = paper.paper().set_index(["dataset", "scale", "method"])
        >>> table.loc[("Set5", 4, "CS"), "lpips"].item()
        0.0722
    """
    return _read("paper_table1.csv")


def imdn() -> "pandas.DataFrame":
    """IMDN on the benchmark sets: dataset, scale, images, psnr (Y, dB), LPIPS in three ranges.

    Example:
        >>> from fcsr.evaluation import paper
        >>> paper.imdn().query("dataset == 'Set5'")["psnr"].tolist()
        [38.0, 34.36, 32.21]
    """
    return _read("imdn.csv").rename(columns={"psnr_y": "psnr"}).drop(columns="method")


def published() -> "pandas.DataFrame":
    """SRGAN, ESRGAN, NatSR and SPSR at x4, and bicubic: method, dataset, scale, psnr, lpips.

    PSNR in dB, of Y; LPIPS by AlexNet. As printed by Ma et al., "Structure-Preserving Super
    Resolution with Gradient Guidance" (SPSR), CVPR 2020, where B100 is called BSD100. Their
    bicubic is ours to 0.02 dB and 0.001, so PSNR and LPIPS were measured as here.

    Example:
        >>> from fcsr.evaluation import paper
        >>> table = paper.published().set_index(["method", "dataset"])
        >>> table.loc[("ESRGAN", "Set5"), ["psnr", "lpips"]].tolist()
        [30.454, 0.0748]
    """
    return _read("published.csv")


def side_by_side() -> "pandas.DataFrame":
    """The paper's LPIPS beside IMDN's in three ranges, a row for each set and scale.

    Columns: Baseline, CS, FCS (the paper's), lpips, lpips_01, lpips_255 (IMDN's).

    Example:
        >>> from fcsr.evaluation import paper
        >>> row = paper.side_by_side().loc[("Set5", 4)]
        >>> [row[name].item() for name in ("Baseline", "lpips_01", "CS", "lpips_255")]
        [0.1356, 0.1369, 0.0722, 0.0786]
    """
    theirs = paper().pivot(index=CELL, columns="method", values="lpips")
    yardstick = imdn().set_index(CELL)[list(LPIPS_RANGES)]
    return yardstick.join(theirs)[[*theirs.columns, *LPIPS_RANGES]]


def nearest_ranges() -> "pandas.DataFrame":
    """For each LPIPS cell of the paper, the input range in which IMDN's LPIPS is nearest to it.

    Nearest by ratio. Columns: Baseline, CS, FCS; values: the names in `LPIPS_RANGES`.

    Example:
        >>> from fcsr.evaluation import paper
        >>> paper.nearest_ranges().loc[("Set5", 4)].tolist()
        ['lpips_01', 'lpips_255', 'lpips_255']
    """
    import numpy as np

    both = side_by_side()
    yardstick = np.log(both[list(LPIPS_RANGES)])
    methods = both[["Baseline", "CS", "FCS"]]
    return methods.apply(lambda lpips: yardstick.sub(np.log(lpips), axis=0).abs().idxmin(axis=1))


def gains(of: str) -> "pandas.DataFrame":
    """How much better than Baseline the paper's CS or FCS is in LPIPS, in % of Baseline's.

    Columns: printed, as the table has it, and one_range, after Baseline is taken to [0, 255] by
    the factor that the range makes for IMDN. A row for each set and scale; above 0 is better.

    Example:
        >>> from fcsr.evaluation import paper
        >>> paper.gains(of="CS").loc[("Set5", 4)].round(1).to_dict()
        {'printed': 46.8, 'one_range': 7.3}
    """
    both = side_by_side()
    baseline = both["Baseline"] * both["lpips_255"] / both["lpips_01"]
    return both.assign(
        printed=100 * (1 - both[of] / both["Baseline"]), one_range=100 * (1 - both[of] / baseline)
    )[["printed", "one_range"]]


def in_proper_range() -> "pandas.DataFrame":
    """The paper's PSNR, and its LPIPS as it might be in [-1, 1]: estimated, with IMDN's help.

    Each cell is taken from the range that it is consistent with to [-1, 1] by the factor that
    this makes for IMDN. Columns: dataset, scale, method, psnr, lpips; the cells IMDN has.

    Example:
        >>> from fcsr.evaluation import paper
        >>> cells = paper.in_proper_range().query("dataset == 'Set5' and scale == 4")
        >>> cells.set_index("method")["lpips"].round(3).to_dict()
        {'Baseline': 0.173, 'CS': 0.16, 'FCS': 0.176}
    """
    measured_in = {"Baseline": "lpips_01", "CS": "lpips_255", "FCS": "lpips_255"}
    both = paper().merge(imdn(), on=CELL, suffixes=("", "_imdn"))
    factors = [row["lpips_imdn"] / row[measured_in[row["method"]]] for _, row in both.iterrows()]
    return both.assign(lpips=both["lpips"] * factors)[[*CELL, "method", "psnr", "lpips"]]


def _read(name: str) -> "pandas.DataFrame":
    import pandas as pd

    return pd.read_csv(FOLDER / name)
