"""Pictures that files, folders and patterns stand for."""

import os
import warnings
from collections.abc import Iterator
from glob import glob, has_magic
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from fcsr.errors import FcsrError, ImageError
from fcsr.images.files.readers import UNREAD, has_suffix


class Found(NamedTuple):
    """A picture, and its path in the folder for results."""

    source: Path
    relative: Path


def find(names: list[str], out: str, recursive: bool) -> list[Found]:
    """The pictures of files, folders and patterns, as `plan` takes them, in this order.

    Raises:
        FcsrError: a name or pattern of nothing, a folder that cannot be read, or no picture at all.

    Example:
        >>> import pathlib, tempfile
        >>> from fcsr.inference.finding import find
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("b.png", "a.jpg", "notes.txt", ".hidden.png"):
        ...         pathlib.Path(folder, name).touch()
        ...     [str(found.relative) for found in find([folder], "large", recursive=False)]
        ['a.jpg', 'b.png']
    """
    found = []
    for name in names:
        try:
            pictures = list(_find(name, os.path.realpath(out), recursive))
        except OSError as error:
            raise FcsrError(f"{error.filename} cannot be read ({error.strerror})") from error
        if not pictures and not os.path.isdir(name):
            raise ImageError(f"no picture matches {name}; name another pattern, or a folder")
        found += pictures
    if not found:
        deeper = "" if recursive else ", or search their folders, too (recursive)"
        raise ImageError(f"there is no picture in {', '.join(names)}; name others{deeper}")
    return found


def is_pattern(name: str) -> bool:
    """Whether a name is for `glob`: a file may be called so, too.

    Example:
        >>> from fcsr.inference.finding import is_pattern
        >>> is_pattern("photos/*.jpg")
        True
    """
    return has_magic(name) and not os.path.lexists(name)


def _find(name: str, out: str, recursive: bool) -> Iterator[Found]:
    if os.path.isdir(name):
        return _in_folder(Path(name), out, recursive)
    if is_pattern(name):
        return _by_pattern(name, out, recursive)
    if not os.path.lexists(name):
        cure = "give the path of an image file, a folder or a pattern"
        raise ImageError(f"{name} cannot be read (No such file or directory); {cure}")
    return iter([Found(Path(name), Path(Path(name).name))])


def _by_pattern(pattern: str, out: str, recursive: bool) -> Iterator[Found]:
    fixed = Path(*takewhile(lambda part: not has_magic(part), Path(pattern).parts))
    inside = Path(out) in (real := Path(os.path.realpath(fixed)), *real.parents)
    for match in sorted(glob(pattern, recursive=True)):
        path = Path(match)
        if not inside and Path(out) in Path(os.path.realpath(path.parent), path.name).parents:
            continue
        if os.path.isdir(match):
            if inside or os.path.realpath(match) != out:
                yield from _in_folder(path, out, recursive)
        elif _is_picture(path):
            yield Found(path, Path(path.name))


def _in_folder(root: Path, out: str, recursive: bool) -> Iterator[Found]:
    folders = _folders(root, out) if recursive else [root]
    paths = sorted(path for folder in folders for path in folder.iterdir())
    if unread := UNREAD.intersection(path.suffix.lower() for path in paths):
        kinds = ", ".join(sorted(unread))
        warnings.warn(f"{root}: {kinds} is not read, and passed over; convert it", stacklevel=4)
    return (Found(path, path.relative_to(root)) for path in paths if _is_picture(path))


def _folders(root: Path, out: str) -> Iterator[Path]:
    """A folder and those in it, each once, and by a link only where there is no other way."""
    seen = {out} - {os.path.realpath(root)}
    folders, links = [root], list[Path]()
    while folders or links:
        folder = folders.pop() if folders else links.pop(0)
        real = os.path.realpath(folder)
        if real in seen:
            continue
        seen.add(real)
        yield folder
        inside = sorted(path for path in folder.iterdir() if path.is_dir())
        for path in inside:
            if not path.name.startswith("."):
                (links if path.is_symlink() else folders).append(path)


def _is_picture(path: Path) -> bool:
    """Whether it is called like a picture, and is a file or a link that leads nowhere."""
    named = has_suffix(path) and not path.name.startswith(".")
    return named and (path.is_file() or (path.is_symlink() and not path.exists()))
