"""A file has its old content or its new one."""

import pytest

from fcsr.utils.files import atomic_write


def test_a_draft_takes_the_place(tmp_path):
    path = tmp_path / "file.txt"
    with atomic_write(path) as draft:
        draft.write_text("whole")
        assert not path.exists()
    assert path.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_changes_nothing(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), atomic_write(path) as draft:
        draft.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_may_be_as_long_as_the_disk_takes(tmp_path):
    path = tmp_path / ("한" * 83 + ".png")  # 253 bytes
    with atomic_write(path) as draft:
        draft.write_text("whole")
    assert path.read_text() == "whole"
