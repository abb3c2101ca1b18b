"""Trained alike, and all that was planned is in the committed table."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from fcsr.analysis import ablation
from fcsr.analysis.ablation import KEY
from fcsr.analysis.measuring import DECODES, MEASURES
from fcsr.analysis.variants import AXES, DESIGN, DESIGNS
from fcsr.errors import FcsrError

COMMITTED = Path(__file__).parents[2] / "figures" / "ablations.csv"


def test_a_plan_has_the_designs_that_an_axis_changes():
    assert [(axis, v.model) for axis, v in ablation.plan(["low_loss"])] == [
        (DESIGN, "FCS"),
        ("low_loss", "FCS"),
    ]
    planned = ablation.plan(["prior", "width"])
    assert [v for axis, v in planned if axis == DESIGN] == list(DESIGNS)
    assert [v for axis, v in planned if axis != DESIGN] == [*AXES["prior"], *AXES["width"]]


def test_unknown_axis():
    with pytest.raises(FcsrError, match='no axis "depth"; choose from filter, width'):
        ablation.plan(["depth"])


def test_a_study_trains_each_variant_with_each_seed(recipe):
    table = ablation.study("low_loss", recipe, "lte-compact", seeds=2)
    assert list(table.columns) == [*KEY, "decode", *MEASURES]
    names = [("as designed", 0), ("L1", 0), ("as designed", 1), ("L1", 1)]
    assert list(zip(table["variant"], table["seed"], strict=True))[::2] == names
    assert list(table["decode"]) == 4 * ["mode", "mean"]
    assert table["psnr"].nunique() == 8  # nothing was trained twice alike
    again = ablation.run(DESIGNS[1], replace(recipe, seed=1), "lte-compact")
    assert again == table[["decode", *MEASURES]].iloc[4:6].to_dict("records")


def test_the_committed_table_holds_all_variants_in_pairs_with_their_designs():
    table = pd.read_csv(COMMITTED, keep_default_na=False)
    rows = [(*row[KEY], row["decode"]) for _, row in table.iterrows()]
    assert len(set(rows)) == len(rows)
    assert rows.pop(0) == ("start", "LTE", "lte-compact", 0, "")
    filters = ("as designed", *(v.name for v in (*AXES["filter"], *AXES["width"])))
    low_bands, rows = rows[: len(filters)], rows[len(filters) :]
    assert low_bands == [(ablation.LOW_BAND, "FCS", name, 0, "") for name in filters]
    planned = [(axis, variant.model, variant.name) for axis, variant in ablation.plan(AXES)]
    once = [(*place, 0, decode) for place in planned for decode in DECODES]
    assert rows[: len(once)] == once, "python benchmarks/ablations.py goes on with it"
    assert {row[:3] for row in rows} == set(planned)
    paired = table[table["axis"] == DESIGN].groupby("seed")["model"].agg(set)
    assert len(paired) > 1 and all(models == {"CS", "FCS"} for models in paired)
    assert set(table["seed"]) == set(paired.index)
