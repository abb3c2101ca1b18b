"""The benchmarks' plain loop answers as fcsr does, and the page of their numbers holds them."""

import importlib
import operator
import shutil
from pathlib import Path

import pytest
import torch

from fcsr import CS, FCS, LTE, decoding
from fcsr.inference import render

ROOT = Path(__file__).parents[2]
BENCHMARKS = ROOT / "benchmarks"
PAGE = ROOT / "docs" / "performance.md"


@pytest.mark.parametrize(
    "kind, decode, options",
    [(LTE, None, {}), (CS, "mean", {}), (FCS, "mean", {}), (FCS, "mean", {"shared": False})],
)
@pytest.mark.parametrize("chunk", [37, 30_000])
def test_the_published_loop_renders_the_same(
    kind, decode, options, chunk, tiny, photograph, monkeypatch
):
    monkeypatch.syspath_prepend(BENCHMARKS)
    import plain

    monkeypatch.setattr(plain, "CHUNK", chunk)
    model, image = tiny(kind, **options), photograph(6, 9, batch=2)
    size = (19, 25)
    [ours] = render(model, image, size, [decode], progress=False)
    theirs = plain.Plain(model).render(image, size, decode)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5)


@pytest.mark.parametrize("script", [path.stem for path in sorted(BENCHMARKS.glob("*.py"))])
def test_every_script_finds_what_it_imports(script, monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    assert importlib.import_module(script).__doc__


def test_a_table_goes_on_whatever_its_images_are_called(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    import measure

    key, out = ["dataset", "scale", "image"], tmp_path / "table.csv"
    jobs = {("B100", 4.0, name): (row_of, name) for name in ("001", "002", "baby")}
    measure.fill(out, key, dict(list(jobs.items())[1:]), workers=1)
    measure.fill(out, key, jobs, workers=1)
    rows = [line.split(",") for line in out.read_text().splitlines()]
    assert rows[0] == [*key, "psnr"]
    assert [row[2] for row in rows[1:]] == ["001", "002", "baby"]


def row_of(name: str) -> list[dict]:
    return [{"psnr": float(len(name))}]


def test_operations_are_counted_without_doing_them(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    from inference import Job, operations

    counts = [operations(Job("lte", "compact", side=side)) for side in (64, 128)]
    assert counts[0] > 64**2 * 2 * (2 * 128**2 + 128 * 3), "two layers and the head, at least"
    assert counts[1] == pytest.approx(4 * counts[0], rel=0.05)
    assert operations(Job("lte", "compact", precision="bfloat16", side=64)) == counts[0]


def test_imdn_is_of_its_published_size_and_runs_as_it_is_timed(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    import imdn

    assert sum(weight.numel() for weight in imdn.IMDN().parameters()) == 715_176
    for job in imdn.JOBS:
        if not job.compiled:
            made = imdn.renderer(job, side=64)()
            assert made.shape == (1, 3, 64, 64) and made.dtype == torch.float32


@pytest.mark.parametrize("name", ["imdn.csv", "inference.csv", "precision.csv"])
def test_the_page_holds_what_was_measured(name, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(BENCHMARKS)
    from measure import paste

    page = shutil.copy(PAGE, tmp_path / PAGE.name)
    paste(ROOT / "figures" / name, page)
    assert page.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")


def test_a_spike_far_from_the_mean_cannot_win(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    from decodes import mode_near_mean

    spike = torch.full((256,), 1e-9)
    spike[255], spike[99], spike[100:110] = 0.2, 0.1, 0.07
    assert decoding.mode(spike.log()) == 255
    assert decoding.mean(spike.log()) == pytest.approx(0.2 * 255 + 9.9 + 0.7 * 104.5, abs=0.01)
    assert mode_near_mean(spike.log(), radius=40.0) == 99
    assert mode_near_mean(spike.log().bfloat16(), radius=40.0) == 99
    assert mode_near_mean(spike.log(), radius=200.0) == 255


def test_a_table_is_gone_on_with(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(BENCHMARKS)
    import measure

    out, broken = tmp_path / "table.csv", (operator.truediv, 1, 0)
    jobs = {("a", 0): (list, [{"x": 0.5, "y": ""}]), ("b", 1): broken}
    with pytest.raises(ZeroDivisionError):
        measure.fill(out, ["name", "seed"], jobs, workers=1)
    first = "name,seed,x,y\na,0,0.5000,\n"
    assert out.read_text() == first
    jobs = {("a", 0): broken, ("b", 1): (list, [{"x": 2.0, "y": "c"}, {"x": 3.0, "y": "d"}])}
    measure.fill(out, ["name", "seed"], jobs, workers=1)
    assert out.read_text() == first + "b,1,2.0000,c\nb,1,3.0000,d\n"
