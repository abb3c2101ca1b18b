"""`fcsr upscale` on many photographs, streams and processes.

Where a process of its own shows nothing more, the command runs in that of the test.
"""

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
from command import PROGRAM
from PIL import Image
from typer.testing import CliRunner

from fcsr import images
from fcsr.cli import app
from fcsr.errors import FcsrError

BIN = Path(sys.executable).parent
BICUBIC = ("--scale", "2", "--model", "bicubic")
COMMAND = [sys.executable, "-c", PROGRAM, "upscale"]
RESULTS = ["out/a.png", "out/link.png", "out/바다/모래 사장.jpg"]


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """The working folder: photographs of two sizes, a link, a Korean name, and a bad file."""
    monkeypatch.chdir(tmp_path)
    photos = tmp_path / "photos"
    (photos / "바다").mkdir(parents=True)
    coffee = images.sample("coffee")
    coffee.crop((200, 100, 216, 112)).save(photos / "a.png")
    coffee.crop((200, 100, 230, 130)).save(photos / "바다" / "모래 사장.jpg")
    (photos / "link.png").symlink_to("a.png")
    (photos / "broken.png").write_bytes(b"no image")
    (photos / "notes.txt").write_text("no picture")
    return tmp_path


def here(*arguments, data: bytes | None = None):
    """A command in this process; what it raises on purpose is a line of another's stderr."""
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        run = CliRunner().invoke(app, arguments, input=data)
    if isinstance(run.exception, FcsrError):
        raise run.exception
    assert isinstance(run.exception, SystemExit | None), run.exception
    return run


def made(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in (folder / "out").rglob("*.*"))


@pytest.mark.parametrize("processes", [1, 2])
def test_a_folder_is_upscaled_twice_and_its_bad_file_named(processes, folder):
    launch = [str(BIN / "torchrun"), "--standalone", "--nproc-per-node", "2", "--no-python"]
    options = ("--scale", "2", "--model", "lte-compact", "--recursive", "--skip-existing")
    command = [*(launch if processes == 2 else []), *COMMAND, "photos", "out", *options]

    def run(*more):
        return subprocess.run(
            [*command, *more],
            capture_output=True,
            text=True,
            cwd=folder,
            timeout=300,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )

    first = run("--precision", "float32")
    assert first.returncode == 1
    assert sorted(first.stdout.splitlines()) == [
        "out/a.png: 16x12 -> 32x24",
        "out/link.png: 16x12 -> 32x24",
        "out/바다/모래 사장.jpg: 30x30 -> 60x60",
    ]
    complaint = "fcsr: 1 of 4 images could not be upscaled; all others were. Mend or remove:\n"
    assert first.stderr.count(complaint) == 1
    assert first.stderr.count("  photos/broken.png is not an image that fcsr reads") == 1
    assert made(folder) == RESULTS
    contents = {name: (folder / name).read_bytes() for name in RESULTS}
    times = [os.stat(folder / name).st_mtime_ns for name in RESULTS]

    second = run("--json")
    assert second.returncode == 1
    lines = [json.loads(line) for line in second.stdout.splitlines()]
    assert sorted(line["target"] for line in lines if line["skipped"]) == RESULTS
    [bad] = [line for line in lines if line["error"]]
    assert bad["source"] == "photos/broken.png" and len(lines) == 4
    assert times == [os.stat(folder / name).st_mtime_ns for name in RESULTS]

    (folder / "photos" / "broken.png").unlink()
    third = here("upscale", "photos", "out", *options)
    skipped = "3 of 3 skipped: their results are there already\n"
    assert (third.exit_code, third.stdout) == (0, skipped)
    alone = here("upscale", "photos", "alone", *options, "--precision", "float32")
    assert alone.exit_code == 0, alone.stderr
    for name, content in contents.items():
        assert (folder / name.replace("out", "alone")).read_bytes() == content


def test_a_single_photograph_is_made_by_two_processes_and_written_by_one(folder):
    launch = [str(BIN / "torchrun"), "--standalone", "--nproc-per-node", "2", "--no-python"]
    options = ("--scale", "3.5", "--model", "lte-compact", "--precision", "float32")

    def run(*names):
        return subprocess.run(
            [*launch, *COMMAND, *names, *options, "--device", "cpu"],
            capture_output=True,
            text=True,
            cwd=folder,
            timeout=300,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )

    source = images.sample("coffee").crop((0, 0, 16, 11)).convert("RGBA")
    source.putalpha(source.getchannel("R"))
    source.save(folder / "clear.png")
    together = run("clear.png", "out.png")
    assert together.returncode == 0, together.stderr
    assert together.stdout == "out.png: 16x11 -> 56x38\n"
    alone = here("upscale", "clear.png", "alone.png", *options)
    assert alone.exit_code == 0
    with Image.open(folder / "out.png") as ours, Image.open(folder / "alone.png") as theirs:
        assert ours.mode == theirs.mode == "RGBA" and ours.tobytes() == theirs.tobytes()
    bad = run("photos/broken.png", "bad.png")
    assert bad.returncode != 0 and "broken.png is not an image that fcsr reads" in bad.stderr
    assert not (folder / "bad.png").exists() and not list(folder.glob(".*"))


