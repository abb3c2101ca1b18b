"""One result made by several processes: each makes a part of its rows, the main one writes all."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from fcsr.errors import FcsrError
from fcsr.inference.files import Sizes, Upscaling
from fcsr.inference.picture_tiles import BAND
from fcsr.utils.distributed import Processes
from fcsr.utils.files import DRAFTS


def write_shared(prepare: Callable[[], Upscaling], folder: Path, processes: Processes) -> Sizes:
    """Write what `prepare` gives, called by all processes at the same time.

    The rows wait in files in `folder`, which all processes see, until all are made; uncompressed,
    they take the bytes that the result has in memory.

    Raises:
        FcsrError: what `prepare` raises, in whichever process; or the rows do not fit on the disk.
    """
    own = folder / f".{uuid.uuid4().hex}.rows"
    DRAFTS.add(own)
    try:
        made = _attempt(prepare, own, processes)
        told = processes.gather([(str(own), str(made) if isinstance(made, Exception) else None)])
        if isinstance(made, Exception):
            raise made
        for _, problem in told:
            if problem is not None:
                raise FcsrError(problem)
        try:
            if processes.is_main_process:
                made.write(_read([path for path, _ in told], made))
        finally:
            processes.wait()  # until the main process has read this one's rows
        return made.parts.size, made.size
    finally:
        own.unlink(missing_ok=True)
        DRAFTS.discard(own)


def _attempt(
    prepare: Callable[[], Upscaling], own: Path, processes: Processes
) -> Upscaling | Exception:
    """Make this process's rows; what goes wrong is returned, for the others wait to be told."""
    try:
        upscaling = prepare()
        height, count = upscaling.size[0], processes.count
        part = (height * processes.rank // count, height * (processes.rank + 1) // count)
        with own.open("wb") as file:
            for rows in upscaling.rows(part):
                file.write(np.ascontiguousarray(rows).tobytes())
        return upscaling
    except OSError as error:
        cure = "free some space, or name another folder"
        return FcsrError(f"{own.parent} cannot be written ({error.strerror}); {cure}")
    except Exception as error:
        return error


def _read(paths: list[str], upscaling: Upscaling) -> Iterator[np.ndarray]:
    """The rows in files, one after the other, some at a time."""
    row = (upscaling.size[1], *upscaling.like.shape[2:])
    for path in paths:
        with open(path, "rb") as file:
            while len(values := np.fromfile(file, upscaling.like.dtype, BAND * int(np.prod(row)))):
                yield values.reshape(-1, *row)
