"""A folder that one process at a time may write to, or one for each of its parts."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from fcsr.errors import FcsrError

TIMEOUT_S = 20
"""How long a part waits for others that begin at the same time."""


@contextmanager
def only_writer(folder: Path, part: str | None = None) -> Iterator[None]:
    """Make a folder and keep other processes out of it that ask for the same.

    With a `part` only those are kept out that ask for the same part, or for all of the folder. The
    locks are those of the files `.lock` and `.PART.lock` in the folder. The system drops a lock
    when a process ends, however that comes; the files stay.

    Raises:
        FcsrError: another process writes there.
        OSError: the folder cannot be made or written to.

    Example:
        >>> import pathlib, tempfile
        >>> from fcsr.utils.files.locks import only_writer
        >>> with tempfile.TemporaryDirectory() as folder, only_writer(pathlib.Path(folder, "out")):
        ...     [path.name for path in pathlib.Path(folder).iterdir()]
        ['out']
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        with ExitStack() as all_of_it:
            all_of_it.enter_context(_lock(folder / ".lock", TIMEOUT_S if part else 0))
            names = [f".{part}.lock"] if part else [path.name for path in folder.glob(".*.lock")]
            for name in names:
                held.enter_context(_lock(folder / name))
            if not part:
                held.push(all_of_it.pop_all())
        yield


@contextmanager
def _lock(path: Path, timeout: float = 0) -> Iterator[None]:
    lock = FileLock(path)
    try:
        lock.acquire(timeout=timeout)
    except Timeout as error:
        part = path.name.removesuffix(".lock").removeprefix(".")
        what = f"{path.parent} ({part})" if part else path.parent
        cure = "wait until it ends, or give another folder"
        raise FcsrError(f"another process writes to {what}; {cure}") from error
    try:
        yield
    finally:
        lock.release()
