"""All images of an evaluation measured, by all of its processes; what is known is kept."""

from fcsr.errors import ImageError
from fcsr.evaluation.jobs import Job
from fcsr.evaluation.methods import Control, Method
from fcsr.evaluation.results import DEPENDS, NAMES, Results, Row
from fcsr.metrics import columns
from fcsr.utils.distributed import Processes
from fcsr.utils.progress import tqdm


def measure_all(
    jobs: list[Job],
    methods: list[Method | Control],
    metrics: list[str],
    results: Results | None,
    processes: Processes,
    progress: bool,
) -> tuple[list[Row], list[str]]:
    """The rows of all jobs and methods, in this order; numbers that are known are kept.

    Then, of each image that cannot be measured, which it is and why.
    """
    known = _open(results, processes)
    wanted = {number: _wanted(job, methods, metrics, known) for number, job in enumerate(jobs)}
    left = [number for number in wanted if wanted[number]]
    own = processes.share(left, cost=lambda number: jobs[number].bytes)
    measured: list[Row] = []
    failed: list[tuple[int, str]] = []
    with tqdm(
        total=len(own),
        desc="evaluating",
        unit="image",
        disable=not (own and progress and processes.is_main_process),
    ) as bar:
        for number in own:
            job = jobs[number]
            bar.set_postfix_str(f"{job.dataset} x{job.scale:g}")
            try:
                rows = job.measure(wanted[number])
            except ImageError as error:
                rows = []
                failed.append((number, str(error)))
            if results and rows:
                results.append(rows)
            measured += rows
            bar.update()
    for row in processes.gather(measured):
        known[_identity(row)] = known.get(_identity(row), {}) | row
    failures = dict(sorted(processes.gather(failed)))
    done = [job for number, job in enumerate(jobs) if number not in failures]
    rows = [known[_identity(job.blank(method))] for job in done for method in methods]
    if results and processes.is_main_process and not results.part:
        results.merge([*known.values(), *rows])
    processes.wait()
    return rows, list(failures.values())


def _wanted(
    job: Job, methods: list[Method | Control], metrics: list[str], known: dict[tuple, Row]
) -> dict[Method | Control, list[str]]:
    """The metrics that are not known of an image, of each method that lacks some."""
    wanted = {}
    for method in methods:
        row = known.get(_identity(job.blank(method)), {})
        if lacking := [name for name in metrics if not row.keys() >= set(columns([name]))]:
            wanted[method] = lacking
    return wanted


def _open(results: Results | None, processes: Processes) -> dict[tuple, Row]:
    """The rows that were measured before, by what they depend on; but for shards in one file."""
    if results is None:
        return {}
    if processes.is_main_process and not results.part:
        results.merge(results.read())
    processes.wait()  # until the main process has the folder
    if results.part:
        results.mend()
    return {_identity(row): row for row in results.read()}


def _identity(row: Row) -> tuple:
    """The names of a row, and what its numbers depend on."""
    return tuple(row[name] for name in (*NAMES, *DEPENDS))
