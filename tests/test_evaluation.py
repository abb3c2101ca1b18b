"""fcsr.evaluation: tables that equal what upscale and metrics give one by one."""

from pathlib import Path

import pytest

from fcsr import evaluate, evaluation, images, metrics, upscale
from fcsr.errors import FcsrError, ImageError

ROOT = Path(__file__).parents[1]
BENCHMARK = ROOT.parent / "shared" / "data" / "benchmark"


@pytest.fixture
def root(tmp_path) -> Path:
    """A set of two crops in the benchmark layout, x2."""
    for folder in ("HR", "LR_bicubic/X2"):
        (tmp_path / "Tiny" / folder).mkdir(parents=True)
    for name in ("astronaut", "chelsea"):
        hr = images.sample(name).crop((100, 100, 164, 148))
        lr = upscale(hr, size=(24, 32), model="bicubic")
        hr.save(tmp_path / "Tiny" / "HR" / f"{name}.png")
        lr.save(tmp_path / "Tiny" / "LR_bicubic" / "X2" / f"{name}x2.png")
    return tmp_path


def test_rows_equal_the_metrics_of_each_image(root):
    table = evaluate("lte-compact", "Tiny", scale=2, root=root)
    assert list(table["image"]) == ["astronaut", "chelsea"]
    for name, row in table.set_index("image").iterrows():
        lr = images.load(root / "Tiny" / "LR_bicubic" / "X2" / f"{name}x2.png")
        hr = images.to_tensor(images.load(root / "Tiny" / "HR" / f"{name}.png"))
        sr = images.to_tensor(upscale(lr, scale=2, model="lte-compact"))
        assert row["psnr"] == metrics.psnr(sr, hr, channel="y", shave=2)
        assert row["lpips"] == metrics.lpips(sr, hr)
        assert (row["black"], row["bright"]) == metrics.artifact_rate(sr, hr)[:2]
    assert "shaved" in table.attrs["protocol"] and "[-1, 1]" in table.attrs["protocol"]


def test_the_root_may_come_from_the_environment(root, monkeypatch):
    monkeypatch.setenv("FCSR_DATA", str(root))
    assert len(evaluate("bicubic", "Tiny", scale=2)) == 2


def test_missing_data_is_named(root, monkeypatch):
    monkeypatch.delenv("FCSR_DATA", raising=False)
    with pytest.raises(FcsrError, match="FCSR_DATA"):
        evaluate("bicubic", "Tiny", scale=2)
    with pytest.raises(ImageError, match="Nowhere"):
        evaluate("bicubic", "Nowhere", scale=2, root=root)


def test_compare_gives_a_row_a_model_and_reads_the_decode(root):
    table = evaluation.compare(["bicubic", "cs-compact", "cs-compact:mean"], "Tiny", [2], root)
    assert list(table.index) == ["bicubic", "cs-compact", "cs-compact:mean"]
    mean = evaluate("cs-compact", "Tiny", 2, root, decode="mean").mean(numeric_only=True)
    assert table.loc["cs-compact:mean", "x2 psnr"] == mean["psnr"]
    assert table.loc["cs-compact:mean", "x2 psnr"] != table.loc["cs-compact", "x2 psnr"]
    markdown = evaluation.to_markdown(table)
    assert f"{table.loc['bicubic', 'x2 psnr']:.2f}" in markdown
    assert f"{table.loc['bicubic', 'x2 lpips']:.4f}" in markdown


@pytest.mark.skipif(not BENCHMARK.is_dir(), reason=f"needs the benchmark sets in {BENCHMARK}")
@pytest.mark.parametrize("model", ["lte", "fcs"])
def test_the_readme_prints_what_we_measure(model):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")] for line in readme.splitlines()]
    header = next(row for row in rows if row[1:3] == ["model", "x2 psnr"])
    printed = dict(zip(header, next(row for row in rows if row[1:2] == [model]), strict=True))
    means = evaluate(model, "Set5", 4, BENCHMARK).mean(numeric_only=True)
    # a rounding apart, as another machine may be
    assert float(printed["x4 psnr"]) == pytest.approx(means["psnr"], abs=0.011)
    assert float(printed["x4 lpips"]) == pytest.approx(means["lpips"], abs=2e-4)
    found = means["black"] + means["bright"]
    assert float(printed["x4 artifacts"]) == pytest.approx(found, abs=0.11)
