"""What an evaluation has to measure, image by image."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from fcsr import data, images
from fcsr.data import Benchmark
from fcsr.errors import FcsrError
from fcsr.evaluation.methods import Control, Method, super_resolve
from fcsr.evaluation.results import NAMES, Row
from fcsr.metrics import Protocol, protocol_of


class Job(NamedTuple):
    """One image of a set at one scale."""

    pairs: Benchmark
    number: int
    dataset: str
    scale: float
    protocol: Protocol
    files: str  # their fingerprint

    def blank(self, method: Method | Control) -> Row:
        """The row of a method, but for what is to be measured."""
        names = (self.dataset, float(self.scale), self.pairs.names[self.number])
        row = dict(zip(NAMES, (*names, method.name, method.decode), strict=True))
        protocol = self.protocol.brief(self.scale)
        return row | {"protocol": protocol, "weights": method.weights, "files": self.files}

    def measure(self, methods: list[Method | Control]) -> list[Row]:
        """The rows of all methods; the only place where images are in memory."""
        pair = self.pairs[self.number]
        lr, hr = images.to_tensor(pair.lr), images.to_tensor(pair.hr)

        def psnr(sr) -> float:
            return self.protocol.psnr(sr, hr, self.scale)

        try:
            made = super_resolve(methods, lr, tuple(hr.shape[-2:]), psnr)
            return [
                self.blank(method) | self.protocol.measure(sr, hr, self.scale)
                for method, sr in zip(methods, made, strict=True)
            ]
        except FcsrError as error:
            name = f"{self.dataset}, {self.pairs.names[self.number]}, x{self.scale:g}"
            raise type(error)(f"{name}: {error}") from error


def plan(
    datasets: Iterable[str | Path],
    scales: Iterable[float],
    root: str | Path | None = None,
    protocol: Protocol | None = None,
) -> list[Job]:
    """All images of all sets at all scales, in this order; what is asked for twice counts once.

    Takes and raises what `fcsr.data.benchmark` does. `protocol` is each set's own by default.
    """
    jobs = []
    for name in dict.fromkeys(datasets):
        for scale in dict.fromkeys(scales):
            pairs, own = data.benchmark(name, scale, root), protocol or protocol_of(str(name))
            for number in range(len(pairs)):
                jobs.append(Job(pairs, number, str(name), scale, own, pairs.fingerprint(number)))
    return jobs
