"""Shards of an evaluation that share a folder give the table of a whole one."""

from pathlib import Path

import pytest

from fcsr import evaluate, images, upscale
from fcsr.errors import EvaluationError, FcsrError
from fcsr.evaluation.results import Results
from fcsr.utils.files import locks

FILES = ("images.csv", "means.csv", "means.md", "compare.csv")


@pytest.fixture
def photographs(tmp_path) -> Path:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number in range(5):
        box = (40 * number, 100, 40 * number + 32, 128)
        images.sample("coffee").crop(box).save(folder / f"{number}.png")
    return folder


def measure(photographs: Path, out: Path, shard: str | None = None, **options):
    return evaluate(
        ["bicubic", "lte-compact"],
        photographs,
        [2, 3],
        out=out,
        metrics=["psnr", "artifacts"],
        base="bicubic",
        progress=False,
        shard=shard,
        **options,
    )


def test_shards_meet_in_a_folder_and_the_whole_measures_only_what_they_have_not(
    photographs, tmp_path, monkeypatch
):
    whole = measure(photographs, tmp_path / "whole")
    out, tables = tmp_path / "out", []
    for shard in ("3/3", "1/3"):
        tables.append(measure(photographs, out, shard))
        assert not any((out / name).exists() for name in FILES)
    assert [len(table) for table in tables] == [6, 8]
    known = {(row["image"], row["scale"], row["method"]) for row in Results(out).read()}
    assert len(known) == 14
    made = []
    monkeypatch.setattr("fcsr.evaluation.methods.render", counted(made))
    merged = measure(photographs, out)
    assert len(made) == 3, "what shard 2/3 would have measured"
    assert merged.equals(whole)
    for name in FILES:
        assert (out / name).read_text() == (tmp_path / "whole" / name).read_text()
    assert not list(out.glob("*.partial"))
    assert measure(photographs, out, "2/3")["psnr"].notna().all() and len(made) == 3


def counted(made: list):
    from fcsr.inference import render

    return lambda *arguments, **options: made.append(1) or render(*arguments, **options)


def test_a_shard_that_was_killed_while_it_wrote_goes_on(photographs, tmp_path, monkeypatch):
    out = tmp_path / "out"
    before = measure(photographs, out, "1/2")
    [partial] = out.glob("*.partial")
    partial.write_bytes(partial.read_bytes()[:-20])
    made = []
    monkeypatch.setattr("fcsr.evaluation.methods.render", counted(made))
    assert measure(photographs, out, "1/2").equals(before)
    assert len(made) == 1
    assert len(Results(out).read()) == len(before)


def test_shards_are_written_at_once_but_not_beside_the_whole(photographs, tmp_path, monkeypatch):
    out = tmp_path / "out"
    monkeypatch.setattr(locks, "TIMEOUT_S", 0)
    with Results(out, shard="1/2").locked():
        measure(photographs, out, "2/2")
        for shard, who in ((None, r"out \(1-of-2\)"), ("1/2", r"out \(1-of-2\)")):
            with pytest.raises(FcsrError, match=rf"another process writes to .*{who}; wait"):
                measure(photographs, out, shard)
    with (
        Results(out).locked(),
        pytest.raises(FcsrError, match=r"another process writes to .*out; wait"),
    ):
        measure(photographs, out, "1/2")
    assert len(measure(photographs, out)) == 20


def test_an_image_that_cannot_be_measured_is_named_by_its_shard(photographs, tmp_path):
    (photographs / "2.png").write_bytes(b"no image")
    out = tmp_path / "out"
    for shard, scale in (("1/2", 2), ("2/2", 3)):
        with pytest.raises(
            EvaluationError, match=rf"1 of 5 images .*\n.*, 2, x{scale}: "
        ) as caught:
            measure(photographs, out, shard)
        assert len(caught.value.table) == 8
    with pytest.raises(EvaluationError, match="2 of 10 images could not be measured"):
        measure(photographs, out)


def test_more_shards_than_images_are_empty(photographs, tmp_path):
    assert len(measure(photographs, tmp_path / "out", "11/11")) == 0


@pytest.mark.parametrize(
    ("shard", "out", "message"),
    [("0/3", "out", 'shard is "0/3"'), ("1/2", None, "a shard needs out"), ("", "out", "shard is")],
)
def test_a_shard_that_cannot_be_is_refused(photographs, tmp_path, shard, out, message):
    with pytest.raises(FcsrError, match=message):
        measure(photographs, out and tmp_path / out, shard)
    assert not (tmp_path / "out").exists()


def test_a_device_is_that_of_models_given_by_name(photographs):
    with pytest.raises(FcsrError, match='there is no device "tpu"'):
        evaluate("lte-compact", photographs, 2, metrics="psnr", device="tpu")
    table = evaluate("lte-compact", photographs, 2, metrics="psnr", device="cpu", progress=False)
    assert len(table) == 5
    assert upscale(images.sample("coffee").crop((0, 0, 4, 4)), 2, device="cpu").size == (8, 8)
