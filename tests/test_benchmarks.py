"""The benchmarks' plain loop answers as fcsr does, and the page of their numbers holds them."""

import shutil
from pathlib import Path

import pytest
import torch

from fcsr import CS, FCS, LTE
from fcsr.inference import render

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance.md"


@pytest.mark.parametrize(
    "kind, decode, options",
    [(LTE, None, {}), (CS, "mean", {}), (FCS, "mean", {}), (FCS, "mean", {"shared": False})],
)
@pytest.mark.parametrize("chunk", [37, 30_000])
def test_the_published_loop_renders_the_same(
    kind, decode, options, chunk, tiny, photograph, monkeypatch
):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import plain

    monkeypatch.setattr(plain, "CHUNK", chunk)
    model, image = tiny(kind, **options), photograph(6, 9, batch=2)
    size = (19, 25)
    [ours] = render(model, image, size, [decode], progress=False)
    theirs = plain.Plain(model).render(image, size, decode)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", ["inference.csv", "precision.csv"])
def test_the_page_holds_what_was_measured(name, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    from measure import paste

    page = shutil.copy(PAGE, tmp_path / PAGE.name)
    paste(ROOT / "figures" / name, page)
    assert page.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")
