"""Tables that equal what upscale and metrics give one by one, and survive."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import torch

from fcsr import CS, decoding, evaluate, evaluation, images, upscale
from fcsr.errors import CheckpointError, EvaluationError, FcsrError, ImageError
from fcsr.evaluation.results import Results
from fcsr.metrics import BENCHMARK, DIV2K, MEASURES, METRICS, columns, lpips_network

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SETS = ROOT.parent / "shared" / "data" / "benchmark"
TABLE = ROOT / "figures" / "table1.csv"
NAMES = ("dataset", "scale", "image", "method", "decode")
DEPENDS = ("protocol", "weights", "files")


@pytest.fixture
def root(tmp_path) -> Path:
    """A set of three crops in the benchmark layout, x2."""
    for folder in ("HR", "LR_bicubic/X2"):
        (tmp_path / "Tiny" / folder).mkdir(parents=True)
    for name in ("astronaut", "chelsea", "coffee"):
        hr = images.sample(name).crop((100, 100, 180, 164))
        lr = upscale(hr, size=(32, 40), model="bicubic")
        hr.save(tmp_path / "Tiny" / "HR" / f"{name}.png")
        lr.save(tmp_path / "Tiny" / "LR_bicubic" / "X2" / f"{name}x2.png")
    return tmp_path


def test_rows_equal_what_is_measured_of_each_image(root):
    table = evaluate("lte-compact", "Tiny", 2, root=root, metrics=[*METRICS])
    measures = columns(METRICS)
    assert tuple(table.columns) == (*NAMES, *measures, *DEPENDS)
    assert list(table["image"]) == ["astronaut", "chelsea", "coffee"]
    for name, row in table.set_index("image").iterrows():
        lr = images.to_tensor(images.load(root / "Tiny" / "LR_bicubic" / "X2" / f"{name}x2.png"))
        hr = images.to_tensor(images.load(root / "Tiny" / "HR" / f"{name}.png"))
        sr = upscale(lr, scale=2, model="lte-compact")
        assert {name: row[name] for name in measures} == BENCHMARK.measure(sr, hr, lr, 2, METRICS)
        assert row["protocol"] == "y, shave 2"


def test_only_the_metrics_that_are_asked_for_are_measured_in_their_order(root):
    table = evaluate("bicubic", "Tiny", 2, root=root, metrics=["artifacts", "ssim", "psnr"])
    assert tuple(table.columns) == (*NAMES, "psnr", "ssim", "black", "bright", *DEPENDS)
    usual = evaluate("bicubic", "Tiny", 2, root=root)
    assert tuple(usual.columns) == (*NAMES, *MEASURES, *DEPENDS)
    assert table["psnr"].equals(usual["psnr"]) and table["bright"].equals(usual["bright"])
    assert table["ssim"].between(0.5, 0.99).all()
    assert "LPIPS" not in table.attrs["protocol"] and "LPIPS" in usual.attrs["protocol"]


def test_models_sets_scales_and_decodes_multiply(root):
    models = ["bicubic", "cs-compact", "cs-compact:mean"]
    table = evaluate(models, ["Tiny", root / "Tiny" / "HR"], [2, 2.5], root=root)
    assert len(table) == 3 * 2 * 2 * 3
    means = evaluation.means(table)
    assert len(means) == 3 * 2 * 2 and set(means["images"]) == {3}
    one = evaluate("cs-compact", "Tiny", 2, decode="mean", root=root)
    row = means.query("dataset == 'Tiny' and scale == 2 and decode == 'mean'").iloc[0]
    assert row["psnr"] == pytest.approx(one["psnr"].mean(), abs=1e-12)


def test_models_of_ones_own_are_measured(root, tiny):
    table = evaluate(tiny(CS), "Tiny", 2, root=root)
    assert set(table["method"]) == {"cs"} and set(table["decode"]) == {"mode"}


def test_a_protocol_may_be_given_and_is_printed(root):
    table = evaluate("bicubic", "Tiny", 2, root=root, protocol=DIV2K)
    assert set(table["protocol"]) == {"rgb, shave 8"}
    markdown = evaluation.to_markdown(evaluation.means(table))
    assert markdown.startswith("Tiny. PSNR in dB: RGB, `scale` + 6 border pixels shaved.")
    assert f"{table['psnr'].mean():.2f}" in markdown
    assert f"{table['lpips_255'].mean():.4f}" in markdown


def test_the_root_may_come_from_the_environment(root, monkeypatch):
    monkeypatch.setenv("FCSR_DATA", str(root))
    assert len(evaluate("bicubic", "Tiny", scale=2)) == 3


@pytest.mark.parametrize(
    ("model", "dataset", "error", "message"),
    [
        ("bicubic", "Nowhere", ImageError, "Nowhere"),
        (["bicubic", "edsr"], "Tiny", CheckpointError, "edsr"),
        (["bicubic", "lte:mean"], "Tiny", FcsrError, "nothing to decode"),
    ],
)
def test_what_is_missing_is_named_before_anything_is_written(
    root, tmp_path, model, dataset, error, message
):
    out = tmp_path / "out"
    with pytest.raises(error, match=message):
        evaluate(model, ["Tiny", dataset], 2, root=root, out=out)
    assert not out.exists()


def test_what_is_done_is_kept_and_only_the_rest_is_measured(root, tmp_path):
    out = tmp_path / "out"
    evaluate("bicubic", "Tiny", 2, root=root, out=out)
    mark(out, psnr=1.0)
    table = evaluate(["bicubic", "lte-compact"], "Tiny", 2, root=root, out=out)
    assert set(table.query("method == 'bicubic'")["psnr"]) == {1.0}, "measured again"
    assert (table.query("method == 'lte-compact'")["psnr"] > 20).all()
    assert {path.name for path in out.glob("[!.]*")} == {"images.csv", "means.csv", "means.md"}
    means = pd.read_csv(out / "means.csv", keep_default_na=False)
    assert means["psnr"].tolist() == evaluation.means(table)["psnr"].tolist()


def test_metrics_are_added_to_a_folder_and_none_is_lost(root, tmp_path):
    out = tmp_path / "out"
    evaluate("bicubic", "Tiny", 2, root=root, out=out, metrics="psnr")
    mark(out, psnr=1.0)
    both = evaluate(
        ["bicubic", "lte-compact"], "Tiny", 2, root=root, out=out, metrics=("psnr", "ssim")
    )
    assert set(both.query("method == 'bicubic'")["psnr"]) == {1.0}, "measured again"
    assert (both.query("method == 'lte-compact'")["psnr"] > 20).all()
    assert both["ssim"].between(0.5, 0.99).all()
    table = evaluate("bicubic", "Tiny", 2, root=root, out=out, metrics="artifacts")
    assert tuple(table.columns) == (*NAMES, "black", "bright", *DEPENDS)
    kept = pd.read_csv(out / "images.csv", keep_default_na=False)
    assert tuple(kept.columns) == (*NAMES, "psnr", "ssim", "black", "bright", *DEPENDS)
    one = kept.query("method == 'bicubic'")
    assert one["psnr"].tolist() == [1.0] * 3
    assert one["ssim"].tolist() == both.query("method == 'bicubic'")["ssim"].tolist()
    assert one["bright"].astype(float).tolist() == table["bright"].tolist()
    assert kept.query("method == 'lte-compact'")["bright"].tolist() == [""] * 3


def test_models_are_queried_only_for_what_is_missing(root, tmp_path, tiny, monkeypatch):
    out, model = tmp_path / "out", tiny(CS)
    evaluate(model, "Tiny", 2, root=root, out=out, metrics=["psnr", "artifacts"])
    monkeypatch.setattr(CS, "query", None)
    table = evaluate(model, "Tiny", 2, root=root, out=out, metrics="artifacts")
    assert len(table) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metrics": ["psnr", "niqe"]}, r'no metric "niqe"; choose from psnr, ssim'),
        ({"metrics": []}, "metrics is empty; give some of psnr, ssim"),
        ({"base": "lte"}, "base is lte, which is not measured; give one of bicubic, cs-compact"),
    ],
)
def test_options_that_fit_nothing_are_refused_before_anything_is_written(
    root, tmp_path, options, message
):
    with pytest.raises(FcsrError, match=message):
        evaluate(["bicubic", "cs-compact"], "Tiny", 2, root=root, out=tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_a_base_is_compared_with_in_the_folder(root, tmp_path):
    out = tmp_path / "out"
    models = ["bicubic", "lte-compact"]
    table = evaluate(models, "Tiny", 2, root=root, out=out, metrics="psnr", base="bicubic")
    found = pd.read_csv(out / "compare.csv", keep_default_na=False)
    expected = evaluation.compare(table, "bicubic")
    assert found["method"].tolist() == ["lte-compact"] and found["images"].tolist() == [3]
    assert found["difference"].tolist() == expected["difference"].tolist()
    text = (out / "means.md").read_text()
    assert text == evaluation.to_markdown(evaluation.means(table), expected)
    assert "against bicubic" in text


WITHOUT = "import sys; sys.modules['lpips'] = None; from fcsr.cli import main; main()"


def test_without_lpips_the_rest_is_measured_and_said(root, tmp_path):
    options = command(root, tmp_path / "out", "bicubic")[1:]
    python = [sys.executable, "-c", WITHOUT]
    run = subprocess.run([*python, *options], capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    [line] = [line for line in run.stderr.splitlines() if line.startswith("fcsr: ")]
    assert "measuring psnr, ssim, artifacts, and no LPIPS: " in line and "pip install" in line
    assert {"psnr", "ssim", "black", "bright"} <= set(pd.read_csv(tmp_path / "out" / "means.csv"))

    options = command(root, tmp_path / "other", "bicubic")[1:]
    run = subprocess.run(
        [*python, *options, "--metric", "lpips"], capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 2 and "pip install" in run.stderr
    assert not (tmp_path / "other").exists()


def test_without_lpips_a_notebook_is_warned(root, monkeypatch):
    monkeypatch.setitem(sys.modules, "lpips", None)
    lpips_network.network.cache_clear()
    with pytest.warns(UserWarning, match="measuring psnr, ssim, artifacts, and no LPIPS: .* pip"):
        table = evaluate("bicubic", "Tiny", 2, root=root)
    assert tuple(table.columns) == (*NAMES, "psnr", "ssim", "black", "bright", *DEPENDS)
    for asked in ("lpips", ["psnr", "lpips_vgg"]):
        with pytest.raises(FcsrError, match="package lpips: pip install"):
            evaluate("bicubic", "Tiny", 2, root=root, metrics=asked)


def test_other_weights_are_measured_again(root, tmp_path, tiny):
    out, model = tmp_path / "out", tiny(CS)
    before = evaluate(model, "Tiny", 2, root=root, out=out)
    with torch.no_grad():
        next(model.parameters()).mul_(1.5)
    after = evaluate(model, "Tiny", 2, root=root, out=out)
    assert (before["weights"] != after["weights"]).all()
    assert (before["psnr"] != after["psnr"]).all()
    assert len(Results(out).read()) == 3


def gray(logits):
    return 0 * decoding.mean(logits) + 128


def test_a_decode_without_a_name_of_its_own_keeps_no_numbers(root, tmp_path, tiny):
    def also_gray(logits):
        return gray(logits)

    for nameless in (lambda logits: gray(logits), also_gray):
        with pytest.raises(FcsrError, match="give a function of a module, which has one"):
            evaluate(tiny(CS), "Tiny", 2, nameless, root, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    table = evaluate(tiny(CS), "Tiny", 2, gray, root, out=tmp_path / "out")
    assert set(table["decode"]) == {"gray"}


def test_other_images_of_the_same_names_are_measured_again(root, tmp_path):
    out = tmp_path / "out"
    before = evaluate("bicubic", "Tiny", 2, root=root, out=out)
    hr = root / "Tiny" / "HR" / "chelsea.png"
    images.load(hr).rotate(180).save(hr)
    after = evaluate("bicubic", "Tiny", 2, root=root, out=out)
    assert [*(before["psnr"] == after["psnr"])] == [True, False, True]


def test_two_evaluations_do_not_write_to_one_folder(root, tmp_path):
    out = tmp_path / "out"
    with (
        Results(out).locked(),
        pytest.raises(FcsrError, match=r"another process writes to .*out"),
    ):
        evaluate("bicubic", "Tiny", 2, root=root, out=out)
    evaluate("bicubic", "Tiny", 2, root=root, out=out)


def test_what_is_given_twice_counts_once(root):
    table = evaluate("bicubic", ["Tiny", "Tiny"], range(2, 4), root=root)
    assert evaluation.means(table)[["scale", "images"]].values.tolist() == [[2, 3], [3, 3]]
    assert len(evaluate("bicubic", "Tiny", [2, 2.0], root=root)) == 3


BAD = ("absent", "broken", "small")


@pytest.fixture
def half_bad(root) -> Path:
    """Three images that can be measured at x3, and three that cannot."""
    folder = root / "Tiny" / "HR"
    images.sample("coffee").crop((0, 0, 6, 6)).save(folder / "small.png")
    (folder / "broken.png").write_bytes(b"no image")
    (folder / "absent.png").symlink_to(folder / "nowhere.png")
    return root


def test_all_images_that_cannot_be_measured_are_named_and_the_others_measured(half_bad, tmp_path):
    out = tmp_path / "out"
    options = {"root": half_bad, "metrics": "psnr"}
    with pytest.raises(EvaluationError, match=r"^3 of 6 images could not be measured") as caught:
        evaluate(["bicubic", "lte-compact"], "Tiny", 3, out=out, base="bicubic", **options)
    lines = str(caught.value).splitlines()[1:]
    assert [line.split(":")[0] for line in lines] == [f"  Tiny, {name}, x3" for name in BAD]
    assert "pixels" in lines[2]
    for name in BAD:
        (half_bad / "Tiny" / "HR" / f"{name}.png").unlink()
    good = evaluate(["bicubic", "lte-compact"], "Tiny", 3, **options)
    assert caught.value.table.equals(good)
    for name in ("images.csv", "means.csv", "means.md", "compare.csv"):
        assert (out / name).is_file()
    assert len(Results(out).read()) == 6
    mark(out, psnr=1.0)
    again = evaluate(["bicubic", "lte-compact"], "Tiny", 3, out=out, **options)
    assert set(again["psnr"]) == {1.0}, "measured again"


@pytest.mark.parametrize("processes", [1, 2])
def test_the_command_prints_the_means_and_the_bad_files_and_fails(half_bad, tmp_path, processes):
    options = command(half_bad, tmp_path / "out", "bicubic")
    options[options.index("2")] = "3"
    launch = [str(BIN / "torchrun"), "--standalone", "--nproc-per-node", "2", "--no-python"]
    run = subprocess.run(
        [*(launch if processes == 2 else []), *options, "--metric", "psnr"],
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert run.returncode == 1
    assert run.stdout == (tmp_path / "out" / "means.md").read_text()
    assert "fcsr: 3 of 6 images could not be measured" in run.stderr
    assert [run.stderr.count(f"Tiny, {name}, x3: ") for name in BAD] == [1, 1, 1]
    assert len(Results(tmp_path / "out").read()) == 3
    assert processes == 2 or "Traceback" not in run.stderr


def test_where_no_image_can_be_measured_there_are_no_means(root, tmp_path):
    for path in (root / "Tiny" / "HR").iterdir():
        path.write_bytes(b"no image")
    options = [*command(root, tmp_path / "out", "bicubic"), "--metric", "psnr"]
    run = subprocess.run(options, capture_output=True, text=True, timeout=300)
    assert (run.returncode, run.stdout) == (1, "") and "Traceback" not in run.stderr
    assert "3 of 3 images could not be measured" in run.stderr
    assert not (tmp_path / "out" / "means.md").exists()


def test_where_none_is_measured_no_others_are_spoken_of(root):
    for path in (root / "Tiny" / "HR").iterdir():
        path.write_bytes(b"no image")
    with pytest.raises(EvaluationError, match=r"^3 of 3 images could not be measured\. ") as caught:
        evaluate("bicubic", "Tiny", 2, root=root, metrics="psnr")
    assert len(caught.value.table) == 0


def test_set5_at_x4_is_what_is_measured_unless_another_is_asked_for(root):
    (root / "Tiny").rename(root / "Set5")
    table = evaluate("bicubic", root=root, metrics="psnr")
    assert table[["dataset", "scale"]].values.tolist() == [["Set5", 4.0]] * 3


def test_an_error_that_is_no_images_ends_it_at_once(root, tiny):
    def failing(logits):
        raise FcsrError("this decode fails")

    with pytest.raises(FcsrError, match=r"^this decode fails"):
        evaluate(tiny(CS), "Tiny", 2, failing, root)


def test_numbers_of_another_protocol_are_not_kept(root, tmp_path):
    out, options = tmp_path / "out", {"root": root, "metrics": "psnr"}
    evaluate("bicubic", "Tiny", 2, out=out, **options)
    mark(out, psnr=1.0)
    table = evaluate("bicubic", "Tiny", 2, out=out, protocol=DIV2K, **options)
    assert table["psnr"].tolist() == (
        evaluate("bicubic", "Tiny", 2, protocol=DIV2K, **options)["psnr"].tolist()
    )


def test_a_folder_that_cannot_be_written_is_named(root, tmp_path):
    (tmp_path / "file").touch()
    for out in (tmp_path / "file", "/proc/out"):
        with pytest.raises(FcsrError, match=f"{out} cannot be used"):
            evaluate("bicubic", "Tiny", 2, root=root, out=out)


def mark(out: Path, **values) -> None:
    """Change rows on disk, so that they can be told from measured ones."""
    results = Results(out)
    results.merge([row | values for row in results.read()])


def command(root: Path, out: Path, *models: str) -> list[str]:
    options = ["--data", "Tiny", "--scale", "2", "--root", str(root), "--out", str(out)]
    return [str(BIN / "fcsr"), "evaluate", *options, *(f"--model={model}" for model in models)]


def test_a_killed_evaluation_goes_on(root, tmp_path):
    out = tmp_path / "out"
    run = command(root, out, "lte-compact")
    killed = subprocess.Popen(run, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not Results(out).read():
        assert killed.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    done = Results(out).read()
    assert 1 <= len(done) <= 3
    mark(out, psnr=1.0)

    subprocess.run(run, check=True, capture_output=True, timeout=300)
    rows = Results(out).read()
    assert len(rows) == 3
    assert [row["psnr"] for row in rows[: len(done)]] == [1.0] * len(done), "measured again"
    assert all(row["psnr"] > 20 for row in rows[len(done) :])


def test_two_processes_give_the_table_of_one(root, tmp_path):
    models = ("bicubic", "lte-compact", "lte-compact@bicubic")
    alone = evaluate(list(models), "Tiny", 2, root=root, out=tmp_path / "one", base="bicubic")
    torchrun = [str(BIN / "torchrun"), "--standalone", "--nproc-per-node", "2", "--no-python"]
    run = subprocess.run(
        [*torchrun, *command(root, tmp_path / "two", *models), "--base", "bicubic"],
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout == (tmp_path / "two" / "means.md").read_text(), "one process prints"
    for name in ("images.csv", "means.csv", "means.md", "compare.csv"):
        one, two = (tmp_path / folder / name for folder in ("one", "two"))
        assert one.read_text() == two.read_text()
    assert alone.equals(evaluate(list(models), "Tiny", 2, root=root, out=tmp_path / "two"))


@pytest.mark.skipif(not SETS.is_dir(), reason=f"needs the benchmark sets in {SETS}")
def test_published_figures_are_what_we_measure():
    published = pd.read_csv(TABLE, keep_default_na=False)
    by = ["dataset", "scale", "method", "decode"]
    found = evaluation.means(evaluate(["bicubic", "lte", "fcs"], "Set5", 4, root=SETS))
    both = found.merge(published, on=by, suffixes=("", "_published"))
    assert len(both) == 3
    for _, row in both.iterrows():
        assert row["images"] == row["images_published"]
        for measure, tolerance in {"psnr": 0.006, "black": 0.06, "bright": 0.06}.items():
            assert row[measure] == pytest.approx(row[f"{measure}_published"], abs=tolerance)
        for measure in ("lpips", "lpips_01", "lpips_255"):
            assert row[measure] == pytest.approx(row[f"{measure}_published"], abs=1e-4)
