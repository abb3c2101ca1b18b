"""A file has its old content or its new one."""

import os
import stat

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


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_what_it_leads_to_is_written(there, tmp_path):
    (tmp_path / "disk").mkdir()
    real, link = tmp_path / "disk" / "real.txt", tmp_path / "link.txt"
    if there:
        real.write_text("old")
    link.symlink_to(os.path.join("disk", "real.txt"))
    with atomic_write(link) as draft:
        draft.write_text("new")
    assert link.is_symlink() and real.read_text() == "new"
    assert list((tmp_path / "disk").iterdir()) == [real]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_permissions_stay(mode, tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    path.chmod(mode)
    with atomic_write(path) as draft:
        draft.write_text("new")
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_pipe_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with (
        pytest.raises(OSError, match=r"no ordinary file: .*pipe"),
        atomic_write(tmp_path / "pipe"),
    ):
        pass
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
