"""fcsr.chromium: what it says where there is no browser; tests/browser prints with a real one."""

import shutil

import pytest

from fcsr import chromium
from fcsr.errors import FcsrError


def test_finds_the_first_that_is_installed(monkeypatch):
    monkeypatch.setattr(chromium, "NAMES", ("no-browser", "env", "sh"))
    assert chromium.find() == shutil.which("env")


def test_says_which_names_it_has_looked_for(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FcsrError, match="none of chromium,") as raised:
        chromium.find()
    assert all(name in str(raised.value) for name in chromium.NAMES)


@pytest.mark.parametrize(
    "script, words",
    [
        ("echo 'a bad day' >&2", "printed nothing, and said:\na bad day"),
        ("exec sleep 99", "within 2 s"),
    ],
)
def test_a_browser_that_prints_nothing_leaves_nothing(tmp_path, monkeypatch, script, words):
    program = tmp_path / "bin" / "browser"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(chromium, "NAMES", (str(program),))
    monkeypatch.setattr(chromium, "PATIENCE", 2)
    with pytest.raises(FcsrError, match=words):
        chromium.to_pdf(tmp_path / "course.html", tmp_path / "course.pdf")
    assert [path.name for path in tmp_path.iterdir()] == ["bin"]
