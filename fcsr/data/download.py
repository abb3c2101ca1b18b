"""Files from their publishers, verified by SHA-256, into the user's cache.

pooch keeps the registry, verifies files, and moves them into place. What it lacks is added here
and in `transfer`: a download that was cut off goes on where it stopped, a server cannot send more
than the file has, and nothing is written outside the folder of its source.
"""

import os
import shlex
import time
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

from filelock import FileLock

from fcsr.data.transfer import Resume, WrongFileError, hung_up, reason, size
from fcsr.errors import DownloadError
from fcsr.utils.progress import tqdm

if TYPE_CHECKING:  # loaded when something is downloaded
    import pooch

REGISTRY = Path(__file__).parent / "registry"
TRIES = 4  # in a row, of a server that hangs up
ENOUGH = 2**16  # bytes
PAUSE_S = 1.0  # after the first of them, twice as long after each of the next


@dataclass(frozen=True)
class Source:
    """A publisher's folder of files; `registry/NAME.txt` lists them, with their terms of use.

    Args:
        name: of the registry, and of the folder in the cache.
        address: the folder's URL; names of files are appended to it.
        instead: what one may do where nothing can be downloaded.

    Example:
        >>> from fcsr.data.download import BSDS500
        >>> len(BSDS500.hashes)
        400
    """

    name: str
    address: str
    instead: str = "give a folder that holds the set, as root=… or in FCSR_DATA"

    @cached_property
    def hashes(self) -> dict[str, str]:
        """The SHA-256 of every file, by its name."""
        return {name: digest for name, digest, _ in self._rows()}

    @cached_property
    def sizes(self) -> dict[str, int]:
        """The size of every file in bytes, by its name."""
        return {name: int(size) for name, _, size in self._rows()}

    @property
    def folder(self) -> Path:
        """This source's folder in the cache."""
        return cache() / self.name

    def _rows(self) -> list[list[str]]:
        lines = (REGISTRY / f"{self.name}.txt").read_text(encoding="utf-8").splitlines()
        return [line.split() for line in lines if not line.startswith("#")]


_GITHUB = "https://raw.githubusercontent.com/"
SELFEXSR = Source(
    "SelfExSR", f"{_GITHUB}jbhuang0604/SelfExSR/8f6dd8c1d20cb7e8792a7177b4f6fd677633f598/data/"
)
BSDS500 = Source(
    "BSDS500", f"{_GITHUB}BIDS/BSDS500/a04b7c6c3a9f0ace74bf205c72a43d32e1c72722/BSDS500/"
)
DIV2K = Source("DIV2K", "https://data.vision.ee.ethz.ch/cvl/DIV2K/")


def cache() -> Path:
    """The folder that the environment variable FCSR_CACHE names, or else the user's cache.

    Raises:
        DownloadError: there is neither, because the user has no home.
    """
    import pooch

    if named := os.environ.get("FCSR_CACHE"):
        return Path(named)
    try:
        folder = Path(pooch.os_cache("fcsr"))
    except RuntimeError:  # of platformdirs, which once left the ~ as it is
        folder = Path("~")
    if not folder.is_absolute():
        raise DownloadError("this user has no home folder to download to; name one in FCSR_CACHE")
    return folder


def fetch(source: Source, names: Sequence[str]) -> list[Path]:
    """Files of a source, from the cache; those that are not there are downloaded.

    Returns:
        Their paths, in the order of `names`.

    Raises:
        DownloadError: a file cannot be downloaded or is not the published one; the message has
            its address and a command that downloads it.
    """
    import pooch

    for name in names:
        _require_inside(name, f"the registry of {source.name}")
    here = [source.folder / name for name in names]
    if all(map(Path.is_file, here)) and all(
        pooch.file_hash(str(path)) == source.hashes[name]
        for path, name in zip(here, names, strict=True)
    ):
        return here  # without a lock: also from a cache that is read-only
    with _locked(source, ".fetch"):
        store = pooch.create(source.folder, source.address, registry=source.hashes)
        paths = []
        with tqdm(total=len(names), desc=source.name, unit="file", delay=2, leave=False) as bar:
            for name in names:
                paths.append(_download(source, store, name))
                bar.update()
        return paths


