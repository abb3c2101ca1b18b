"""Which pictures become which files; whatever speaks against it is found before any work."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from fcsr.errors import FcsrError, ImageError
from fcsr.images.files import writers
from fcsr.inference.finding import Found, find, is_pattern
from fcsr.inference.jobs import STREAM, Job, without_results
from fcsr.utils import shards


def plan(
    sources: str | Path | Sequence[str | Path],
    target: str | Path,
    recursive: bool = False,
    suffix: str = "",
    format: str | None = None,
    existing: Literal["skip", "overwrite"] | None = None,
    shard: str | None = None,
) -> list[Job]:
    """Which pictures become which files, for `upscale_files`.

    One file and a target with the suffix of a picture that is no folder: the target is the file,
    and replaced if it is there. Otherwise the target is a folder for the results.

    In folders and by patterns, files are found whose suffix is that of a picture; hidden ones,
    which begin with a dot, are not. Links to folders are followed, each folder is entered once.
    What lies in the target's folder, or is the result of another picture, is no source. A warning
    names kinds of pictures in a folder that fcsr does not read.

    Args:
        sources: files, folders, and patterns as of `glob`; `"-"` is standard input.
        target: a file, or the folder for the results; `"-"` is standard output.
        recursive: also take what is in the folders of folders; the target has the same folders.
        suffix: added to the names of results, before the format's: `"_x4"`.
        format: of the results: `"png"`, `"jpg"`, `"webp"`, `"tif"` or `"bmp"`. By default that of
            the source, or PNG, if that is not written.
        existing: what becomes of results that are there already in a folder. By default it is an
            error that there are some; a file that is named is replaced.
        shard: a part of the pictures: `"3/16"` is the third of 16, which have each picture once.

    Raises:
        FcsrError: sources that are not there or no pictures, two with the same result, a result
            that is there already, a target that cannot be, an unknown format or shard.

    Example:
        >>> import fcsr, pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("a.jpg", "b.gif", "notes.txt"):
        ...         pathlib.Path(folder, name).touch()
        ...     jobs = fcsr.inference.plan(folder, f"{folder}/large", suffix="_x4")
        ...     [pathlib.Path(job.target).name for job in jobs]
        ['a_x4.jpg', 'b_x4.png']
    """
    listed = [sources] if isinstance(sources, str | Path) else sources
    names = [os.fspath(name) for name in listed]
    out = os.fspath(target)
    if not names or "" in (*names, out):
        missing = "there is nothing to upscale" if not names else "a name is empty"
        raise FcsrError(f"{missing}; name pictures, folders or patterns, and where results go")
    if len(names) == 1 and is_pattern(names[0]):
        matches = find(names, out, recursive)
        names = [str(matches[0].source)] if len(matches) == 1 else names
    extension = _extension(format)
    if STREAM in (out, *names) or _is_file(names, out):
        jobs = [_one(names, out, suffix, extension)]
    else:
        _check_folder(out)
        jobs = _into_folder(find(names, out, recursive), out, _checked(suffix), extension)
        jobs = without_results(jobs, overwrite=existing == "overwrite")
    return _heed_existing(shards.share(jobs, shard), existing)


def _extension(format: str | None) -> str | None:
    if format is None:
        return None
    extension = f".{format.lower().removeprefix('.')}"
    if extension not in writers.SUFFIXES:
        known = ", ".join(suffix[1:] for suffix in writers.SUFFIXES)
        raise FcsrError(f'there is no format "{format}"; choose from {known}')
    return extension


def _checked(suffix: str) -> str:
    if any(char in suffix for char in "/\\\0"):
        raise FcsrError(f"suffix is {suffix!r}; it is a part of a name, and names no folder")
    return suffix


def _is_file(names: list[str], out: str) -> bool:
    """Whether the target is the file of a single picture."""
    if len(names) > 1 or is_pattern(names[0]) or os.path.isdir(names[0]) or os.path.isdir(out):
        return False
    return not out.endswith(("/", os.sep)) and bool(Path(out).suffix)


def _one(names: list[str], out: str, suffix: str, extension: str | None) -> Job:
    """The job of a single picture whose target is named."""
    if len(names) > 1:
        raise FcsrError(f"{STREAM} stands for one picture, but {len(names)} are named")
    [source] = names
    if suffix:
        raise FcsrError(f"suffix is for the names of results in a folder, but {out} is named")
    if source != STREAM and not os.path.lexists(source):
        find([source], out, recursive=False)  # says what is wrong with it
    if out == STREAM:
        return Job(source, out, extension or ".png", named=True)
    if os.path.isdir(out) or out.endswith(("/", os.sep)):
        raise FcsrError(f"{out} is a folder; name the file for the picture of standard input")
    if writers.format_of(out) is None:
        cure = f"use one of {', '.join(writers.SUFFIXES)}, or {out}{os.sep} for a folder"
        raise ImageError(f"{out} has no image suffix; {cure}")
    if extension and writers.format_of(out) != writers.format_of(extension):
        raise FcsrError(f"format is {extension[1:]}, but {out} is named; give one of the two")
    return Job(source, out, named=True)


def _check_folder(out: str) -> None:
    if os.path.lexists(out) and not os.path.isdir(out):
        raise FcsrError(f"{out} is a file; name a folder for the results")
    if not os.path.isdir(out) and not out.endswith(("/", os.sep)) and writers.format_of(out):
        cure = f"name a folder, or {out}{os.sep} if it is to be one"
        raise FcsrError(f"{out} has the suffix of a file, but is for more than one picture; {cure}")


def _into_folder(found: list[Found], out: str, suffix: str, extension: str | None) -> list[Job]:
    jobs = {}
    for source, relative in found:
        own = relative.suffix if writers.format_of(relative) else ".png"
        name = f"{relative.stem}{suffix}{extension or own}"
        target = os.path.join(out, relative.parent, name)
        jobs[os.path.abspath(source), target] = Job(str(source), os.path.normpath(target))
    return list(jobs.values())


def _heed_existing(jobs: list[Job], existing: Literal["skip", "overwrite"] | None) -> list[Job]:
    there = [os.path.lexists(job.target) and job.target != STREAM for job in jobs]
    if existing == "skip":
        return [job._replace(skip=is_there) for job, is_there in zip(jobs, there, strict=True)]
    if existing == "overwrite" or any(job.named for job in jobs):
        return [job._replace(replaces=True) for job in jobs]
    if any(there):
        first = jobs[there.index(True)].target
        raise FcsrError(
            f"{sum(there)} of {len(jobs)} results exist already, the first is {first}; "
            '--overwrite replaces and --skip-existing keeps them (in Python, existing="overwrite" '
            'or "skip")'
        )
    return jobs
