"""Measured as everything is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fcsr import evaluate, frequency, images, metrics, models
from fcsr.analysis import measuring
from fcsr.analysis.measuring import MEASURES


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
    rows = measuring.measure(fcs, recipe)
    assert [row.pop("decode") for row in rows] == ["mode", "mean"]
    assert [pytest.approx(row) for row in rows] == [dict(each) for each in expected]
    [lte] = measuring.measure(models.load("lte-compact"), recipe)
    assert lte["decode"] == "" and lte["psnr"] > rows[0]["psnr"]


def test_a_low_band_is_measured_as_an_image(recipe):
    held = [image(name) for name in ("chelsea", "coffee")]
    f = frequency.Gaussian(1.0)
    [row] = measuring.low_band(f, recipe)
    assert row["decode"] == ""
    assert row["psnr"] == pytest.approx(
        np.mean([metrics.BENCHMARK.psnr(f(hr), hr, 4) for hr in held])
    )
    assert row["lpips"] == pytest.approx(np.mean([metrics.lpips(f(hr), hr) for hr in held]))


def image(name):
    return images.to_tensor(images.sample(name).crop((150, 120, 230, 200)))
