"""Trained alike, measured as everything is, and summed up by seeds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcsr import evaluate, frequency, images, metrics, models
from fcsr.analysis import ablation
from fcsr.analysis.ablation import KEY, MEASURES
from fcsr.analysis.variants import AXES, DESIGN, DESIGNS
from fcsr.errors import FcsrError

COMMITTED = Path(__file__).parents[2] / "figures" / "ablations.csv"


@pytest.fixture
def recipe(tmp_path):
    (tmp_path / "photographs").mkdir()
    for name in ("astronaut", "chelsea", "coffee"):  # the last two, by name, are held out
        photograph = images.sample(name).crop((150, 120, 230, 200))
        images.save(photograph, tmp_path / "photographs" / f"{name}.png")
    small = {"batch": 1, "lr_size": 16, "queries": 64, "val_images": 2}
    return ablation.short_recipe(str(tmp_path / "photographs"), 2, **small)


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


def test_what_is_measured_is_what_evaluate_measures(recipe, tmp_path):
    (tmp_path / "held out").mkdir()
    for name in ("chelsea", "coffee"):
        path = Path(recipe.photographs) / f"{name}.png"
        path.rename(tmp_path / "held out" / path.name)
    recipe = replace(recipe, photographs=str(tmp_path / "held out"))
    fcs = models.load("fcs-compact")
    expected = [
        evaluate(fcs, recipe.photographs, decode=decode, progress=False)[MEASURES].mean()
        for decode in ("mode", "mean")
    ]
    rows = ablation.measure(fcs, recipe)
    assert [row.pop("decode") for row in rows] == ["mode", "mean"]
    assert [pytest.approx(row) for row in rows] == [dict(each) for each in expected]
    [lte] = ablation.measure(models.load("lte-compact"), recipe)
    assert lte["decode"] == "" and lte["psnr"] > rows[0]["psnr"]


def test_a_low_band_is_measured_as_an_image(recipe):
    held = [image(name) for name in ("chelsea", "coffee")]
    f = frequency.Gaussian(1.0)
    [row] = ablation.low_band(f, recipe)
    assert row["decode"] == ""
    assert row["psnr"] == pytest.approx(
        np.mean([metrics.BENCHMARK.psnr(f(hr), hr, 4) for hr in held])
    )
    assert row["lpips"] == pytest.approx(np.mean([metrics.lpips(f(hr), hr) for hr in held]))


def image(name):
    return images.to_tensor(images.sample(name).crop((150, 120, 230, 200)))


def test_a_study_trains_each_variant_with_each_seed(recipe):
    table = ablation.study("low_loss", recipe, "lte-compact", seeds=2)
    assert list(table.columns) == [*KEY, "decode", *MEASURES]
    names = [("as designed", 0), ("L1", 0), ("as designed", 1), ("L1", 1)]
    assert list(zip(table["variant"], table["seed"], strict=True))[::2] == names
    assert list(table["decode"]) == 4 * ["mode", "mean"]
    assert table["psnr"].nunique() == 8  # nothing was trained twice alike
    again = ablation.run(DESIGNS[1], replace(recipe, seed=1), "lte-compact")
    assert again == table[["decode", *MEASURES]].iloc[4:6].to_dict("records")


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
    [(index, effect)] = ablation.effects(table).iterrows()
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
    found = ablation.effects(table).droplevel(["axis", "model", "decode"])
    small, large = p(2 * 3**0.5), p(10 * 3**0.5)
    assert found["psnr", "p"].to_dict() == pytest.approx({"no prior": small, "sigma 2.5": large})
    corrected = {"no prior": 3 * small, "sigma 2.5": 4 * large}  # of 4 p: LPIPS has 2 more
    assert found["psnr", "p_holm"].to_dict() == pytest.approx(corrected)
    assert list(found["lpips", "p"]) == list(found["lpips", "p_holm"]) == [1, 1]  # no difference


def test_one_seed_is_no_test():
    designed, changed = rows(DESIGN, "as designed", 20.0), rows("prior", "no prior", 19.0)
    [(_, effect)] = ablation.effects(pd.DataFrame([*designed, *changed])).iterrows()
    assert effect["psnr", "mean"] == -1
    assert effect["psnr"][["std", "p", "p_holm"]].isna().all()


def test_what_notebook_09_claims_survives_the_correction():
    effects = ablation.effects(pd.read_csv(COMMITTED, keep_default_na=False))
    surviving = {
        (*row[:3], f"{measure} of the {row[3]}")
        for measure in ablation.TESTED
        for row in effects.index[effects[measure, "p_holm"] < 0.05]
    }
    assert surviving == {
        ("filter", "FCS", "Ideal", "psnr of the mean"),
        ("filter", "FCS", "BicubicDownUp", "psnr of the mean"),
        ("prior", "CS", "no prior", "lpips of the mean"),
        ("head", "CS", "mixture of 1", "psnr of the mean"),
    }, "notebook 09 speaks of others"


def test_the_committed_table_holds_all_variants_in_pairs_with_their_designs():
    table = pd.read_csv(COMMITTED, keep_default_na=False)
    rows = [(*row[KEY], row["decode"]) for _, row in table.iterrows()]
    assert len(set(rows)) == len(rows)
    assert rows.pop(0) == ("start", "LTE", "lte-compact", 0, "")
    filters = ("as designed", *(v.name for v in (*AXES["filter"], *AXES["width"])))
    low_bands, rows = rows[: len(filters)], rows[len(filters) :]
    assert low_bands == [(ablation.LOW_BAND, "FCS", name, 0, "") for name in filters]
    planned = [(axis, variant.model, variant.name) for axis, variant in ablation.plan(AXES)]
    once = [(*place, 0, decode) for place in planned for decode in ablation.DECODES]
    assert rows[: len(once)] == once, "python benchmarks/ablations.py goes on with it"
    assert {row[:3] for row in rows} == set(planned)
    paired = table[table["axis"] == DESIGN].groupby("seed")["model"].agg(set)
    assert len(paired) > 1 and all(models == {"CS", "FCS"} for models in paired)
    assert set(table["seed"]) == set(paired.index)
