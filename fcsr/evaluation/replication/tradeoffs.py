"""How much better in LPIPS a method is than plain noise at the same PSNR.

Tables here have the columns of `figures/decodes.csv`: dataset, scale, model, decode, images, psnr
(dB), lpips, black, bright. Rows whose model is `NOISE` are LTE with Gaussian noise of several
strengths: with LTE itself they form a curve, from LTE's PSNR down to ever lower ones.
"""

from typing import TYPE_CHECKING

from fcsr.evaluation.replication.paper import CELL

if TYPE_CHECKING:
    import pandas

NOISE = "lte + noise"
"""The model of the rows that are LTE with Gaussian noise."""


def beyond_noise(table: "pandas.DataFrame") -> "pandas.Series":
    """How much lower LPIPS is than what noise gives at the same PSNR, in % of that.

    One number for each row, above 0 where a method is better than noise. Noise is interpolated
    between its strengths; NaN above LTE's PSNR, which noise cannot reach, and below the PSNR of
    the strongest noise measured.

    Example:
        >>> import pandas as pd
        >>> from fcsr.evaluation import tradeoffs
        >>> models = {"model": ["lte", "lte + noise", "cs"], "psnr": [32, 30, 31]}
        >>> table = pd.DataFrame({"dataset": "Set5", "scale": 4, **models, "lpips": [3, 1, 1]})
        >>> tradeoffs.beyond_noise(table).tolist()  # noise has LPIPS 2 at CS's PSNR
        [0.0, 0.0, 50.0]
    """
    import numpy as np
    import pandas as pd

    at_its_psnr = pd.Series(np.nan, table.index)
    for _, cell in table.groupby(CELL, sort=False):
        curve = noise_curve(cell)
        found = np.interp(cell["psnr"], curve["psnr"], curve["lpips"], np.nan, np.nan)
        at_its_psnr[cell.index] = found
    return 100 * (1 - table["lpips"] / at_its_psnr)


def over_lte(table: "pandas.DataFrame") -> "pandas.DataFrame":
    """How many times lower than LTE's each row's LPIPS is, and its PSNR less LTE's (dB).

    Columns: times, psnr.

    Example:
        >>> import pandas as pd
        >>> from fcsr.evaluation import tradeoffs
        >>> values = {"model": ["lte", "cs"], "psnr": [32.0, 30.5], "lpips": [0.2, 0.1]}
        >>> table = pd.DataFrame({"dataset": "Set5", "scale": 4, **values})
        >>> tradeoffs.over_lte(table).to_dict("records")[1]
        {'times': 2.0, 'psnr': -1.5}
    """
    base = table.loc[table["model"] == "lte", [*CELL, "psnr", "lpips"]]
    both = table.merge(base, on=CELL, how="left", suffixes=("", "_lte")).set_index(table.index)
    both["times"] = both["lpips_lte"] / both["lpips"]
    both["psnr"] -= both["psnr_lte"]
    return both[["times", "psnr"]]


def noise_curve(cell: "pandas.DataFrame") -> "pandas.DataFrame":
    """The rows of LTE and LTE with noise, of one set and scale, from the lowest PSNR on.

    Example:
        >>> import pandas as pd
        >>> from fcsr.evaluation import tradeoffs
        >>> cell = pd.DataFrame({"model": ["lte", "cs", "lte + noise"], "psnr": [32, 31, 30]})
        >>> tradeoffs.noise_curve(cell)["psnr"].tolist()
        [30, 32]
    """
    return cell[cell["model"].isin(("lte", NOISE))].sort_values("psnr")
