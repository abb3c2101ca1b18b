"""Whether an effect of an ablation is more than chance: variants beside the design, seed by seed.

An effect is tested by a paired t-test over the seeds (Student, 1908), and the p-values are
corrected for their number (Holm, 1979). With three seeds no test of ranks can give less than 0.25.
The t-test assumes that the differences of the pairs are normally distributed, which three values
cannot show. Holm's correction assumes nothing: the pairs of a seed share their design, so the
effects depend on one another. A seed is what is drawn, so the tests say nothing about other
photographs or longer trainings.
"""

from typing import TYPE_CHECKING

import numpy as np

from fcsr.analysis.measuring import MEASURES
from fcsr.analysis.variants import AXES, DESIGN
from fcsr.evaluation.uncertainty import holm

if TYPE_CHECKING:
    import pandas

TESTED = ["psnr", "lpips"]
"""The measures whose effects are tested. Counts of artifacts are mostly near 0, far from normal."""


def effects(table: "pandas.DataFrame") -> "pandas.DataFrame":
    """What each variant changes: its measures less those of the design with the same seed.

    Args:
        table: what `ablation.study` gave, of one or several axes.

    Returns:
        A DataFrame, a row for each axis, model, variant and decode. Columns: of each of
        `MEASURES` the mean and the std (standard deviation) over the seeds; of those of `TESTED`
        also p, of the paired t-test (two-sided), and p_holm, corrected for all p of the result.
        Both are NaN where there is one seed. A p_holm above 0.05 does not show that there is no
        effect: with three seeds and a hundred p, the smallest has to belong to a mean of over 25
        standard deviations.

    Example:
        >>> import pandas as pd
        >>> from fcsr.analysis import paired_tests
        >>> names = {"design": "as designed", "prior": "no prior"}
        >>> psnr = {"design": [30.0, 31.0], "prior": [29.5, 30.4]}
        >>> other = {"model": "CS", "decode": "mode", "lpips": 0.5, "black": 0, "bright": 0}
        >>> rows = [
        ...     {"axis": axis, "variant": name, "seed": seed, "psnr": psnr[axis][seed]} | other
        ...     for axis, name in names.items()
        ...     for seed in (0, 1)
        ... ]
        >>> [effect] = paired_tests.effects(pd.DataFrame(rows))["psnr"].to_dict("records")
        >>> {name: round(value, 3) for name, value in effect.items()}
        {'mean': -0.55, 'std': 0.071, 'p': 0.058, 'p_holm': 0.115}
    """
    import pandas as pd

    alike, own = ["model", "seed", "decode"], ["axis", "model", "variant", "decode"]
    design = table[table["axis"] == DESIGN][[*alike, *MEASURES]]
    changed = table[table["axis"].isin(AXES)].merge(design, on=alike, suffixes=("", " designed"))
    for measure in MEASURES:
        changed[measure] -= changed[f"{measure} designed"]
    groups = changed.groupby(own, sort=False)
    found = {measure: groups[measure].agg(["mean", "std"]) for measure in MEASURES}
    for measure in TESTED:
        found[measure]["p"] = _paired_t(found[measure], groups.size())
    corrected = holm(pd.concat([found[measure]["p"] for measure in TESTED]).tolist())
    for measure, p_values in zip(TESTED, np.split(np.array(corrected), len(TESTED)), strict=True):
        found[measure]["p_holm"] = p_values
    return pd.concat(found, axis=1)


def _paired_t(differences: "pandas.DataFrame", seeds: "pandas.Series") -> np.ndarray:
    """Two-sided p-values of Student's t-test (1908) of means of differences, one a seed."""
    from scipy import stats

    least = np.finfo(float).tiny  # so that no difference in any pair gives t = 0, not NaN
    t = differences["mean"] / (differences["std"] / seeds**0.5).clip(lower=least)
    return 2 * stats.t.sf(t.abs(), seeds - 1)
