"""The paper's table and its yardstick, copied right and read right."""

from pathlib import Path

import pandas as pd
import pytest

from fcsr.evaluation import paper

ROOT = Path(__file__).parents[3]
REFERENCE = Path(__file__).parents[4] / "shared" / "reference"
BESIDE = pytest.mark.skipif(not REFERENCE.is_dir(), reason=f"needs the reference in {REFERENCE}")


@BESIDE
def test_the_paper_is_quoted_to_the_digit():
    assert paper.paper().equals(pd.read_csv(REFERENCE / "paper_table1.csv"))
    assert len(paper.paper()) == 5 * 3 * 3


@BESIDE
def test_imdn_is_quoted_to_the_digit():
    measured = pd.read_csv(REFERENCE / "measured.csv").query("method == 'IMDN'")
    ours = paper.imdn()
    assert ours["psnr"].tolist() == measured["psnr_y"].tolist()
    columns = ["dataset", "scale", "images", "lpips", "lpips_01", "lpips_255"]
    assert ours[columns].equals(measured[columns].reset_index(drop=True))


def test_published_networks_are_quoted_right():
    """PSNR and LPIPS on Set5, Set14 and B100, typed once more, to two and four digits."""
    table = paper.published().query("scale == 4").set_index(["method", "dataset"])
    assert table.index.is_unique and len(table) == 5 * 3
    typed = {
        "SRGAN": [29.17, 0.0882, 26.17, 0.1663, 25.46, 0.1980],
        "NatSR": [30.99, 0.0939, 27.51, 0.1758, 26.45, 0.2114],
        "ESRGAN": [30.45, 0.0748, 26.28, 0.1329, 25.32, 0.1614],
        "SPSR": [30.40, 0.0644, 26.64, 0.1318, 25.51, 0.1611],
    }
    for method, numbers in typed.items():
        cells = table.loc[method].loc[["Set5", "Set14", "B100"], ["psnr", "lpips"]]
        assert cells["psnr"].tolist() == pytest.approx(numbers[::2], abs=0.00501)
        assert cells["lpips"].tolist() == numbers[1::2]


def test_published_numbers_were_measured_as_ours_are():
    theirs = paper.published().query("method == 'bicubic'").set_index(paper.CELL)
    table = pd.read_csv(ROOT / "figures" / "table1.csv")
    ours = table.query("method == 'bicubic'").set_index(paper.CELL).loc[theirs.index]
    assert len(theirs) == 3
    assert (theirs["psnr"] - ours["psnr"]).abs().max() < 0.02
    assert (theirs["lpips"] - ours["lpips"]).abs().max() < 0.001


def test_cells_are_beside_those_of_the_same_set_and_scale():
    row = paper.side_by_side().loc["B100", 3]
    assert row.to_dict() == {
        "Baseline": 0.2291,
        "CS": 0.0977,
        "FCS": 0.1001,
        "lpips": 0.2818,
        "lpips_01": 0.2313,
        "lpips_255": 0.1007,
    }


def test_every_cell_of_a_method_is_nearest_to_one_range():
    nearest = paper.nearest_ranges()
    assert len(nearest) == 11
    assert {name: set(column) for name, column in nearest.items()} == {
        "Baseline": {"lpips_01"},
        "CS": {"lpips_255"},
        "FCS": {"lpips_255"},
    }


def test_gains_by_hand():
    gains = paper.gains("CS").loc["Set5", 4]
    assert gains["printed"] == pytest.approx(100 * (1 - 0.0722 / 0.1356))
    assert gains["one_range"] == pytest.approx(100 * (1 - 0.0722 / (0.1356 * 0.0786 / 0.1369)))


def test_the_papers_cells_are_taken_to_the_proper_range_by_imdns_factor():
    cells = paper.in_proper_range().set_index(["dataset", "scale", "method"]).sort_index()
    assert cells.loc[("B100", 3, "CS"), "lpips"] == pytest.approx(0.0977 * 0.2818 / 0.1007)
    assert cells.loc[("B100", 3, "Baseline"), "lpips"] == pytest.approx(0.2291 * 0.2818 / 0.2313)
    assert len(cells) == 3 * 11  # IMDN was measured on eleven of the paper's fifteen
    printed = paper.paper().set_index(["dataset", "scale", "method"]).sort_index()
    assert (cells["psnr"] == printed["psnr"].loc[cells.index]).all()
