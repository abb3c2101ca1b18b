"""The LR and HR images of a benchmark set, opened and matched in size."""

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from fcsr import images
from fcsr.data.layouts import Files
from fcsr.errors import ImageError
from fcsr.images import imresize


class Pair(NamedTuple):
    """One image of a benchmark set, in 8-bit RGB.

    Example:
        >>> import fcsr
        >>> hr = fcsr.images.sample("coffee").crop((0, 0, 16, 12))
        >>> pair = fcsr.data.Pair("coffee", lr=hr.resize((8, 6)), hr=hr)
        >>> pair.hr.width / pair.lr.width
        2.0
    """

    name: str
    lr: Image.Image
    hr: Image.Image


@dataclass(frozen=True)
class Benchmark(Sequence):  # not Sequence[Pair]: to check that type, beartype opens an image
    """The `Pair`s of a set at one scale; each is opened when it is indexed.

    Raises:
        ImageError: on indexing: a file cannot be read, an image is too small for the scale, or
            an LR image has another size than HR and the scale demand.

    Example:
        >>> import fcsr, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     fcsr.images.save(fcsr.images.sample("chelsea"), f"{folder}/chelsea.png")
        ...     cats = fcsr.data.benchmark(folder, scale=3)
        ...     cats.names, cats[0].hr.size, cats[0].lr.size
        (['chelsea'], (450, 300), (150, 100))
    """

    scale: float
    files: list[Files]

    @property
    def names(self) -> list[str]:
        """The images' names, in order."""
        return [files.name for files in self.files]

    def __len__(self) -> int:
        return len(self.files)

    def fingerprint(self, number: int) -> str:
        """Twelve hexadecimal digits of a hash of a pair's files."""
        _, *paths = self.files[number]
        return fingerprint(filter(None, paths))

    def __getitem__(self, number: int) -> Pair:  # type: ignore[override]  # no slices
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


def _load(path: Path) -> Image.Image:
    """An image file as 8-bit RGB, whatever its mode."""
    return images.to_pil(images.to_tensor(images.load(path)))


def fingerprint(paths: Iterable[Path]) -> str:
    """Twelve hexadecimal digits of a hash of the contents of image files, in their order.

    Raises:
        ImageError: a file cannot be read.
    """
    digest = hashlib.sha256()
    for path in paths:
        try:
            with path.open("rb") as file:
                hashlib.file_digest(file, lambda: digest)
        except OSError as error:
            raise ImageError(f"{path} cannot be read ({error.strerror})") from error
    return digest.hexdigest()[:12]
