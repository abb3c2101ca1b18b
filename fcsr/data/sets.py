"""Photographs to train on, and the field's benchmark sets: found on disk, or downloaded."""

import hashlib
import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from jaxtyping import UInt8
from PIL import Image
from torch import Tensor
from tqdm.auto import tqdm

from fcsr import images
from fcsr.data import download, layouts
from fcsr.data.layouts import SUFFIXES, Files, image_files
from fcsr.errors import DownloadError, ImageError
from fcsr.images import imresize

BENCHMARKS = ("Set5", "Set14", "B100", "Urban100", "DIV2K")
TRAINING = {"BSDS400": layouts.bsds400, "DIV2K": layouts.div2k_train}


class Pair(NamedTuple):
    """One image of a benchmark set, in RGB."""

    name: str
    lr: Image.Image
    hr: Image.Image


@dataclass(frozen=True)
class Benchmark(Sequence):  # not Sequence[Pair]: who checks types by it would open an image
    """The `Pair`s of a set at one scale, opened one by one, when they are asked for."""

    scale: float
    files: list[Files]

    @property
    def names(self) -> list[str]:
        return [files.name for files in self.files]

    def __len__(self) -> int:
        return len(self.files)

    def fingerprint(self, number: int) -> str:
        """Twelve hexadecimal digits that change with the files of a pair."""
        _, *paths = self.files[number]
        digest = hashlib.sha256()
        for path in filter(None, paths):
            digest.update(_read(path))
        return digest.hexdigest()[:12]

    def __getitem__(self, number: int) -> Pair:
        name, hr_path, lr_path = self.files[number]
        hr = _load(hr_path)
        height, width = (math.floor(side / self.scale + 1e-9) for side in (hr.height, hr.width))
        if min(height, width) < 1:
            raise ImageError(
                f"{hr_path} has {hr.width}x{hr.height} pixels; it is too small for x{self.scale:g}"
            )
        lr = _load(lr_path) if lr_path else None
        if lr and (lr.height, lr.width) != (height, width):
            raise ImageError(
                f"{lr_path} has {lr.width}x{lr.height} pixels; of {hr_path} with "
                f"{hr.width}x{hr.height} a x{self.scale:g} reduction has {width}x{height}"
            )
        hr = hr.crop((0, 0, round(width * self.scale), round(height * self.scale)))
        return Pair(name, lr or imresize(hr, (height, width)), hr)


def benchmark(name: str | Path, scale: float = 4, root: str | Path | None = None) -> Benchmark:
    """The pairs of low and high resolution of a benchmark set.

    It is looked for in `root`, or else in `$FCSR_DATA`, then where one works, in the layouts of
    EDSR and LIIF, of SelfExSR and of DIV2K (see `fcsr.data.layouts`); where it is not there, it is
    downloaded into the user's cache. With n pixels along a side of HR, LR has floor(n / scale), and
    HR is cropped at the right and the bottom to round(scale * floor(n / scale)), as in LIIF. LR
    images are the set's own where it has them; for other scales MATLAB's bicubic makes them.

    Args:
        name: Set5, Set14, B100, Urban100, DIV2K (its validation part), or a folder.
        scale: above 1.
        root: a folder of sets.

    Raises:
        ImageError: no such set or folder, a missing LR file, or a scale that is not above 1.
        DownloadError: the set is not on this machine and cannot be downloaded.
    """
    if not 1 < scale < math.inf:
        raise ImageError(f"scale is {scale}; a benchmark needs a finite one above 1")
    name, folders = str(name), _roots(root)
    for folder in [*folders, Path()]:
        if found := layouts.benchmark(folder, name, scale):
            return Benchmark(scale, found)
    if name not in BENCHMARKS:
        raise ImageError(
            f"{name} is neither a set ({', '.join(BENCHMARKS)}) nor a folder with photographs; "
            f"looked in {', '.join(str(folder.absolute()) for folder in [*folders, Path()])}"
        )
    with _not_found(f"{name} ({layouts.expected(name, scale)})", folders):
        here = _download(name, scale)
        return Benchmark(scale, _brought(layouts.benchmark(here, name, scale), here))


