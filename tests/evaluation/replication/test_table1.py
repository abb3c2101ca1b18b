"""Each number in its place, the best of them marked, nothing invented."""

import re
from pathlib import Path

import pandas as pd
import pytest

from fcsr.evaluation import table1

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def means() -> pd.DataFrame:
    return pd.read_csv(ROOT / "figures" / "table1.csv", keep_default_na=False)


def cell(means, dataset, scale, method, decode, measure):
    of = (means["dataset"] == dataset) & (means["scale"] == scale) & (means["decode"] == decode)
    return means[of & (means["method"] == method)][measure].item()


@pytest.mark.parametrize(
    ("name", "method", "decode", "measure"),
    [
        ("Baseline", "lte", "", "lpips_01"),
        ("CS", "cs", "mode", "lpips_255"),
        ("FCS", "fcs", "mode", "lpips_255"),
    ],
)
def test_the_printed_table_mixes_ranges_as_the_paper_does(means, name, method, decode, measure):
    for dataset, scale in (("Set5", 2), ("Set14", 4)):
        found = table1.as_printed(means).loc[(dataset, name), ("lpips", f"x{scale}")]
        assert found["ours"] == cell(means, dataset, scale, method, decode, measure)
        assert found["difference"] == found["ours"] - found["paper"]
    psnr = table1.as_printed(means, "psnr").loc[("Set5", name), ("psnr", "x3", "ours")]
    assert psnr == cell(means, "Set5", 3, method, decode, "psnr")


def test_every_cell_of_the_paper_is_shown_also_where_we_have_none(means):
    table = table1.as_printed(means)
    assert table.shape == (5 * 3, 3 * 3)
    assert table.xs("paper", level=2, axis=1).notna().all(axis=None)
    assert table.loc["DIV2K"].xs("ours", level=2, axis=1).isna().all(axis=None)
    assert table.loc[("DIV2K", "FCS"), ("lpips", "x3", "paper")] == 0.0695


def test_the_fair_table_has_one_range_and_its_controls(means):
    table = table1.fairly(means)
    for name, (method, decode) in table1.FAIR.items():
        for measure in ("psnr", "lpips", "black", "bright"):
            expected = cell(means, "Set14", 4, method, decode, measure)
            assert table.loc[("Set14", name), ("x4", measure)] == expected
    alone = table.loc[("Set14", table1.RANGE_ALONE), "x4"]
    assert alone["lpips"] == cell(means, "Set14", 4, "lte", "", "lpips_255")
    assert alone["psnr"] == table.loc[("Set14", "LTE"), ("x4", "psnr")]


def test_ones_own_sets_and_scales_come_after_the_papers(means):
    own = means[means["dataset"] == "Set5"].replace({"dataset": {"Set5": "mine"}})
    own = own.assign(scale=own["scale"] + 0.5)
    table = table1.fairly(pd.concat([own, means]))
    assert table.index.unique("dataset")[-1] == "mine"
    assert list(table.columns.unique(0)) == ["x2", "x2.5", "x3", "x3.5", "x4", "x4.5"]


def test_gains_by_hand(means):
    gains = table1.gains(means).loc["Set14", 4]
    fcs = cell(means, "Set14", 4, "fcs", "mode", "lpips")
    for over, method in {"over LTE": "lte", "over noise": "lte@fcs"}.items():
        other = cell(means, "Set14", 4, method, "", "lpips")
        assert gains["FCS", over] == pytest.approx(100 * (other - fcs) / other)


def marked(html: str, css: str) -> list[str]:
    """The texts of the cells that a Styler gives a colour, in the order of the table."""
    [selectors] = re.findall(r"([^}]*)\{\s*color: " + css, html)
    ids = re.findall(r"#(\w+)", selectors)
    return [re.search(rf'id="{name}"[^>]*>([^<]*)<', html).group(1) for name in ids]


def test_the_best_two_of_a_set_are_marked():
    values = {"bicubic": (28.0, 0.2), "CS": (31.0, 0.1), table1.RANGE_ALONE: (31.0, 0.01)}
    rows = pd.MultiIndex.from_product([["Set5"], values], names=["dataset", "method"])
    columns = pd.MultiIndex.from_product([["x4"], ["psnr", "lpips"]])
    html = table1.show(pd.DataFrame(values.values(), rows, columns), "a caption").to_html()
    assert sorted(marked(html, "#c00000")) == ["0.1000", "31.00"]
    assert sorted(marked(html, "#0040c0")) == ["0.2000", "28.00"]
    assert "a caption" in html


def test_missing_cells_and_differences_are_neither_best_nor_second(means):
    html = table1.show(table1.as_printed(means), "Table 1").to_html()
    best = marked(html, "#c00000") + marked(html, "#0040c0")
    assert "0.0722" in best and "-" not in best
    assert not any(text.startswith(("+", "-")) for text in best)


def test_a_table_is_shown_the_same_each_time_and_legibly(means):
    table = table1.as_printed(means)
    html = table1.show(table, "Table 1").to_html()
    assert html == table1.show(table, "Table 1").to_html(), "else notebooks change at each run"
    assert ">+0.0012<" in html and ">-<" in html, "differences with a sign, no number as a dash"
    assert "text-align: right" in html
    ruled = re.findall(r"\.row(\d+) \{\s*border-top", html)
    assert ruled == ["0", "3", "6", "9", "12"], "a line above each set"
    assert ">dataset<" not in html and ">measure<" not in html


def test_two_that_print_alike_are_both_best():
    values = {"bicubic": (28.0, 0.2), "CS": (31.001, 0.1), "FCS": (31.004, 0.10004)}
    rows = pd.MultiIndex.from_product([["Set5"], values], names=["dataset", "method"])
    columns = pd.MultiIndex.from_product([["x4"], ["psnr", "lpips"]])
    html = table1.show(pd.DataFrame(values.values(), rows, columns), "a caption").to_html()
    assert sorted(marked(html, "#c00000")) == ["0.1000", "0.1000", "31.00", "31.00"]
    assert sorted(marked(html, "#0040c0")) == ["0.2000", "28.00"]


def test_what_is_missing_is_said(means):
    assert table1.coverage(means) == (
        "Urban100: 20 of its 100 images. "
        'DIV2K: not measured; fcsr.data.benchmark("DIV2K") finds or downloads it.'
    )
