"""Models on benchmark sets: every image measured, by a protocol that stands beside the number."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import torch
from tqdm.auto import tqdm

from fcsr import data, images
from fcsr.data import Benchmark
from fcsr.decoding import Decode
from fcsr.errors import FcsrError
from fcsr.evaluation.methods import Control, Method, Model, parse, super_resolve
from fcsr.evaluation.results import NAMES, Results, Row
from fcsr.evaluation.tables import from_rows, means, to_markdown
from fcsr.metrics import Protocol, lpips_network, protocol_of
from fcsr.utils.distributed import Processes

if TYPE_CHECKING:
    import pandas


class Job(NamedTuple):
    """One image of a set at one scale."""

    pairs: Benchmark
    number: int
    dataset: str
    scale: float
    protocol: Protocol
    files: str  # their fingerprint

    def blank(self, method: Method | Control) -> Row:
        """The row of a method, still without its measures."""
        names = (self.dataset, float(self.scale), self.pairs.names[self.number])
        row: Row = dict(zip(NAMES, (*names, method.name, method.decode), strict=True))
        protocol = self.protocol.brief(self.scale)
        return row | {"protocol": protocol, "weights": method.weights, "files": self.files}

    def measure(self, methods: list[Method | Control]) -> list[Row]:
        """The rows of all methods; images are in memory only here."""
        pair = self.pairs[self.number]
        lr, hr = images.to_tensor(pair.lr), images.to_tensor(pair.hr)
        height, width = hr.shape[-2:]

        def psnr(sr) -> float:
            return self.protocol.psnr(sr, hr, self.scale)

        try:
            made = super_resolve(methods, lr, (height, width), psnr)
            return [
                {**self.blank(method), **self.protocol.measure(sr, hr, self.scale)}
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
    """All images of all sets at all scales, in this order; what is given twice counts once.

    Takes and raises what `fcsr.data.benchmark` does. `protocol` is each set's own by default.
    """
    jobs = []
    for name in dict.fromkeys(datasets):
        for scale in dict.fromkeys(scales):
            pairs, own = data.benchmark(name, scale, root), protocol or protocol_of(str(name))
            for number in range(len(pairs)):
                jobs.append(Job(pairs, number, str(name), scale, own, pairs.fingerprint(number)))
    return jobs


def evaluate(
    model: Model | Sequence[Model],
    dataset: str | Path | Sequence[str | Path] = "Set5",
    scale: float | Sequence[float] = 4,
    decode: str | Decode | None = None,
    root: str | Path | None = None,
    protocol: Protocol | None = None,
    out: str | Path | None = None,
    progress: bool = True,
) -> "pandas.DataFrame":
    """Measure models on benchmark sets: one row for each image, scale and method.

    A method is a model, or a string: `"cs"`, a name of `fcsr.available`, or the path of a model's
    file; `"cs:mean"`, after a colon how its distributions are decoded; `"lte@cs"`, a control, LTE
    with Gaussian noise added until its PSNR is that of CS; `"bicubic"`, interpolation.

    Started by `torchrun` or `accelerate launch`, the images are spread over the processes, and
    each of these returns the whole table.

    Args:
        model: one or several methods, as above.
        dataset: one or several of what `fcsr.data.benchmark` takes.
        scale: one or several; LR images are made where the set has none.
        decode: how to decode the distributions of models that do not say it.
        root: the folder of the sets, `$FCSR_DATA` by default.
        protocol: of PSNR; each set's own by default.
        out: a folder for `images.csv` (the rows), `means.csv` and `means.md`. What it holds
            already is kept, and measured again if weights, protocol or files have changed.
        progress: show a bar.

    Returns:
        A pandas DataFrame. Columns: dataset, scale, image, method, decode; psnr (dB); lpips,
        lpips_01, lpips_255 (LPIPS of images in [-1, 1], its own range, in [0, 1] and [0, 255]);
        black, bright (artifacts per 1000 pixels); protocol, weights, files (what the numbers
        depend on). `fcsr.evaluation.means` averages it over the images, and `attrs["protocol"]`
        explains how the numbers were made.

    Raises:
        FcsrError: an unknown model, set or decode, a decode without a name where `out` is to
            keep its numbers, a file that is missing, or an `out` that cannot be written or that
            another evaluation writes to. What can be known before is checked before any image
            is measured.

    Example:
        >>> import tempfile
        >>> import fcsr
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     crop = fcsr.images.sample("coffee").crop((200, 100, 264, 148))
        ...     fcsr.images.save(crop, f"{folder}/coffee.png")
        ...     table = fcsr.evaluate("bicubic", folder, scale=2, progress=False)
        >>> [row] = table.to_dict("records")
        >>> row["image"], row["protocol"], round(row["psnr"], 1)
        ('coffee', 'y, shave 2', 36.0)
    """
    processes = Processes()  # first: it chooses this process's GPU, if there are several
    methods = parse(_several(model), decode)
    if out and any("<" in method.decode for method in methods):
        raise FcsrError(
            "out keeps numbers under the decode's name; give a function of a module, which has one "
            "of its own"
        )
    jobs = plan(_several(dataset), _several(scale), root, protocol)
    lpips_network.alex(torch.device("cpu"))  # else it would be missed when the first image is made
    results = Results(out, processes.rank) if out else None
    with results.locked() if results and processes.is_main_process else nullcontext():
        rows = _measure_all(jobs, methods, results, processes, progress)
        table = from_rows(rows, {job.dataset: job.protocol for job in jobs})
        if results and processes.is_main_process:
            summary = means(table)
            results.write("means.csv", summary.to_csv(index=False))
            results.write("means.md", to_markdown(summary))
    return table


def _measure_all(
    jobs: list[Job],
    methods: list[Method | Control],
    results: Results | None,
    processes: Processes,
    progress: bool,
) -> list[Row]:
    """The rows of all jobs and methods, in this order; rows that are known are not measured."""
    known = _open(results, processes)
    own = processes.share(jobs)
    measured: list[Row] = []
    with tqdm(
        total=len(own),
        desc="evaluating",
        unit="image",
        disable=not (progress and processes.is_main_process),
    ) as bar:
        for job in own:
            bar.set_postfix_str(f"{job.dataset} x{job.scale:g}")
            missing = [method for method in methods if _identity(job.blank(method)) not in known]
            rows = job.measure(missing) if missing else []
            if results and rows:
                results.append(rows)
            measured += rows
            bar.update()
    known |= {_identity(row): row for row in processes.gather(measured)}
    rows = [known[_identity(job.blank(method))] for job in jobs for method in methods]
    if results and processes.is_main_process:
        results.merge([*known.values(), *rows])
    processes.wait()
    return rows


def _open(results: Results | None, processes: Processes) -> dict[tuple, Row]:
    """The rows that were measured before, all in one file, by what they depend on."""
    if results is None:
        return {}
    if processes.is_main_process:
        results.merge(results.read())
    processes.wait()
    return {_identity(row): row for row in results.read()}


def _identity(row: Row) -> tuple:
    """The names of a row, and what its numbers depend on."""
    return tuple(row[name] for name in (*NAMES, "protocol", "weights", "files"))


def _several(value) -> list:
    several = isinstance(value, Sequence) and not isinstance(value, str)
    return list(value) if several else [value]
