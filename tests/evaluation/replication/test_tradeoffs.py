"""LPIPS against what noise gives at the same PSNR."""

import math

import pandas as pd
import pytest

from fcsr.evaluation.replication.tradeoffs import NOISE, beyond_noise, noise_curve, over_lte


@pytest.fixture
def table() -> pd.DataFrame:
    rows = [
        ("lte", "", 32.0, 0.20),
        (NOISE, "8", 30.0, 0.10),  # stronger noise first: the order of rows must not matter
        (NOISE, "4", 31.0, 0.16),
        ("fcs", "mean", 30.5, 0.13),  # noise there: half way from 0.10 to 0.16
        ("fcs", "mode", 31.5, 0.09),  # noise there: 0.18
        ("fcs", "above", 32.5, 0.10),
        ("fcs", "below", 29.0, 0.10),
    ]
    one = pd.DataFrame(rows, columns=["model", "decode", "psnr", "lpips"])
    other = one.assign(dataset="Other", psnr=one["psnr"] - 5, lpips=2 * one["lpips"])
    both = pd.concat([one.assign(dataset="One"), other], ignore_index=True)
    return both.assign(scale=4).sample(frac=1, random_state=0)


def of(values, table, dataset, decode):
    return values[(table["dataset"] == dataset) & (table["decode"] == decode)].item()


@pytest.mark.parametrize("dataset", ["One", "Other"])
def test_noise_at_the_same_psnr_is_interpolated(table, dataset):
    gain = beyond_noise(table)
    assert of(gain, table, dataset, "mean") == pytest.approx(0)
    assert of(gain, table, dataset, "mode") == pytest.approx(50)
    assert of(gain, table, dataset, "8") == pytest.approx(0)


def test_beyond_the_curve_nothing_is_said(table):
    gain = beyond_noise(table)
    assert math.isnan(of(gain, table, "One", "above"))
    assert math.isnan(of(gain, table, "One", "below"))


def test_lte_is_each_sets_own(table):
    against = over_lte(table)
    for dataset in ("One", "Other"):
        assert of(against["times"], table, dataset, "mode") == pytest.approx(0.20 / 0.09)
        assert of(against["psnr"], table, dataset, "mode") == pytest.approx(-0.5)


def test_the_curve_ends_at_lte(table):
    curve = noise_curve(table[table["dataset"] == "One"])
    assert curve["psnr"].tolist() == [30.0, 31.0, 32.0]
    assert curve["model"].tolist() == [NOISE, NOISE, "lte"]
