"""A few of the cases that `fuzz.py` makes by the thousand, under the same guards."""

import subprocess
import sys
from pathlib import Path

import fuzz
import pytest

from fcsr import images

CASES = 15  # of each kind


def test_damaged_and_malicious_files_are_read_or_refused(tmp_path):
    command = [sys.executable, Path(fuzz.__file__), "--cases", str(CASES * len(fuzz.KINDS))]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(fuzz.KINDS) + 1
    assert int(lines[-1].split(":")[0].split()[-1]) == CASES * len(fuzz.KINDS)


def crash(path):
    raise KeyError("crash")


def shrink(path, load=images.load):
    return load(path).resize((5, 5))


@pytest.mark.parametrize(("load", "complaint"), [(crash, "crash"), (shrink, "a wrong size")])
def test_what_is_wrong_would_be_found(monkeypatch, tmp_path, load, complaint):
    monkeypatch.setattr(images, "load", load)
    with pytest.raises((KeyError, AssertionError), match=complaint):
        fuzz.run("images: spliced", 50, 0, tmp_path)
