"""Jobs, and those of them that would get in each other's way."""

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from fcsr.errors import FcsrError

STREAM = "-"
"""Standard input as a source, standard output as a target."""


class Job(NamedTuple):
    """A picture to upscale.

    Attributes:
        source: its file, or "-".
        target: the file for its result, or "-".
        suffix: that of the result's format, where `target` has none.
        named: `target` was named itself, not a folder for it.
        replaces: `target` may be there already.
        skip: leave it, for `target` is there already.

    Example:
        >>> import fcsr
        >>> [job] = fcsr.inference.plan("-", "large.png")
        >>> job.source, job.target, job.named
        ('-', 'large.png', True)
    """

    source: str
    target: str
    suffix: str = ""
    named: bool = False
    replaces: bool = False
    skip: bool = False


def without_results(jobs: list[Job], overwrite: bool) -> list[Job]:
    """The jobs without those whose source is a result of another; refuses what would lose one."""
    key = _same_file()
    makers: dict[str, list[Job]] = {}
    for job in jobs:
        makers.setdefault(key(job.target), []).append(job)
    kept = []
    for job in jobs:
        result = any(other is not job for other in makers.get(key(job.source), ()))
        if _is_same(job) and (overwrite or not result):
            cure = "give another folder, or a suffix for the names of results"
            raise FcsrError(f"{job.source} would be replaced by its own result; {cure}")
        if not result:
            kept.append(job)
    first: dict[str, Job] = {}
    for job in kept:
        other = first.setdefault(key(job.target), job)
        if other is not job:
            both = f"{other.source} and {job.source} would both become {job.target}"
            raise FcsrError(f"{both}; rename one, or upscale them into two folders")
    return kept


def _is_same(job: Job) -> bool:
    there = os.path.exists(job.source) and os.path.exists(job.target)
    return there and os.path.samefile(job.source, job.target)


def _same_file() -> Callable[[str], str]:
    """What is equal for two paths of one file, though there may be no such file yet."""
    folders: dict[str, tuple[str, bool]] = {}

    def key(path: str) -> str:
        folder, name = os.path.split(path)
        if folder not in folders:
            real = os.path.realpath(folder)
            folders[folder] = real, ignores_case(real)
        real, alike = folders[folder]
        whole = os.path.join(real, name)
        return unicodedata.normalize("NFC", whole).casefold() if alike else whole

    return key


def ignores_case(folder: str) -> bool:
    """Whether names that differ in case only are one name, as on macOS and Windows."""
    path = Path(folder)
    while not path.exists() or path.name.swapcase() == path.name:
        if path == path.parent:
            return False
        path = path.parent
    other = path.with_name(path.name.swapcase())
    return other.exists() and other.samefile(path)