def test_shards_of_a_job_array_have_each_photograph_once(folder):
    (folder / "photos" / "broken.png").unlink()
    printed = []
    for number in (1, 2, 3):
        run = here("upscale", "photos", "out", "-r", *BICUBIC, "--shard", f"{number}/3")
        assert run.exit_code == 0, run.stderr
        printed += [line.split(":")[0] for line in run.stdout.splitlines()]
    assert sorted(printed) == made(folder) == RESULTS
    run = here("upscale", "photos", "out", "-r", *BICUBIC, "--shard", "4/4")
    assert (run.exit_code, run.stdout) == (0, "")


def test_json_is_an_object_for_each_photograph_and_nothing_else(folder):
    pages = {"save_all": True, "append_images": [Image.new("RGB", (4, 4))]}
    images.sample("coffee").crop((0, 0, 8, 6)).save(folder / "photos" / "pages.tif", **pages)
    options = ("--scale", "2", "--model", "cs-compact", "--decode", "mean", "--json")
    run = here("upscale", "photos/pages.tif", "photos/broken.png", "out", *options)
    assert run.exit_code == 1
    good, bad = map(json.loads, run.stdout.splitlines())
    assert good.pop("seconds") > 0 and bad.pop("seconds") > 0
    assert good.pop("precision") == bad.pop("precision") in ("float32", "bfloat16")
    same = {"model": "cs-compact", "decode": "mean", "device": "cpu", "skipped": False}
    assert good == same | {
        "source": "photos/pages.tif",
        "target": "out/pages.tif",
        "source_size": {"height": 6, "width": 8},
        "target_size": {"height": 12, "width": 16},
        "warnings": ["photos/pages.tif: of 2 pages the first is read"],
        "error": None,
    }
    assert bad.pop("error").startswith("photos/broken.png is not an image")
    assert bad == same | {
        "source": "photos/broken.png",
        "target": "out/broken.png",
        "source_size": None,
        "target_size": None,
        "warnings": [],
    }


def test_quiet_prints_errors_alone(folder):
    options = (*BICUBIC, "--quiet", "--format", "jpg")
    Image.new("I;16", (4, 4)).save(folder / "photos" / "deep.png")  # of which a JPEG loses bits
    run = here("upscale", "photos/deep.png", "photos/a.png", "out", *options)
    assert (run.exit_code, run.stdout, run.stderr) == (0, "", "")
    run = here("upscale", "photos/broken.png", "photos/a.png", "more", *options)
    assert (run.exit_code, run.stdout) == (1, "")
    first, second = run.stderr.splitlines()
    assert first.startswith("fcsr: 1 of 2 images") and second.startswith("  photos/broken.png is")


def test_a_picture_goes_through_a_pipe_of_a_shell(folder):
    """Byte for byte: its own process, whose streams are those of the system."""
    data = Path("photos/a.png").read_bytes()
    run = subprocess.run([*COMMAND, "-", "-", *BICUBIC], input=data, capture_output=True)
    assert run.returncode == 0, run.stderr
    assert run.stderr == b"-: 16x12 -> 32x24\n"
    here("upscale", "photos/a.png", "out.png", *BICUBIC)
    assert run.stdout == Path("out.png").read_bytes()


@pytest.mark.parametrize(("options", "kind"), [((), "PNG"), (("--format", "jpg"), "JPEG")])
@pytest.mark.parametrize("source", ["-", "photos/a.png"])
def test_streams_have_a_format(source, options, kind, folder):
    data = Path("photos/a.png").read_bytes()
    run = here("upscale", source, "-", *BICUBIC, *options, data=data)
    assert (run.exit_code, run.stderr) == (0, "-: 16x12 -> 32x24\n")
    with Image.open(io.BytesIO(run.stdout_bytes)) as image:
        assert (image.format, image.size) == (kind, (32, 24))


