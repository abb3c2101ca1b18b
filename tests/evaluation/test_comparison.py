"""Differences on the same images, worked out by hand."""

import io
import math

import numpy as np
import pandas as pd
import pytest

from fcsr.errors import FcsrError
from fcsr.evaluation import compare
from fcsr.evaluation.uncertainty import interval

PSNR = {
    ("lte", ""): [30.0, 32.0, 28.0, 35.0, 31.0],
    ("cs", "mode"): [29.5, 31.0, 28.25, 33.0, 30.0],
    ("cs", "mean"): [30.0, 32.0, 28.0, 35.0, 31.0],
}
LPIPS = {
    ("lte", ""): [0.2, 0.3, 0.1, 0.4, 0.25],
    ("cs", "mode"): [0.1, 0.2, 0.05, 0.35, 0.2],
    ("cs", "mean"): [0.2, 0.3, 0.1, 0.4, 0.25],
}


@pytest.fixture
def table() -> pd.DataFrame:
    rows = [
        {"dataset": "Set5", "scale": 4.0, "image": image, "method": name, "decode": decode}
        | {"psnr": PSNR[name, decode][i], "lpips": LPIPS[name, decode][i], "black": 0.0}
        for name, decode in PSNR
        for i, image in enumerate("abcde")
    ]
    return pd.DataFrame(rows)


def of(found: pd.DataFrame, decode: str, measure: str) -> pd.Series:
    [row] = found[(found["decode"] == decode) & (found["measure"] == measure)].iloc
    return row


def test_differences_ratios_and_counts_by_hand(table):
    found = compare(table, "lte")
    assert found[["method", "decode"]].drop_duplicates().values.tolist() == [
        ["cs", "mode"],
        ["cs", "mean"],
    ]
    psnr, lpips = of(found, "mode", "psnr"), of(found, "mode", "lpips")
    assert psnr["difference"] == pytest.approx((-0.5 - 1 + 0.25 - 2 - 1) / 5)
    assert lpips["difference"] == pytest.approx(-0.35 / 5)
    assert lpips["times"] == pytest.approx(1.25 / 0.9) and math.isnan(psnr["times"])
    assert lpips["times_low"] < lpips["times"] < lpips["times_high"]
    assert (psnr["better"], lpips["better"], lpips["images"]) == (1, 5, 5)
    assert psnr["p"] == 0.125  # the one that is better has the lowest rank: 2 x 2 of 32 cases
    assert lpips["p"] == 0.0625


def test_intervals_are_of_differences_on_the_same_image(table):
    lpips = of(compare(table, "lte"), "mode", "lpips")
    differences = np.subtract(LPIPS["cs", "mode"], LPIPS["lte", ""])
    expected = interval(np.mean, differences)
    assert (lpips["difference_low"], lpips["difference_high"]) == pytest.approx(expected)
    assert expected[1] < 0, "the images' own spread is in it"


def test_what_is_equal_is_not_better(table):
    found = compare(table, "lte")
    for row in (of(found, "mean", "psnr"), of(found, "mode", "black")):
        assert (row["difference"], row["difference_low"], row["better"], row["p"]) == (0, 0, 0, 1)
    assert of(found, "mean", "lpips")["times"] == 1


def test_p_values_are_corrected_for_all_rows(table):
    found = compare(table, "lte")
    assert len(found) == 6
    assert of(found, "mode", "lpips")["p_holm"] == 6 * 0.0625
    assert of(found, "mode", "psnr")["p_holm"] == 5 * 0.125


def test_rows_are_paired_by_their_images(table):
    shuffled = table.sample(frac=1, random_state=0)
    lpips = of(compare(shuffled, "lte"), "mode", "lpips")
    assert lpips["times_low"] == pytest.approx(
        of(compare(table, "lte"), "mode", "lpips")["times_low"], rel=0.02
    )
    assert lpips["better"] == 5
    fewer = table.drop(table.query("method == 'lte' and image == 'b'").index)
    lpips = of(compare(fewer, "lte"), "mode", "lpips")
    assert lpips["images"] == 4 and lpips["difference"] == pytest.approx(-0.25 / 4)


def test_each_set_and_scale_is_its_own(table):
    other = table.assign(scale=2.0, lpips=table["lpips"] + (table["method"] == "cs") * 0.5)
    found = compare(pd.concat([table, other]), "lte")
    assert len(found) == 12
    rows = found.query("decode == 'mode' and measure == 'lpips'").set_index("scale")
    assert rows["difference"].to_dict() == pytest.approx({4.0: -0.07, 2.0: 0.43})
    assert rows["better"].to_dict() == {4.0: 5, 2.0: 0}


def test_an_image_that_is_equal_to_hr_has_no_finite_difference(table):
    table.loc[table["image"] == "a", "psnr"] = math.inf
    row = of(compare(table, "lte"), "mode", "psnr")
    assert math.isnan(row["p"]) and math.isnan(row["difference_low"]) and row["better"] == 1
    assert of(compare(table, "lte"), "mode", "lpips")["p_holm"] == 4 * 0.0625  # of 6, 2 have none


def test_an_image_that_is_equal_to_hr_has_no_ratio(table):
    cs = (table["decode"] == "mode") & (table["image"] == "a")
    table.loc[cs, "lpips"] = 0.0
    row = of(compare(table, "lte"), "mode", "lpips")
    assert math.isnan(row["times"]) and row["better"] == 5


def test_methods_of_different_sets_have_nothing_to_compare(table):
    lte, cs = table.query("method == 'lte'"), table.query("decode == 'mode'")
    found = compare(pd.concat([lte, cs.assign(dataset="Set14")]), "lte")
    assert len(found) == 0 and list(found) == list(compare(table, "lte"))


def test_a_table_may_come_from_a_file(table):
    text = table.to_csv(index=False)
    assert compare(pd.read_csv(io.StringIO(text)), "lte").equals(compare(table, "lte"))


@pytest.mark.parametrize(
    ("base", "message"),
    [
        ("fcs", "base is fcs, which is not measured; give one of lte, cs:mode, cs:mean"),
        ("cs", "base is cs, which may be cs:mode or cs:mean; give one of these"),
    ],
)
def test_a_base_that_is_no_method_is_refused(table, base, message):
    with pytest.raises(FcsrError, match=message):
        compare(table, base)


def test_a_base_is_named_with_or_without_its_decode(table):
    assert compare(table, "cs:mean").attrs["base"] == "cs:mean"
    one = table.query("decode != 'mean'")
    assert compare(one, "cs").equals(compare(one, "cs:mode"))
    with pytest.raises(FcsrError, match="nothing else is measured: give a second method"):
        compare(table.query("method == 'lte'"), "lte")
