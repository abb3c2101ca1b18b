"""Files that are found whole or not at all."""

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DRAFTS: set[Path] = set()
"""Those that are being written."""


@contextmanager
def atomic_write(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a draft to write to; it replaces `path` at the end of the block.

    Until then `path` holds what it held before. If the block raises, the draft is deleted. A
    link stays a link: the file that it leads to is replaced. A file that was there before hands
    its permissions on.

    Raises:
        OSError: the file cannot be written, e.g. because there is no such folder, or `path` is
            no file, but a device or a pipe.

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
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "it is no ordinary file", str(path))
    if target.exists() and not os.access(target, os.W_OK):  # which os.replace does not ask
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    # Not tempfile, whose files only their owner may open; not the whole name, which with this
    # prefix and suffix could be longer than a file system allows.
    draft = target.with_name(f".{target.name[:60]}.{uuid.uuid4().hex}.partial")
    DRAFTS.add(draft)
    try:
        yield draft
        if target.exists():
            shutil.copymode(target, draft)
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)
        DRAFTS.discard(draft)


def file_size(path: str | os.PathLike) -> int:
    """A file's size in bytes; 0 where it cannot be read, as whoever reads it will say.

    Example:
        >>> from fcsr.utils.files import file_size
        >>> file_size("no such file")
        0
    """
    try:
        return os.path.getsize(path)
    except OSError:
        return 0