@pytest.mark.parametrize(
    ("arguments", "data", "message"),
    [
        (("-", "-"), b"", "standard input is not an image that fcsr reads"),
        (("-", "out.png"), b"\x89PNG\r\n\x1a\n", "standard input is"),
        (("-", "-", "--json"), b"", "--json prints to standard output, where OUT - has the"),
        (("-", "out"), b"", "out has no image suffix"),
        (("photos/a.png", "-", "--format", "gif"), b"", 'there is no format "gif"'),
    ],
)
def test_a_stream_that_cannot_be_is_refused(arguments, data, message, folder):
    with pytest.raises(FcsrError, match=message):
        here("upscale", *arguments, *BICUBIC, data=data)
    assert not list(folder.glob("out*"))


def test_a_reader_of_the_picture_that_leaves_early_gets_no_traceback(folder):
    command = [*COMMAND, "photos/바다/모래 사장.jpg", "-", "--scale", "30", "--model", "bicubic"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=folder, **pipes) as process:
        process.stdout.read(10)
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
    assert process.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_full_disk_behind_the_picture_is_one_line(folder):
    with open("/dev/full", "wb") as full:
        run = subprocess.run(
            [*COMMAND, "photos/a.png", "-", *BICUBIC],
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=folder,
            timeout=300,
        )
    assert run.returncode == 2
    assert run.stderr == b"fcsr: standard output cannot be written (No space left on device)\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("photos", "out", "--device", "cuda:9"), 'there is no device "cuda:9"; this machine has'),
        (("photos", "out", "--quality", "0"), "quality is 0; it must be a whole number, 1 to 100"),
        (("photos", "out", "--shard", "5/3"), 'shard is "5/3"; it must be a number of a count'),
        (("photos", "out", "--skip-existing", "--overwrite"), "exclude each other"),
        (("photos", "photos/a.png"), "photos/a.png is a file; name a folder for the results"),
        (("photos", "full"), "1 of 3 results exist already, the first is full/a.png; --overwrite"),
        (("*.bmp", "out"), "no picture matches *.bmp"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(arguments, message, folder):
    (folder / "full").mkdir()
    (folder / "full" / "a.png").write_bytes(b"old")
    with pytest.raises(FcsrError, match=re.escape(message)):
        here("upscale", *arguments, *BICUBIC)
    assert sorted(path.name for path in folder.iterdir()) == ["full", "photos"]
    assert (folder / "full" / "a.png").read_bytes() == b"old"


@pytest.mark.parametrize("arguments", [(), ("photos",)])
def test_a_missing_name_is_said(arguments, folder):
    run = here("upscale", *arguments)
    assert run.exit_code == 2 and "Missing argument" in run.stderr


def test_a_batch_replaces_where_it_is_told_to(folder):
    (folder / "out").mkdir()
    (folder / "out" / "a.png").write_bytes(b"old")
    run = here("upscale", "photos/a.png", "out", *BICUBIC, "--overwrite")
    assert (run.exit_code, run.stdout) == (0, "out/a.png: 16x12 -> 32x24\n"), run.stderr
    assert images.load(folder / "out" / "a.png").size == (32, 24)


def test_names_that_begin_with_a_dash_are_files_after_two(folder):
    (folder / "photos" / "a.png").rename(folder / "-a [1].png")
    run = here("upscale", *BICUBIC, "--", "-a [1].png", "-out.png")
    assert (run.exit_code, run.stdout) == (0, "-out.png: 16x12 -> 32x24\n"), run.stderr


def test_an_interrupted_batch_keeps_what_is_done_and_goes_on(folder):
    (folder / "photos" / "broken.png").unlink()
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    options = ("photos", "out", "-r", "--scale", "30", "--model", "cs-compact")
    command = [sys.executable, "-c", heeding + PROGRAM, "upscale", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=folder) as process:
        while not list((folder / "out").rglob("a.png")) and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(60)
        errors = process.stderr.read()
    assert process.returncode == 130
    assert errors.splitlines()[-1] == "fcsr: interrupted" and "Traceback" not in errors
    assert "out/a.png" in made(folder) and len(made(folder)) < 3
    assert not [name for name in made(folder) if "partial" in name]
    assert images.load(folder / "out" / "a.png").size == (480, 360)


def test_shards_of_an_evaluation_are_merged_by_the_same_command(folder):
    (folder / "photos" / "broken.png").unlink()
    command = ("evaluate", "--model", "bicubic", "--data", "photos", "--metric", "psnr")
    command += ("--scale", "2", "--device", "cpu", "--out")
    whole = here(*command, "whole")
    for shard in ("2/2", "1/2"):
        run = here(*command, "out", "--shard", shard)
        assert run.exit_code == 0, run.stderr
        assert run.stdout == f"1 rows of shard {shard} are in out\n"
    merged = here(*command, "out")
    assert (merged.exit_code, merged.stdout) == (0, whole.stdout), merged.stderr
    for name in ("images.csv", "means.csv", "means.md"):
        assert (folder / "out" / name).read_text() == (folder / "whole" / name).read_text()
