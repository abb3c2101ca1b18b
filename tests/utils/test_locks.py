"""A folder has one writer, for as long as that lives."""

import subprocess
import sys

import pytest

from fcsr.errors import FcsrError
from fcsr.utils.files import locks
from fcsr.utils.files.locks import only_writer

HOLD = """
import pathlib, sys
from fcsr.utils.files.locks import only_writer
with only_writer(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    input()
"""


def test_the_folder_is_free_again_after_an_error(tmp_path):
    with pytest.raises(KeyError), only_writer(tmp_path / "out"):
        raise KeyError
    with only_writer(tmp_path / "out"):
        pass


def test_another_process_holds_it_until_it_dies(tmp_path):
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert other.stdout.readline() == b"held\n"
        complaint = f"another process writes to {tmp_path}; wait until"
        with pytest.raises(FcsrError, match=complaint), only_writer(tmp_path):
            pytest.fail("held twice")
    finally:
        other.kill()
        other.communicate()
    with only_writer(tmp_path):
        pass


def test_parts_are_written_at_once_and_each_by_one(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "TIMEOUT_S", 0)
    with only_writer(tmp_path, "1-of-2"):
        with only_writer(tmp_path, "2-of-2"):
            pass
        with (
            pytest.raises(FcsrError, match=rf"writes to {tmp_path} \(1-of-2\)"),
            only_writer(tmp_path, "1-of-2"),
        ):
            pytest.fail("held twice")
        with (
            pytest.raises(FcsrError, match=rf"writes to {tmp_path} \(1-of-2\)"),
            only_writer(tmp_path),
        ):
            pytest.fail("all of it, while a part is written")
    with only_writer(tmp_path):
        with (
            pytest.raises(FcsrError, match=f"another process writes to {tmp_path};"),
            only_writer(tmp_path, "3-of-3"),
        ):
            pytest.fail("a part, while all of it is written")
        assert not (tmp_path / ".3-of-3.lock").exists()
    with only_writer(tmp_path, "1-of-2"), only_writer(tmp_path, "2-of-2"):
        pass