def unzip(source: Source, name: str) -> Path:
    """Unpack one of a source's zip files into the source's folder, and return the folder.

    The zip is downloaded first if need be, and deleted once its contents are there.

    Raises:
        DownloadError: the zip cannot be downloaded or unpacked, or would write outside of the
            folder.
    """
    done = source.folder / f"{name}.done"
    if done.exists():
        return source.folder
    with _locked(source, ".unzip"):
        if done.exists():
            return source.folder
        [file] = fetch(source, [name])
        try:
            _extract(file, source.folder)
        except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError) as error:
            cure = "free disk space, or delete it to download it again"
            raise DownloadError(f"{file} cannot be unpacked ({error}); {cure}") from error
        done.touch()
        file.unlink()
    return source.folder


def _extract(file: Path, folder: Path) -> None:
    """Unpack a zip; links in it become ordinary files."""
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        for member in members:
            _require_inside(member.filename, str(file))
        with tqdm(total=len(members), desc=file.name, unit="file", delay=2, leave=False) as bar:
            for member in members:
                archive.extract(member, folder)
                bar.update()


def _require_inside(name: str, whose: str) -> None:
    """Refuse a name that leads out of a folder, on this system or on another."""
    path = PureWindowsPath(name)  # it knows drives and both kinds of slashes
    if path.anchor or ".." in path.parts:
        raise DownloadError(f"{whose} names {name!r}, which lies outside of its folder; refused")


def _download(source: Source, store: "pooch.Pooch", name: str) -> Path:
    """One file. A server that hangs up is asked again, for the rest, some times in a row at most.

    A try that brings `ENOUGH` bytes begins a new row.
    """
    import requests

    partial = source.folder / f"{name}.partial"
    partial.parent.mkdir(parents=True, exist_ok=True)
    tries = 0
    while True:
        before = size(partial)
        try:
            return Path(store.fetch(name, downloader=Resume(partial, source.sizes[name])))
        except requests.RequestException as error:
            more = size(partial) >= before + ENOUGH
            tries = 1 if more else tries + 1
            if not more and not hung_up(error):
                raise _failed(source, name, reason(error)) from error
            if tries == TRIES:
                came = f"{size(partial):,} of {source.sizes[name]:,} bytes"
                what = f"the server hung up {TRIES} times in a row, at last after {came}"
                kept = "what came is kept, and the same command goes on from there"
                raise _failed(source, name, f"{what}; {kept}") from error
            time.sleep(PAUSE_S * 2 ** (tries - 1))
        except WrongFileError as error:
            raise _failed(source, name, f"what the server has is another file: {error}") from error
        except ValueError as error:  # pooch's, for a wrong hash
            if before:  # perhaps the partial file was wrong; it is deleted by now
                continue
            raise _failed(source, name, f"what came is another file ({error})") from error
        except OSError as error:
            raise _failed(source, name, f"cannot be written ({error})") from error


def _failed(source: Source, name: str, reason: str) -> DownloadError:
    address, target = source.address + name, source.folder / name
    command = f"curl -L --create-dirs -o {shlex.quote(str(target))} {address}"
    return DownloadError(
        f"{address} cannot be downloaded: {reason}. On a machine with a network: {command} — or "
        f"{source.instead}"
    )


@contextmanager
def _locked(source: Source, name: str) -> Iterator[None]:
    """One process at a time; others wait, and then find what it has downloaded."""
    lock = FileLock(source.folder / name)
    try:
        source.folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError as error:
        cure = "name another folder in FCSR_CACHE"
        raise DownloadError(
            f"{source.folder} cannot be written ({error.strerror}); {cure}"
        ) from error
    try:
        yield
    finally:
        lock.release()
