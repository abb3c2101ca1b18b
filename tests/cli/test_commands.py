"""What a shell user sees, run as a shell user runs it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from command import PROGRAM, fcsr

from fcsr import images, metrics, models, upscale

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("verb", [(), *((verb,) for verb in ("upscale", "evaluate", "train"))])
def test_help_shows_no_type_beside_flags(verb):
    run = fcsr(*verb, "--help")
    assert run.returncode == 0 and "--help" in run.stdout
    assert "bool" not in run.stdout.lower()


def test_help_names_all_metrics_and_an_unknown_one_is_an_error():
    run = fcsr("evaluate", "--help")
    words = set(run.stdout.replace(",", " ").replace(".", " ").split())
    assert words >= set(metrics.METRICS)
    run = fcsr("evaluate", "--model", "bicubic", "--metric", "niqe")
    assert run.returncode == 2 and "Traceback" not in run.stderr
    assert 'fcsr: there is no metric "niqe"; choose from psnr, ssim' in run.stderr


def test_models_fits_a_page_and_names_all_weights():
    run = fcsr("models")
    assert run.returncode == 0, run.stderr
    table, footer = run.stdout.split("\n\n")
    assert [line.split()[0] for line in table.splitlines()[1:]] == list(models.available())
    assert len(footer.splitlines()) == 2
    assert max(map(len, footer.splitlines())) <= 100


def test_the_shell_completes_the_names_of_weights():
    words = {"_FCSR_COMPLETE": "complete_bash", "COMP_WORDS": "fcsr upscale --model lte-"}
    environment = os.environ | words | {"COMP_CWORD": "3"}
    command = [sys.executable, "-c", PROGRAM]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert run.stdout.split() == [name for name in models.available() if name.startswith("lte-")]


@pytest.mark.parametrize("arguments", [("models",), ("--help",)])
def test_a_reader_that_leaves_early_gets_no_traceback(arguments):
    command = [sys.executable, "-c", PROGRAM, *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        process.stdout.close()  # as head does after its lines
        assert process.stderr.read() == ""
    assert process.returncode == 1


def test_the_script_for_the_paper_runs_the_command_of_this_folder(tmp_path):
    script = ROOT / "scripts" / "train_paper.sh"
    command = ["sh", str(script), "nowhere", "runs", "1", "--steps", "0"]
    environment = os.environ | {"PYTHON": sys.executable}
    run = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, timeout=300, env=environment
    )
    assert run.returncode == 2
    assert run.stderr.startswith("fcsr: ") and "Traceback" not in run.stderr


@pytest.fixture
def photograph(tmp_path):
    path = tmp_path / "in.png"
    images.sample("coffee").crop((200, 100, 224, 118)).save(path)
    return path


def test_upscale_writes_what_the_package_gives(photograph, tmp_path):
    target = tmp_path / "out.png"
    run = fcsr("upscale", photograph, target, "--scale", "1.5", "--model", "cs-compact")
    assert run.returncode == 0, run.stderr
    assert "24x18 -> 36x27" in run.stdout
    expected = upscale(images.load(photograph), 1.5, model="cs-compact", precision="auto")
    assert np.array_equal(np.asarray(images.load(target)), np.asarray(expected))


def test_what_a_result_lacks_is_one_line_on_stderr(photograph, tmp_path):
    pages = {"save_all": True, "append_images": [images.load(photograph)]}
    images.load(photograph).save(tmp_path / "pages.tif", **pages)
    options = ("--scale", "2", "--model", "bicubic")
    run = fcsr("upscale", "pages.tif", "out.png", *options, cwd=tmp_path)
    assert run.returncode == 0
    lines = [line for line in run.stderr.splitlines() if "pages" in line]
    assert lines == ["fcsr: pages.tif: of 2 pages the first is read"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere.png", "out.png", "--scale", "2"), "nowhere.png cannot be read"),
        (("in.png", "out.png"), "give either scale"),
        (("in.png", "out.png", "--scale", "-1"), "scale is -1.0"),
        (("in.png", "out.png", "--scale", "2", "--model", "edsr"), "lte-compact"),
        (("in.png", "out.xyz", "--scale", "2", "--model", "bicubic"), "out.xyz"),
        (("in.png", "no/out.png", "--scale", "2"), "No such file or directory"),
    ],
)
def test_errors_are_one_line_and_write_nothing(photograph, arguments, message):
    run = fcsr("upscale", *arguments, cwd=photograph.parent)
    assert run.returncode == 2
    assert message in run.stderr and "Traceback" not in run.stderr
    assert [path.name for path in photograph.parent.iterdir()] == ["in.png"]


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_an_interrupted_upscale_leaves_the_old_file(sent, code, photograph, tmp_path):
    (tmp_path / "out.png").write_bytes(b"old")
    arguments = ("upscale", "in.png", "out.png", "--scale", "200", "--model", "cs-compact")
    heeding = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "signal.signal(signal.SIGHUP, signal.SIG_DFL); "
    )
    command = [sys.executable, "-c", heeding + PROGRAM, *arguments]  # nohup makes it ignored
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        while not list(tmp_path.glob(".out.png.*")) and process.poll() is None:
            time.sleep(0.1)
        time.sleep(1)  # tqdm, interrupted while it makes a bar, complains when that is deleted
        process.send_signal(sent)
        _, errors = process.communicate(timeout=300)
    assert process.returncode == code
    assert errors.splitlines()[-1] == "fcsr: interrupted" and "Traceback" not in errors
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.png", "out.png"]
    assert (tmp_path / "out.png").read_bytes() == b"old"


def test_train_resumes_and_its_weights_upscale(photograph, tmp_path):
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number in range(9):
        box = (30 * number, 40, 30 * number + 192, 232)
        images.sample("rocket").crop(box).save(folder / f"{number}.png")
    out = tmp_path / "run"
    options = ("--photographs", folder, "--out", out, "--steps", "1", "--batch", "1")
    run = fcsr("train", "--model", "fcs", "--eval-every", "7", "--init", "lte-compact", *options)
    assert run.returncode == 0, run.stderr
    assert "start from lte-compact" in run.stdout
    assert models.describe(out / "model.safetensors")["recipe"]["eval_every"] == 7
    run = fcsr("train", "--model", "fcs", "--eval-every", "7", "--init", "lte-compact", *options)
    assert run.returncode == 0 and "--init lte-compact was for its beginning" in run.stdout
    run = fcsr("train", "--model", "fcs", "--eval-every", "7", "--resume", *options)
    assert run.returncode == 0, run.stderr
    target = tmp_path / "out.png"
    run = fcsr("upscale", photograph, target, "--scale", "2", "--model", out / "model.safetensors")
    assert run.returncode == 0, run.stderr
    assert images.load(target).size == (48, 36)


def test_resume_without_a_state_says_so_and_starts_nothing(tmp_path):
    options = ("--model", "lte", "--photographs", tmp_path, "--out", tmp_path / "new")
    run = fcsr("train", *options, "--resume")
    assert run.returncode == 2 and "Traceback" not in run.stderr
    assert "holds no state.safetensors to go on from; leave out --resume" in run.stderr
    assert not list(tmp_path.iterdir())
