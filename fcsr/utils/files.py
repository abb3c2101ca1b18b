"""Files that are found whole or not at all."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_write(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a draft beside `path` to write to; it replaces `path` at the end of the block.

    Until then `path` holds what it held before. If the block raises, the draft is deleted.

    Raises:
        OSError: the file cannot be written, e.g. because there is no such folder.

    Example:
        >>> import pathlib, tempfile
        >>> from fcsr.utils.files import atomic_write
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "results.csv")
        ...     with atomic_write(path) as draft:
        ...         _ = draft.write_text("psnr\\n30.0\\n")
        ...     print(path.read_text().split())
        ['psnr', '30.0']
    """
    path = Path(path)
    # Not tempfile, whose files only their owner may open; not the whole name, which with this
    # prefix and suffix could be longer than a file system allows.
    draft = path.with_name(f".{path.name[:60]}.{uuid.uuid4().hex}.partial")
    try:
        yield draft
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
