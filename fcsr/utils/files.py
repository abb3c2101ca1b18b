"""Files that are found whole or not at all."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_write(path: str | os.PathLike) -> Iterator[Path]:
    """A draft beside `path` to write to; it takes the path's place, or goes if that fails.

    Whoever opens `path` meanwhile finds what was there before. Raises OSError where a file
    cannot be written, as when there is no such folder.
    """
    path = Path(path)
    # not tempfile: its files are closed to everyone but their owner
    # not the whole name: with what is added here it could be longer than a disk takes
    draft = path.with_name(f".{path.name[:60]}.{uuid.uuid4().hex}.partial")
    try:
        yield draft
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