def photographs(source: str | Path, root: str | Path | None = None) -> list[Path]:
    """Photographs to train on, in the order of their names.

    Args:
        source: a folder, or a set that is found or downloaded as by `benchmark`: BSDS400 (the
            train and test parts of BSDS500; its val part is B100) or DIV2K.
        root: a folder of sets.

    Raises:
        ImageError: neither a folder nor a set, or no image in it.
        DownloadError: the set is not on this machine and cannot be downloaded.
    """
    source, folder = str(source), Path(source)
    if source in TRAINING:
        for place in [*_roots(root), Path()]:
            if found := TRAINING[source](place):
                return found
    if folder.is_dir():
        if found := image_files(folder):
            return found
        raise ImageError(f"{folder} holds no photograph ({', '.join(sorted(SUFFIXES))})")
    if source not in TRAINING:
        raise ImageError(
            f"{source} is not a folder; give one with photographs in it, or {' or '.join(TRAINING)}"
        )
    with _not_found(source, _roots(root)):
        if source == "DIV2K":
            here = download.unzip(download.DIV2K, "DIV2K_train_HR.zip")
        else:
            download.fetch(download.BSDS500, list(download.BSDS500.hashes))
            here = download.BSDS500.folder
        return _brought(TRAINING[source](here), here)


def load_photographs(
    paths: list[Path], device: torch.device | str, progress: bool = True
) -> list[UInt8[Tensor, "3 _ _"]]:
    """Photographs as 8-bit tensors on the device, where they stay for the whole training."""
    loaded = []
    with tqdm(
        total=len(paths), desc="photographs", unit="", leave=False, delay=2, disable=not progress
    ) as bar:
        for path in paths:
            loaded.append(images.to_levels(images.to_tensor(images.load(path)))[0].to(device))
            bar.update()
    return loaded


def _roots(root: str | Path | None) -> list[Path]:
    """Where to look before a download."""
    said = root or os.environ.get("FCSR_DATA")
    if said and not Path(said).is_dir():
        raise ImageError(f"{'root' if root else 'FCSR_DATA'} is {said}, which is not a folder")
    return [Path(said)] if said else []


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ImageError(f"{path} cannot be read ({error.strerror})") from error


def _load(path: Path) -> Image.Image:
    """8-bit RGB, whatever the file holds."""
    return images.to_pil(images.to_tensor(images.load(path)))


def _download(name: str, scale: float) -> Path:
    """Bring a benchmark set into the cache, as far as this scale needs it; returns its root."""
    if name == "DIV2K":
        here = download.unzip(download.DIV2K, "DIV2K_valid_HR.zip")
        lr = f"DIV2K_valid_LR_bicubic_X{scale:g}.zip"
        return download.unzip(download.DIV2K, lr) if lr in download.DIV2K.hashes else here
    for given in layouts.selfexsr_scales(name, scale):
        folder = f"{layouts.selfexsr_folder(name, given)}/"
        names = [file for file in download.SELFEXSR.hashes if file.startswith(folder)]
        if names:
            hr = [file for file in names if file.endswith("_HR.png")]
            download.fetch(download.SELFEXSR, names if given == scale else hr)
            break
    return download.SELFEXSR.folder


def _brought(found: list, folder: Path) -> list:
    """What was found in the cache, where a download says that all is there."""
    if not found:
        raise DownloadError(f"some of {folder} was taken away; delete it, to bring it anew")
    return found


@contextmanager
def _not_found(name: str, folders: list[Path]) -> Iterator[None]:
    """Where a set is downloaded: what fails there says where else it was looked for."""
    try:
        yield
    except DownloadError as error:
        looked = ", ".join(str(folder.absolute()) for folder in folders)
        places = (
            f"not in {looked}" if looked else "not looked for on disk (no root=…, no FCSR_DATA)"
        )
        raise DownloadError(f"{name} is {places}; {error}") from error
