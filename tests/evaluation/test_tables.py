"""Means with their intervals, and how both are printed."""

import math

import numpy as np
import pandas as pd
import pytest

from fcsr.evaluation import compare, means, to_markdown
from fcsr.evaluation.tables import from_rows
from fcsr.evaluation.uncertainty import interval
from fcsr.metrics import BENCHMARK, DIV2K


def table(images: int, **measures: list[float]) -> pd.DataFrame:
    names = {"dataset": "Set5", "scale": 4.0, "method": "lte", "decode": ""}
    rows = pd.DataFrame({"image": range(images), **measures}).assign(**names)
    rows.attrs["protocol"] = "Y."
    return rows


def test_means_and_their_intervals():
    psnr = [28.0, 30.0, 32.0, 36.0]
    rows = table(4, psnr=psnr, lpips=[0.1, 0.2, 0.3, 0.4])
    [found] = means(rows).to_dict("records")
    assert list(found) == [
        *("dataset", "scale", "method", "decode", "images"),
        *("psnr", "psnr_low", "psnr_high", "lpips", "lpips_low", "lpips_high"),
    ]
    assert found["images"] == 4 and found["psnr"] == 31.5
    assert found["lpips"] == pytest.approx(0.25)
    assert (found["psnr_low"], found["psnr_high"]) == interval(np.mean, psnr)
    assert 28 <= found["psnr_low"] < 31.5 < found["psnr_high"] <= 36


def test_what_an_image_lacks_is_the_mean_of_the_others():
    psnr = [30.0, 31.0, math.nan, 35.0]
    [found] = means(table(4, psnr=psnr)).to_dict("records")
    assert found["images"] == 4 and found["psnr"] == 32
    assert (found["psnr_low"], found["psnr_high"]) == interval(np.mean, [30.0, 31.0, 35.0])


def test_means_stand_in_the_order_of_their_rows():
    rows = [table(3, psnr=[30.0] * 3).assign(dataset=name) for name in ("Urban100", "B100")]
    assert means(pd.concat(rows))["dataset"].tolist() == ["Urban100", "B100"]


def test_sets_of_one_protocol_are_explained_in_one_line():
    protocols = {"Set5": BENCHMARK, "DIV2K": DIV2K, "Set14": BENCHMARK}
    assert from_rows([], protocols, ["psnr"]).attrs["protocol"].splitlines() == [
        f"Set5, Set14. {BENCHMARK.explain(['psnr'])}",
        f"DIV2K. {DIV2K.explain(['psnr'])}",
    ]


def test_two_images_have_a_mean_and_no_interval():
    found = means(table(2, psnr=[30.0, 32.0]))
    assert found["psnr"].item() == 31 and found["psnr_low"].isna().all()
    markdown = to_markdown(found)
    assert "|  31.00 |" in markdown and "[" not in markdown


def test_cells_show_the_interval_behind_the_mean():
    found = means(table(3, psnr=[30.0, 31.0, 35.0], black=[0.0, 0.0, 0.0]))
    protocol, brackets, cells = to_markdown(found).split("\n\n")
    assert protocol == "Y." and "95 % bootstrap intervals" in brackets
    head, rule, row = cells.splitlines()
    assert head.replace(" ", "") == "|dataset|scale|method|decode|images|psnr|black|"
    assert row.split("|")[1:3] == [" Set5      ", "       4 "]
    assert "| 32.00 [30.00, 35.00] | 0.0 [0.0, 0.0] |" in row
    assert rule.count(":") == 7 and ":|" in rule


def test_names_that_look_like_numbers_stay_names():
    found = means(table(3, psnr=[30.0, 31.0, 35.0]).assign(dataset="007"))
    assert "| 007 " in to_markdown(found)


def test_a_comparison_stands_below_the_means():
    lte = table(5, psnr=[30.0, 32.0, 28.0, 35.0, 31.0], lpips=[0.2, 0.3, 0.1, 0.4, 0.25])
    cs = lte.assign(method="cs", decode="mode", psnr=lte["psnr"] - 1, lpips=lte["lpips"] / 2)
    both = pd.concat([lte, cs])
    text = to_markdown(means(both), compare(both, "lte"))
    assert text.startswith(to_markdown(means(both)))
    _, head, cells = text.rsplit("\n\n", 2)
    assert head.startswith("The others against lte, image by image.") and "all 2 rows" in head
    psnr, lpips = (
        [cell.strip() for cell in line.split("|")[1:-1]] for line in cells.splitlines()[2:]
    )
    names = ["Set5", "4", "cs", "mode"]
    assert psnr == [*names, "psnr", "-1.00 [-1.00, -1.00]", "", "0 of 5", "0.062", "0.12"]
    assert lpips[4] == "lpips" and lpips[5].startswith("-0.1250 [-0.1")
    assert lpips[6:] == ["2.00 [2.00, 2.00]", "5 of 5", "0.062", "0.12"]


def test_a_mean_without_a_finite_value_has_no_interval():
    [found] = means(table(3, psnr=[30.0, 31.0, math.inf])).to_dict("records")
    assert found["psnr"] == math.inf and math.isnan(found["psnr_low"])
