"""The metrics by name: their columns, what they need, and what explains them."""

import sys

import pytest

from fcsr import metrics
from fcsr.errors import FcsrError
from fcsr.metrics import lpips_network


def test_columns():
    assert metrics.columns(metrics.METRICS) == (
        *("psnr", "ssim", "lpips", "lpips_01", "lpips_255"),
        *("lpips_vgg", "dists", "lr_psnr", "lattice", "black", "bright"),
    )
    assert metrics.MEASURES == ("psnr", "lpips", "lpips_01", "lpips_255", "black", "bright")
    assert metrics.columns(["artifacts", "ssim"]) == ("black", "bright", "ssim")


@pytest.mark.parametrize("ask", [metrics.columns, metrics.prepare, metrics.BENCHMARK.explain])
def test_unknown_names_are_refused_with_those_that_are_known(ask):
    with pytest.raises(FcsrError, match=r'no metric "gmsd"; choose from psnr, ssim, .*artifacts'):
        ask(["psnr", "gmsd"])


def test_higher_is_better_in_db_and_ssim_only():
    higher = {name for name in metrics.columns(metrics.METRICS) if metrics.better(name) == 1}
    lower = {name for name in metrics.columns(metrics.METRICS) if metrics.better(name) == -1}
    assert higher == {"psnr", "ssim", "lr_psnr"}
    assert higher | lower == set(metrics.columns(metrics.METRICS))


def test_digits():
    assert [metrics.digits(name) for name in ("psnr", "lpips", "black")] == [2, 4, 1]
    for ask in (metrics.digits, metrics.better):
        with pytest.raises(
            FcsrError, match='no metric has a column "artifacts"; there are psnr, ssim,'
        ):
            ask("artifacts")


def test_prepare_finds_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "lpips", None)
    lpips_network.network.cache_clear()
    metrics.prepare(["psnr", "ssim", "lr_psnr", "lattice", "artifacts"])
    for name in ("lpips", "lpips_01", "lpips_vgg"):
        with pytest.raises(FcsrError, match=r'package lpips: pip install "fcsr\[metrics\]"'):
            metrics.prepare(["psnr", name])


def test_explanations_are_of_what_was_measured():
    explain = metrics.BENCHMARK.explain
    assert explain(["lpips"]) == (
        "LPIPS: AlexNet v0.1, whole images in [-1, 1], as it asks for. "
        "Of 8-bit images; means of images."
    )
    assert "; lpips_255 feeds it [0, 255]." in explain(["psnr", "lpips_255"])
    assert explain(["lpips_01", "lpips"]).count("LPIPS") == 1
    assert explain(["lpips_01", "lr_psnr", "lpips_255", "lattice"]).startswith(
        "LPIPS: AlexNet v0.1, whole images; lpips_01 and lpips_255 feed it [0, 1] and [0, 255]. "
        "lr_psnr: PSNR in dB"
    )
    assert explain(["ssim"]).startswith("SSIM: Y of BT.601 (16-235), `scale` border pixels shaved.")
    for name in metrics.METRICS:
        assert explain([name]) != explain([]), name
