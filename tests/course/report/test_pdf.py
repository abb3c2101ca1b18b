"""What it says where there is no browser; tests/browser prints with a real one."""

import shutil

import pytest

from fcsr.course.report import pdf
from fcsr.errors import FcsrError


def test_finds_the_first_that_is_installed(monkeypatch):
    monkeypatch.setattr(pdf, "NAMES", ("no-browser", "env", "sh"))
    assert pdf.find() == shutil.which("env")


def test_says_which_names_it_has_looked_for(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FcsrError, match="none of chromium,") as raised:
        pdf.find()
    assert all(name in str(raised.value) for name in pdf.NAMES)


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
    monkeypatch.setattr(pdf, "NAMES", (str(program),))
    monkeypatch.setattr(pdf, "TIMEOUT_S", 2)
    with pytest.raises(FcsrError, match=words):
        pdf.to_pdf(tmp_path / "course.html", tmp_path / "course.pdf")
    assert [path.name for path in tmp_path.iterdir()] == ["bin"]
