"""Results that are files already, of whatever program, measured against their originals."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fcsr.data.layouts import image_files
from fcsr.data.pairs import fingerprint
from fcsr.errors import ImageError
from fcsr.evaluation.jobs import plan
from fcsr.evaluation.methods import Method
from fcsr.evaluation.results import Row, naming
from fcsr.evaluation.tables import from_rows
from fcsr.evaluation.wanted import choose_metrics, raise_failures
from fcsr.metrics import Protocol
from fcsr.utils.extras import require
from fcsr.utils.files import atomic_write
from fcsr.utils.progress import tqdm

if TYPE_CHECKING:
    import pandas

ADDED = re.compile(r"(x\d|[\W_]).*|", re.DOTALL)
"""What may follow an original's name in that of its result: babyx4, baby_SR, baby (1)."""


def score(
    results: str | Path,
    originals: str | Path,
    scale: float,
    root: str | Path | None = None,
    protocol: Protocol | None = None,
    progress: bool = True,
    metrics: str | Sequence[str] | None = None,
    out: str | Path | None = None,
) -> "pandas.DataFrame":
    """Measure super-resolved images that are files, made by whatever program.

    A result's name is its original's, or begins with it: `baby.png`, `baby_x4.png`, `babyx4.jpg`.
    HR is cropped as in `fcsr.data.benchmark`, so that its size is `scale` times LR's.

    Args:
        results: a folder of SR images, or one image.
        originals: the HR images: what `fcsr.data.benchmark` takes, or one image.
        scale: how many times larger SR is than LR, each way; the border that PSNR leaves out
            depends on it.
        root, protocol, progress, metrics: as in `fcsr.evaluate`.
        out: a CSV file for the table; its folder is made.

    Returns:
        A table as `fcsr.evaluate` gives, with one method, called as `results` is.

    Raises:
        ImageError: originals without a result, results without an original, or several for one;
            before any is measured.
        EvaluationError: some images could not be read, or differ in size from their originals;
            all others are measured, in the error's `table`.
        FcsrError: an unknown set or metric, a package that is missing (pandas, or a metric's), or
            an `out` that cannot be written.

    Example:
        >>> import fcsr, tempfile
        >>> original = fcsr.images.sample("coffee").crop((200, 100, 264, 148))
        >>> result = fcsr.upscale(original.resize((32, 24)), scale=2, model="bicubic")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     sr, hr = f"{folder}/bicubic.png", f"{folder}/coffee.png"
        ...     fcsr.images.save(result, sr)
        ...     fcsr.images.save(original, hr)
        ...     table = fcsr.evaluation.score(sr, hr, scale=2, metrics="psnr", progress=False)
        >>> table[["image", "method", "protocol"]].values.tolist()
        [['coffee', 'bicubic', 'y, shave 2']]
    """
    require("score", "metrics", "pandas", "tabulate")
    if out is not None:
        with naming(out):
            Path(out).parent.mkdir(parents=True, exist_ok=True)
    results, chosen = Path(results), choose_metrics(metrics)
    jobs = plan([originals], [scale], root, protocol)
    files = find_results(results, [job.pairs.names[job.number] for job in jobs])
    rows: list[Row] = []
    failures = []
    for job, file in tqdm(
        list(zip(jobs, files, strict=True)), desc="measuring", unit="image", disable=not progress
    ):
        try:
            method = Method(results.absolute().stem, "", fingerprint([file]))
            rows.append(job.score(method, file, chosen))
        except ImageError as error:
            failures.append(str(error))
    table = from_rows(rows, {job.dataset: job.protocol for job in jobs}, chosen)
    if out is not None:
        with naming(out), atomic_write(out) as draft:
            table.to_csv(draft, index=False)
    raise_failures(failures, len(jobs), table)
    return table


def find_results(results: Path, originals: list[str]) -> list[Path]:
    """The file in `results` for each of the originals' names; raises ImageError as `score` does."""
    found = [results] if results.is_file() else image_files(results)
    if not found:
        raise ImageError(f"{results} is neither a picture nor a folder with pictures in it")
    if len(found) == len(originals) == 1:
        return found
    files: dict[str, Path] = {}
    for file in found:
        name = _original(file, originals)
        if name in files:
            raise ImageError(
                f"{files[name]} and {file} are both named after {name}: keep those of one program "
                "in a folder"
            )
        files[name] = file
    if missing := [name for name in originals if name not in files]:
        raise ImageError(
            f"{results} lacks {len(missing)} of {len(originals)} results: {_some(missing)}; a "
            "result is named as its original, or begins so: baby.png, baby_x4.png"
        )
    return [files[name] for name in originals]


def _original(file: Path, originals: list[str]) -> str:
    """Of the names that the file's begins with, the longest."""

    def is_named_after(name: str) -> bool:
        begins, added = file.stem.startswith(name), file.stem[len(name) :]
        return file.name == name or (begins and ADDED.fullmatch(added) is not None)

    fitting = list(filter(is_named_after, originals))
    if not fitting:
        raise ImageError(
            f"{file} is named after none of the originals ({_some(originals)}): rename it, or move "
            "it elsewhere"
        )
    return max(fitting, key=len)


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
