"""Photographs to train on, and the field's benchmark sets: found on disk, or downloaded."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from jaxtyping import UInt8
from torch import Tensor

from fcsr import images
from fcsr.data import download, layouts
from fcsr.data.layouts import SUFFIXES, image_files
from fcsr.data.pairs import Benchmark
from fcsr.errors import DownloadError, ImageError
from fcsr.utils.numbers import is_finite
from fcsr.utils.progress import tqdm

BENCHMARKS = ("Set5", "Set14", "B100", "Urban100", "DIV2K")
"""The sets that `benchmark` finds or downloads by their names."""

TRAINING = {"BSDS400": layouts.bsds400, "DIV2K": layouts.div2k_train}


def benchmark(name: str | Path, scale: float = 4, root: str | Path | None = None) -> Benchmark:
    """The LR and HR images of a benchmark set.

    The set is looked for in `root`, or else in `$FCSR_DATA`, then in the working folder, in the
    layouts of EDSR and LIIF, of SelfExSR and of DIV2K (see `fcsr.data.layouts`); if it is not
    there, it is downloaded into the user's cache. With n pixels along a side of HR, LR has
    floor(n / scale), and HR is cropped at the right and the bottom to
    round(scale * floor(n / scale)), as in LIIF. LR images are the set's own where it has them;
    else MATLAB's bicubic makes them.

    Args:
        name: Set5, Set14, B100, Urban100, DIV2K (its validation part), or a folder.
        scale: above 1.
        root: a folder of sets.

    Raises:
        ImageError: no such set or folder, a missing LR file, or a scale that is not above 1.
        DownloadError: the set is not on this machine and cannot be downloaded.

    Example:
        >>> import fcsr, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     fcsr.images.save(fcsr.images.sample("coffee"), f"{folder}/coffee.png")
        ...     for name, lr, hr in fcsr.data.benchmark(folder, scale=4):
        ...         print(name, lr.size, hr.size)
        coffee (150, 100) (600, 400)
    """
    if not is_finite(scale, above=1):
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
        return Benchmark(scale, _downloaded(layouts.benchmark(here, name, scale), here))


def photographs(source: str | Path, root: str | Path | None = None) -> list[Path]:
    """The files of photographs to train on, in the order of their names.

    Args:
        source: a folder, or a set that is found or downloaded as by `benchmark`: BSDS400 (the
            train and test parts of BSDS500; its val part is B100) or DIV2K.
        root: a folder of sets.

    Raises:
        ImageError: neither a folder nor a set, or no image in it.
        DownloadError: the set is not on this machine and cannot be downloaded.

    Example:
        >>> import fcsr, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("rocket", "coffee"):
        ...         fcsr.images.save(fcsr.images.sample(name), f"{folder}/{name}.jpg")
        ...     [path.name for path in fcsr.data.photographs(folder)]
        ['coffee.jpg', 'rocket.jpg']
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
        return _downloaded(TRAINING[source](here), here)


def load_photographs(
    paths: list[Path], device: torch.device | str, progress: bool = True
) -> list[UInt8[Tensor, "3 _ _"]]:
    """Load photographs as 8-bit tensors on the device, to stay there for the whole training.

    Args:
        paths: image files.
        device: where the tensors go.
        progress: show a bar when it takes more than two seconds.

    What files hold beside a photograph is told in one warning for all of them.

    Raises:
        ImageError: a file cannot be read.

    Example:
        >>> import fcsr, pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "coffee.png")
        ...     fcsr.images.save(fcsr.images.sample("coffee"), path)
        ...     [photograph] = fcsr.data.load_photographs([path], device="cpu")
        >>> photograph.dtype, photograph.shape
        (torch.uint8, torch.Size([3, 400, 600]))
    """
    loaded = []
    with (
        warnings.catch_warnings(record=True) as caught,
        tqdm(
            total=len(paths),
            desc="photographs",
            unit="",
            leave=False,
            delay=2,
            disable=not progress,
        ) as bar,
    ):
        warnings.simplefilter("always")
        for path in paths:
            loaded.append(images.to_levels(images.to_tensor(images.load(path)))[0].to(device))
            bar.update()
    if caught:
        count = f"{len(caught)} warnings of {len(paths)} photographs"
        warnings.warn(f"{count}, the first: {caught[0].message}", stacklevel=2)
    return loaded


def _roots(root: str | Path | None) -> list[Path]:
    """Where to look before a download."""
    given = root or os.environ.get("FCSR_DATA")
    if given and not Path(given).is_dir():
        raise ImageError(f"{'root' if root else 'FCSR_DATA'} is {given}, which is not a folder")
    return [Path(given)] if given else []


def _download(name: str, scale: float) -> Path:
    """Download what this scale needs of a benchmark set into the cache; returns its root."""
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


def _downloaded(found: list, folder: Path) -> list:
    """The files found in the cache after a download; none: they were deleted since."""
    if not found:
        raise DownloadError(f"some of {folder} was deleted; delete all, to download it again")
    return found


@contextmanager
def _not_found(name: str, folders: list[Path]) -> Iterator[None]:
    """Add to a failed download where else the set was looked for."""
    try:
        yield
    except DownloadError as error:
        looked = ", ".join(str(folder.absolute()) for folder in folders)
        places = (
            f"not in {looked}" if looked else "not looked for on disk (no root=…, no FCSR_DATA)"
        )
        raise DownloadError(f"{name} is {places}; {error}") from error
