"""Results that are files are measured as if fcsr had made them."""

from pathlib import Path

import pandas as pd
import pytest
from command import fcsr

from fcsr import evaluate, evaluation, images, upscale
from fcsr.errors import EvaluationError, FcsrError, ImageError
from fcsr.evaluation.scoring import find_results
from fcsr.metrics import DIV2K, METRICS

NAMES = ("astronaut", "chelsea")


@pytest.fixture
def originals(tmp_path) -> Path:
    """Two photographs whose sides are no multiples of 2."""
    folder = tmp_path / "originals"
    folder.mkdir()
    for name in NAMES:
        images.save(images.sample(name).crop((100, 100, 181, 165)), folder / f"{name}.png")
    return folder


@pytest.fixture
def results(tmp_path, originals) -> Path:
    """What bicubic interpolation makes of them at x2."""
    from fcsr.data import benchmark

    folder = tmp_path / "bicubic"
    folder.mkdir()
    for name, lr, hr in benchmark(originals, 2):
        sr = upscale(lr, size=(hr.height, hr.width), model="bicubic")
        images.save(sr, folder / f"{name}_x2.png")
    return folder


def test_files_have_the_numbers_of_what_they_were_made_by(originals, results):
    scored = evaluation.score(results, originals, 2, metrics=[*METRICS], progress=False)
    table = evaluate("bicubic", originals, 2, metrics=[*METRICS], progress=False)
    depends = ["weights", "files"]
    pd.testing.assert_frame_equal(scored.drop(columns=depends), table.drop(columns=depends))
    assert scored.attrs == table.attrs
    assert scored["files"].equals(table["files"]) and scored["weights"].nunique() == 2


def test_one_file_has_one_number(originals, results):
    table = evaluation.score(
        results / "chelsea_x2.png", originals / "chelsea.png", 2, protocol=DIV2K, metrics="psnr"
    )
    assert table[["image", "method", "protocol"]].values.tolist() == [
        ["chelsea", "chelsea_x2", "rgb, shave 8"]
    ]
    [whole] = evaluation.score(results, originals, 2, protocol=DIV2K, metrics="psnr")["psnr"][1:]
    assert table["psnr"].item() == whole


@pytest.mark.parametrize(
    "file, original",
    [
        ("baby.png", "baby"),
        ("babyx4.jpg", "baby"),
        ("baby_SRx4_final.png", "baby"),
        ("baby (1).png", "baby"),
        ("img_1_2_x4.png", "img_1_2"),
        ("img_1_x4.png", "img_1"),
        ("아기-결과.png", "아기"),
        ("a.jpg", "a.jpg"),
    ],
)
def test_a_result_is_named_after_its_original(file, original, tmp_path):
    names = ["baby", "img_1", "img_1_2", "아기", "a.jpg"]
    (tmp_path / file).touch()
    others = [f"{name}.png" for name in names if name not in (original, "a.jpg")]
    others += ["a.jpg"] * (original != "a.jpg")
    for other in others:
        (tmp_path / other).touch()
    assert find_results(tmp_path, names)[names.index(original)].name == file


@pytest.mark.parametrize(
    "files, message",
    [
        ([], "neither a picture nor a folder"),
        (["baby.png"], "lacks 1 of 2 results: bird"),
        (["baby.png", "bird.png", "babyfood.png"], "babyfood.png is named after none"),
        (["baby.png", "baby_x4.png", "bird.png"], "are both named after baby"),
        (["baby.png", "birdx.png"], "birdx.png is named after none"),
    ],
)
def test_files_without_a_counterpart_are_refused(files, message, tmp_path):
    for file in files:
        (tmp_path / file).touch()
    with pytest.raises(ImageError, match=message):
        find_results(tmp_path, ["baby", "bird"])


def test_files_that_cannot_be_measured_are_named_and_the_others_measured(
    originals, results, tmp_path
):
    images.save(images.sample("chelsea").crop((0, 0, 81, 65)), results / "chelsea_x2.png")
    rows = tmp_path / "new" / "rows.csv"
    done = fcsr("score", results, originals, "--scale", 2, "--metric", "psnr", "--out", rows)
    assert done.returncode == 1, done.stderr
    assert "chelsea_x2.png has 81x65 pixels; a result of x2 has 80x64" in done.stderr
    assert "Y of BT.601" in done.stdout and "bicubic" in done.stdout
    assert list(pd.read_csv(rows)["image"]) == ["astronaut"]
    (results / "chelsea_x2.png").write_text("no image")
    with pytest.raises(EvaluationError, match=r"1 of 2 images.*\n.*chelsea_x2") as caught:
        evaluation.score(results, originals, 2, metrics="psnr")
    assert len(caught.value.table) == 1


def test_a_table_that_cannot_be_written_is_refused_at_once(originals, results):
    with pytest.raises(FcsrError, match=r"chelsea.png.* cannot be used"):
        evaluation.score(results, originals, 2, out=originals / "chelsea.png" / "rows.csv")
