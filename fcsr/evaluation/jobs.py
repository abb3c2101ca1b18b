"""What an evaluation consists of: an image at a scale, made by several methods and measured."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from torch import Tensor

from fcsr import data, images
from fcsr.data import Benchmark
from fcsr.errors import ImageError
from fcsr.evaluation.methods import Control, Method, super_resolve
from fcsr.evaluation.results import NAMES, Row
from fcsr.metrics import Protocol, protocol_of
from fcsr.utils import shards
from fcsr.utils.files import file_size


class Job(NamedTuple):
    """One image of a set at one scale."""

    pairs: Benchmark
    number: int
    dataset: str
    scale: float
    protocol: Protocol
    files: str  # their fingerprint; empty if they cannot be read

    @property
    def bytes(self) -> int:
        """The size of HR's file, which tells how long it takes beside others."""
        return file_size(self.pairs.files[self.number].hr)

    def blank(self, method: Method | Control) -> Row:
        """The row of a method, still without its measures."""
        names = (self.dataset, float(self.scale), self.pairs.names[self.number])
        row: Row = dict(zip(NAMES, (*names, method.name, method.decode), strict=True))
        protocol = self.protocol.brief(self.scale)
        return row | {"protocol": protocol, "weights": method.weights, "files": self.files}

    def measure(self, wanted: Mapping[Method | Control, Sequence[str]]) -> list[Row]:
        """The rows of methods, each with its own metrics; images are in memory only here.

        Raises:
            ImageError: the image cannot be read or measured; the message names it.
        """
        with self._named():
            lr, hr = self._pair()
            height, width = hr.shape[-2:]

            def psnr(sr) -> float:
                return self.protocol.psnr(sr, hr, self.scale)

            made = super_resolve(list(wanted), lr, (height, width), psnr)
            return [
                {**self.blank(method), **self.protocol.measure(sr, hr, lr, self.scale, metrics)}
                for (method, metrics), sr in zip(wanted.items(), made, strict=True)
            ]

    def score(self, method: Method, result: Path, metrics: Sequence[str]) -> Row:
        """The row of a method whose SR is in a file; raises as `measure` does."""
        with self._named():
            lr, hr = self._pair()
            sr = images.to_tensor(images.load(result))
            sizes = [f"{image.shape[-1]}x{image.shape[-2]}" for image in (sr, hr)]
            if sizes[0] != sizes[1]:
                raise ImageError(
                    f"{result} has {sizes[0]} pixels; a result of x{self.scale:g} has {sizes[1]}"
                )
            return self.blank(method) | self.protocol.measure(sr, hr, lr, self.scale, metrics)

    def _pair(self) -> tuple[Tensor, Tensor]:
        pair = self.pairs[self.number]
        return images.to_tensor(pair.lr), images.to_tensor(pair.hr)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Say of an error to which image it belongs."""
        try:
            yield
        except ImageError as error:
            name = f"{self.dataset}, {self.pairs.names[self.number]}, x{self.scale:g}"
            raise ImageError(f"{name}: {error}") from error


def plan(
    datasets: Iterable[str | Path],
    scales: Iterable[float],
    root: str | Path | None = None,
    protocol: Protocol | None = None,
    shard: str | None = None,
) -> list[Job]:
    """All images of all sets at all scales, in this order; what is given twice counts once.

    Takes and raises what `fcsr.data.benchmark` does. `protocol` is each set's own by default. Of a
    `shard` such as "3/16" these are the images that it has.
    """
    jobs = []
    for name in dict.fromkeys(datasets):
        for scale in dict.fromkeys(scales):
            pairs, own = data.benchmark(name, scale, root), protocol or protocol_of(str(name))
            for number in range(len(pairs)):
                jobs.append(Job(pairs, number, str(name), scale, own, files=""))
    own_jobs = shards.share(jobs, shard)
    return [job._replace(files=_files(job.pairs, job.number)) for job in own_jobs]


def _files(pairs: Benchmark, number: int) -> str:
    try:
        return pairs.fingerprint(number)
    except ImageError:  # of one image: `measure` will say so, and others go on
        return ""
