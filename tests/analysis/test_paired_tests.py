"""Effects are differences of pairs, tested together."""

from pathlib import Path

import pandas as pd
import pytest

from fcsr.analysis import paired_tests
from fcsr.analysis.ablation import KEY
from fcsr.analysis.variants import DESIGN

COMMITTED = Path(__file__).parents[2] / "figures" / "ablations.csv"


def rows(axis, variant, *psnrs, decode="mode"):
    """A training for each PSNR, which has the seeds 0, 1, ..."""
    alike = {"decode": decode, "lpips": 0.5, "black": 1.0, "bright": 0.0}
    return [
        dict(zip(KEY, (axis, "FCS", variant, seed), strict=True)) | alike | {"psnr": psnr}
        for seed, psnr in enumerate(psnrs)
    ]


def test_effects_are_differences_of_pairs():
    start, design = rows("start", "lte", 99.0), rows(DESIGN, "as designed", 20.0, 30.0)
    table = pd.DataFrame([*start, *design, *reversed(rows("prior", "no prior", 19.0, 28.0))])
    [(index, effect)] = paired_tests.effects(table).iterrows()
    assert index == ("prior", "FCS", "no prior", "mode")
    assert effect["psnr", "mean"] == -1.5
    assert effect["psnr", "std"] == pytest.approx(0.5**0.5)  # of -1 and -2
    assert effect["black", "mean"] == 0
    assert [column for column in effect.index if column[1] in ("p", "p_holm")] == [
        ("psnr", "p"),
        ("psnr", "p_holm"),
        ("lpips", "p"),
        ("lpips", "p_holm"),
    ]


def test_effects_are_tested_by_pairs_and_corrected_for_all():
    def p(t):  # in closed form, for 3 pairs
        return 1 - t / (2 + t**2) ** 0.5

    table = pd.DataFrame(
        [
            *rows(DESIGN, "as designed", 20.0, 30.0, 40.0),
            *rows("prior", "no prior", 19.0, 28.0, 37.0),  # -1, -2, -3: t = 2 sqrt(3)
            *rows("width", "sigma 2.5", 29.0, 40.0, 51.0),  # 9, 10, 11: t = 10 sqrt(3)
        ]
    )
    found = paired_tests.effects(table).droplevel(["axis", "model", "decode"])
    small, large = p(2 * 3**0.5), p(10 * 3**0.5)
    assert found["psnr", "p"].to_dict() == pytest.approx({"no prior": small, "sigma 2.5": large})
    corrected = {"no prior": 3 * small, "sigma 2.5": 4 * large}  # of 4 p: LPIPS has 2 more
    assert found["psnr", "p_holm"].to_dict() == pytest.approx(corrected)
    assert list(found["lpips", "p"]) == list(found["lpips", "p_holm"]) == [1, 1]  # no difference


def test_one_seed_is_no_test():
    designed, changed = rows(DESIGN, "as designed", 20.0), rows("prior", "no prior", 19.0)
    [(_, effect)] = paired_tests.effects(pd.DataFrame([*designed, *changed])).iterrows()
    assert effect["psnr", "mean"] == -1
    assert effect["psnr"][["std", "p", "p_holm"]].isna().all()


def test_what_notebook_09_claims_survives_the_correction():
    effects = paired_tests.effects(pd.read_csv(COMMITTED, keep_default_na=False))
    surviving = {
        (*row[:3], f"{measure} of the {row[3]}")
        for measure in paired_tests.TESTED
        for row in effects.index[effects[measure, "p_holm"] < 0.05]
    }
    assert surviving == {
        ("filter", "FCS", "Ideal", "psnr of the mean"),
        ("filter", "FCS", "BicubicDownUp", "psnr of the mean"),
        ("prior", "CS", "no prior", "lpips of the mean"),
        ("head", "CS", "mixture of 1", "psnr of the mean"),
    }, "notebook 09 speaks of others"
