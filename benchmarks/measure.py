"""What the benchmarks share: processes, their memory at its peak, the machine's rate, tables."""

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd
import torch
from tqdm import tqdm

from fcsr.models.mlp import linear
from fcsr.utils.device import default_device
from fcsr.utils.files import atomic_write

ON_GPU = default_device().type == "cuda"
RSS_UNIT = 1 if sys.platform == "darwin" else 2**10  # bytes, of what the system calls ru_maxrss


def in_turns(measure: Callable, jobs: Iterable[tuple], rounds: int = 2) -> dict[tuple, tuple]:
    """The least of what `measure(*job)` gives, each time in a process of its own."""
    context = multiprocessing.get_context("spawn")
    least: dict[tuple, tuple] = {}
    jobs = list(jobs)
    for job in tqdm(rounds * jobs, desc="measured"):
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            found = pool.submit(measure, *job).result()
        least[job] = min(found, least.get(job, found))
    return least


def fill(out: Path, key: list[str], jobs: dict[tuple, tuple], workers: int) -> None:
    """A CSV file with the rows that `function(*arguments)` gives for each job.

    A job's place is what it has in the columns `key`; those that have rows there already are not
    done again. The rows stand in the order of the jobs. Each of the `workers` processes has one
    thread.
    """
    order = list(jobs)
    kinds = dict(zip(key, map(type, order[0]), strict=True))  # of a name such as 001, too
    rows = []
    if out.exists():
        rows = pd.read_csv(out, keep_default_na=False, dtype=kinds).to_dict("records")

    def place_of(row: dict) -> tuple:
        return tuple(row[name] for name in key)

    done = {place_of(row) for row in rows}
    todo = {place: job for place, job in jobs.items() if place not in done}
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, torch.set_num_threads, (1,))
    with pool, tqdm(total=len(todo)) as bar:
        results = {place: pool.submit(*job) for place, job in todo.items()}
        for place, result in results.items():
            rows += [dict(zip(key, place, strict=True)) | row for row in result.result()]
            rows.sort(key=lambda row: order.index(place_of(row)))
            with atomic_write(out) as draft:
                pd.DataFrame(rows).to_csv(draft, index=False, float_format="%.4f")
            bar.update()


@torch.no_grad()
def rate(kind: torch.dtype) -> float:
    """Floating-point operations a second in one large matrix product, as fcsr makes products."""
    size = 8192 if ON_GPU else 2048
    layer = torch.nn.Linear(size, size, bias=False, dtype=kind, device=default_device())
    rows = torch.randn(size, size, dtype=kind, device=default_device())
    best = min(seconds(lambda: linear(layer, rows)) for _ in range(5))
    return 2 * size**3 / best


def seconds(work: Callable) -> float:
    """Until the work is done, on a GPU too."""
    synchronize()
    start = time.perf_counter()
    work()
    synchronize()
    return time.perf_counter() - start


def synchronize() -> None:
    if ON_GPU:
        torch.cuda.synchronize()


def peak() -> float:
    """GiB that this process has held at most."""
    if ON_GPU:
        return torch.cuda.max_memory_allocated() / 2**30
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT / 2**30


def report(table: pd.DataFrame, out: Path | None = None, page: Path | None = None) -> None:
    """Print a table below the machine that it is of; if wanted, keep it as CSV and on a page."""
    device = torch.cuda.get_device_name() if ON_GPU else "CPU"
    print(f"{device}, {torch.get_num_threads()} threads, torch {torch.__version__}")
    print(table.to_markdown(index=False, floatfmt=".2f"))
    if out:
        with atomic_write(out) as draft:
            table.to_csv(draft, index=False, float_format="%.4f")
    if out and page:
        paste(out, page)


def paste(csv: Path, page: Path) -> None:
    """Put a file's rows, where they have no gaps, above the line of a page that names the file."""
    before, after = page.read_text(encoding="utf-8").split(f"\n<!-- {csv.name} -->\n")
    lines = before.split("\n")
    while lines[-1].startswith("|"):
        lines.pop()
    table = pd.read_csv(csv).dropna().to_markdown(index=False, floatfmt=".2f")
    parts = [*lines, table, f"<!-- {csv.name} -->", after]
    with atomic_write(page) as draft:
        draft.write_text("\n".join(parts), encoding="utf-8")
