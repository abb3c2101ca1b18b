"""A folder that one process at a time may write to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from fcsr.errors import FcsrError


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Make a folder and keep other processes out of it that ask for the same.

    The lock is that of the file `.lock` in the folder. The system drops it when a process ends,
    however that comes; the file stays.

    Raises:
        FcsrError: another process writes there.
        OSError: the folder cannot be made or written to.

    Example:
        >>> import pathlib, tempfile
        >>> from fcsr.utils.locks import only_writer
        >>> with tempfile.TemporaryDirectory() as folder, only_writer(pathlib.Path(folder, "out")):
        ...     [path.name for path in pathlib.Path(folder).iterdir()]
        ['out']
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        cure = "wait until it ends, or give another folder"
        raise FcsrError(f"another process writes to {folder}; {cure}") from error
    try:
        yield
    finally:
        lock.release()
