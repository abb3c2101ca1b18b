"""Models on benchmark sets: every image measured, by a protocol that stands beside the number."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from fcsr.decoding import Decode
from fcsr.errors import FcsrError
from fcsr.evaluation.comparison import base_of, compare
from fcsr.evaluation.jobs import plan
from fcsr.evaluation.markdown import to_markdown
from fcsr.evaluation.measuring import measure_all
from fcsr.evaluation.methods import Model, parse
from fcsr.evaluation.results import Results
from fcsr.evaluation.tables import from_rows, means
from fcsr.evaluation.wanted import choose_metrics, raise_failures, several
from fcsr.metrics import Protocol
from fcsr.utils import shards
from fcsr.utils.device import find_device
from fcsr.utils.distributed import Processes
from fcsr.utils.extras import require

if TYPE_CHECKING:
    import pandas


def evaluate(
    model: Model | Sequence[Model],
    dataset: str | Path | Sequence[str | Path] = "Set5",
    scale: float | Sequence[float] = 4,
    decode: str | Decode | None = None,
    root: str | Path | None = None,
    protocol: Protocol | None = None,
    out: str | Path | None = None,
    progress: bool = True,
    metrics: str | Sequence[str] | None = None,
    base: str | None = None,
    device: str | torch.device | None = None,
    shard: str | None = None,
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
            already is kept, and only metrics that it lacks are measured; all are measured again
            if weights, protocol or files have changed.
        progress: show a bar.
        metrics: one or several of `fcsr.metrics.METRICS`. By default `DEFAULT_METRICS`; where
            these cannot be measured because LPIPS is not installed, psnr, ssim and artifacts,
            with a warning.
        base: the method that `out` compares the others with, in `compare.csv` and `means.md`;
            see `fcsr.evaluation.compare`.
        device: where models run that are given by their names, as in `fcsr.upscale`.
        shard: measure a part of the images, `"3/16"` the third of 16, and write the rows alone.
            Shards may share `out` at the same time. The same call without `shard`, once they have
            ended, measures what they have not and writes the means.

    Returns:
        A pandas DataFrame. Columns: dataset, scale, image, method, decode; those of the metrics,
        in the order of `METRICS`; protocol, weights, files (what the numbers depend on).
        `fcsr.evaluation.means` averages it over the images, `fcsr.evaluation.compare` compares
        its methods, and `attrs["protocol"]` explains how the numbers were made.

    Raises:
        EvaluationError: some images could not be read or measured, as the message says of each.
            It is raised at the end: all others are measured, in `out`, and in the error's
            `table`.
        FcsrError: an unknown model, set, decode or metric, a package that is missing (pandas,
            or a metric's), a base that is none of the methods, a decode without a name where
            `out` is to keep its numbers, a file that is missing, a shard without `out`, or an
            `out` that cannot be written or that another process writes to. What can be known
            before is checked before any image is measured.

    Example:
        >>> import tempfile
        >>> import fcsr
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     crop = fcsr.images.sample("coffee").crop((200, 100, 264, 148))
        ...     fcsr.images.save(crop, f"{folder}/coffee.png")
        ...     table = fcsr.evaluate("bicubic", folder, 2, metrics="psnr", progress=False)
        >>> [row] = table.to_dict("records")
        >>> row["image"], row["protocol"], round(row["psnr"], 1)
        ('coffee', 'y, shave 2', 36.0)
    """
    require("evaluate", "metrics", "pandas", "tabulate")
    if shard is not None and shards.parse(shard) and not out:
        raise FcsrError("a shard needs out, the folder in which the rows of all shards meet")
    # first: it chooses this process's GPU, if there are several
    processes = Processes(find_device(device))
    methods = parse(several(model), decode, device)
    if out and any("<" in method.decode for method in methods):
        raise FcsrError(
            "out keeps numbers under the decode's name; give a function of a module, which has one "
            "of its own"
        )
    if base is not None:
        base_of([(method.name, method.decode) for method in methods], base)
    chosen = choose_metrics(metrics, warn=processes.is_main_process)
    jobs = plan(several(dataset), several(scale), root, protocol, shard)
    results = Results(out, processes.rank, shard) if out else None
    with results.locked() if results and processes.is_main_process else nullcontext():
        rows, failures = measure_all(jobs, methods, chosen, results, processes, progress)
        table = from_rows(rows, {job.dataset: job.protocol for job in jobs}, chosen)
        if results and rows and processes.is_main_process and not shard:
            _write(results, table, base)
    raise_failures(failures, len(jobs), table)
    return table


def _write(results: Results, table: "pandas.DataFrame", base: str | None) -> None:
    """What is made of the rows: means, and the comparison with a base."""
    summary = means(table)
    results.write("means.csv", summary.to_csv(index=False))
    comparison = None if base is None else compare(table, base)
    if comparison is not None:
        results.write("compare.csv", comparison.to_csv(index=False))
    results.write("means.md", to_markdown(summary, comparison))
