"""The process around a command: its streams, its signals, its user, and what it prints of names."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from command import PROGRAM
from PIL import Image

from fcsr import images

HEEDING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "  # not nohup's
UPSCALE = ("upscale", "in.png", "out.png", "--scale", "2", "--model", "lte-compact")
UPSCALE += ("--precision", "float32")  # it says so where it is another
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")


@pytest.fixture
def folder():
    """One that other users may enter, as pytest's own is not, with a photograph."""
    with tempfile.TemporaryDirectory() as path:
        os.chmod(path, 0o755)
        images.sample("coffee").crop((200, 100, 212, 109)).save(f"{path}/in.png")
        yield Path(path)


@pytest.fixture
def shell(folder):
    """`shell("2>&-", "models")`: a command with its streams as a shell redirects them."""

    def run(redirection, *arguments, program=PROGRAM, **environment):
        command = ["sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, "-c", program]
        return subprocess.run(
            [*command, *arguments],
            capture_output=True,
            text=True,
            cwd=folder,
            timeout=300,
            env=os.environ | environment,
        )

    return run


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_work_is_done_without_streams(closed, shell, folder):
    run = shell(closed, *UPSCALE)
    assert run.returncode == 0, run.stderr
    assert not run.stderr
    assert run.stdout == ("" if ">&-" in closed.split() else "out.png: 12x9 -> 24x18\n")
    with Image.open(folder / "out.png") as made:
        assert made.size == (24, 18) and made.load()


@pytest.mark.parametrize("arguments", [("upscale", "nowhere.png", "out.png"), ("--nonsense",)])
@pytest.mark.parametrize("redirection", ["2>&-", pytest.param("2>/dev/full", marks=FULL)])
def test_an_error_that_nobody_reads_is_in_the_exit_code(redirection, arguments, shell):
    run = shell(redirection, *arguments)
    assert (run.returncode, run.stdout, run.stderr) == (2, "", "")


OPENED = """
import os, sys
from fcsr.utils import process
process.prepare()
file = os.open("a.txt", os.O_WRONLY | os.O_CREAT)
print("to nowhere")
print("to nowhere", file=sys.stderr)
os.write(1, b"by a library in C")
os.write(2, b"by a library in C")
sys.exit(0 if file > 2 else 1)
"""


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_no_file_takes_the_place_of_a_closed_stream(closed, shell, folder):
    assert shell(closed, program=OPENED).returncode == 0
    assert (folder / "a.txt").read_bytes() == b""


@FULL
@pytest.mark.parametrize(
    ("arguments", "unbuffered"), [(("models",), ""), (("--help",), "1"), (UPSCALE, "1")]
)
def test_a_full_disk_behind_the_output_is_one_line(arguments, unbuffered, shell):
    run = shell(">/dev/full", *arguments, PYTHONUNBUFFERED=unbuffered)
    assert run.returncode == 2
    cure = "free space where it is sent, or send it elsewhere"
    wrong = "standard output cannot be written (No space left on device)"
    assert run.stderr == f"fcsr: {wrong}; {cure}\n"


@FULL
def test_what_is_said_beside_the_work_may_get_lost(shell):
    code = "from fcsr.utils import process; process.prepare()\n"
    code += "from tqdm.auto import tqdm; import warnings; warnings.warn('x')\n"
    code += "for _ in tqdm(range(3), mininterval=0): pass\n"
    code += "print('done')"
    run = shell("2>/dev/full", program=code)
    assert (run.returncode, run.stdout) == (0, "done\n")


def test_the_package_needs_no_stderr_for_its_bars(shell):
    code = "from fcsr.utils.progress import tqdm\n"
    code += "for _ in tqdm(range(3), mininterval=0): pass\n"
    code += "print('done')"
    for redirection, drawn in (("2>&-", False), ("", True)):
        run = shell(redirection, program=code)
        assert (run.returncode, run.stdout) == (0, "done\n")
        assert ("3/3" in run.stderr) == drawn


@pytest.mark.parametrize(
    ("sent", "module"),
    [(signal.SIGINT, "typer"), (signal.SIGINT, "torch._C"), (signal.SIGTERM, "torch._C")],
)
def test_an_interruption_while_packages_are_loaded_is_one_line(sent, module, shell, folder):
    """Whatever is being loaded then; Python says what it has loaded."""
    command = [sys.executable, "-X", "importtime", "-c", HEEDING + PROGRAM, *UPSCALE]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=folder) as process:
        for line in process.stderr:
            if line.split("|")[-1].strip().startswith(module):
                process.send_signal(sent)
                break
        said = [line for line in process.stderr if not line.startswith("import time:")]
    assert process.returncode == 128 + sent
    assert said == ["fcsr: interrupted\n"]
    assert sorted(path.name for path in folder.iterdir()) == ["in.png"]


NAME = "\x1b]0;title\x07\x1b[31mred\n.png"
WRITTEN = r"\x1b]0;title\x07\x1b[31mred\n.png"


@pytest.mark.parametrize(
    "arguments",
    [
        ("upscale", NAME, "out.png", "--scale", "2"),
        ("upscale", "in.png", "no/" + NAME, "--scale", "2", "--model", "bicubic"),
        ("upscale", "in.png", "out.png", "--scale", "2", "--model", NAME),
        ("upscale", "in.png", "out.png", "--scale", "2", "--model", "cs-compact", "--decode", NAME),
        ("evaluate", "--model", "bicubic", "--metric", NAME),
        ("train", "--model", "lte", "--photographs", NAME, "--out", "out"),
        ("report", "--notebooks", NAME),
        ("upscale", "in.png", "out.png", NAME),
        ("upscale", "--" + NAME),
        (NAME,),
    ],
)
def test_a_terminal_takes_no_orders_from_a_name(arguments, shell):
    run = shell("", *arguments, COLUMNS="200")
    assert run.returncode == 2 and not run.stdout
    assert "\x1b" not in run.stderr and "\x07" not in run.stderr
    assert WRITTEN in re.sub(r"\\x0a", r"\\n", run.stderr).replace("\n", "")
    if run.stderr.startswith("fcsr: "):
        assert run.stderr.count("\n") == 1


def test_the_name_of_a_result_is_printed_without_orders(shell, folder):
    run = shell("", "upscale", "in.png", NAME, "--scale", "2", "--model", "bicubic")
    assert run.returncode == 0, run.stderr
    assert run.stdout == f"{WRITTEN}: 12x9 -> 24x18\n"
    assert (folder / NAME).exists()


HOMELESS = "import os; os.setreuid(12345, 0); os.environ.pop('HOME'); "  # as in a container


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may be another user"
)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("evaluate", "--model", "bicubic", "--data", "Urban100"), "name one in FCSR_CACHE"),
        (("report", "--notebooks", "."), "name one: HOME=FOLDER"),
        (UPSCALE, None),
    ],
)
def test_a_user_without_a_home_is_told_what_needs_one(
    arguments, message, shell, folder, monkeypatch
):
    (folder / "00_one.ipynb").touch()
    for name in ("FCSR_CACHE", "FCSR_DATA", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    run = shell("", *arguments, program=HOMELESS + PROGRAM)
    if message is None:
        assert run.returncode == 0, run.stderr
    else:
        assert run.returncode == 2
        assert message in run.stderr and run.stderr.startswith("fcsr: ")
        assert run.stderr.count("\n") == 1
