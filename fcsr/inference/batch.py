"""Many pictures upscaled by one model, shared among processes."""

import math
import os
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from fcsr import decoding, images
from fcsr.decoding import Decode
from fcsr.errors import FcsrError, UpscalingError
from fcsr.images.files.lossy import Lossy
from fcsr.inference import memory, streams
from fcsr.inference.files import Settings, Sizes, Upscaling, prepare_file
from fcsr.inference.jobs import STREAM, Job
from fcsr.inference.picture_tiles import COMPILED_PIXELS, prepare
from fcsr.inference.sharing import write_shared
from fcsr.inference.upscaling import output_size
from fcsr.models import ContinuousModel, Precision
from fcsr.utils.device import find_device
from fcsr.utils.distributed import Processes
from fcsr.utils.files import file_size
from fcsr.utils.progress import tqdm


@dataclass(frozen=True)
class Upscaled:
    """What became of a picture.

    Args:
        source, target: as in its `Job`.
        sizes: (height, width) of both; None where there is no result, or it was there before.
        seconds: how long it took, reading and writing included.
        decode: how distributions were decoded, None where there are none.
        precision: in which the model multiplied; None of bicubic.
        device: where the model ran.
        warnings: what the source holds and the result does not.
        error: why there is no result, None if there is one.
        skipped: the result was there before.

    Example:
        >>> from fcsr.inference import Upscaled
        >>> Upscaled("a.png", "large/a.png", skipped=True).sizes is None
        True
    """

    source: str
    target: str
    sizes: Sizes | None = None
    seconds: float = 0.0
    decode: str | None = None
    precision: str | None = None
    device: str = "cpu"
    warnings: tuple[str, ...] = ()
    error: str | None = None
    skipped: bool = False


def upscale_files(
    jobs: list[Job],
    scale: float | None = None,
    size: tuple[int, int] | None = None,
    model: ContinuousModel | str | Path = "fcs",
    decode: str | Decode | None = None,
    progress: bool = True,
    compile: bool | None = False,
    precision: Precision | None = None,
    device: str | torch.device | None = None,
    quality: int = 95,
    subsampling: str | None = None,
    report: Callable[[Upscaled], None] | None = None,
) -> list[Upscaled]:
    """`upscale_file` for many: the model is loaded once, and a bad file does not stop the others.

    Started by `torchrun` or `accelerate launch`, the files are spread over the processes, the
    largest first, and each of these returns what became of all. Of a single picture each makes a
    part of the rows. What a result lacks is a warning, as in `upscale_file`.

    Args:
        jobs: what `plan` gives.
        scale, size, model, decode, precision, device: as in `upscale`.
        progress: show a bar: of the pictures or, of a single one, its pixels.
        compile, quality, subsampling: as in `upscale_file`.
        report: called with each picture that is done, in the process that made it.

    Returns:
        What became of each picture, in the order of `jobs`.

    Raises:
        UpscalingError: some pictures could not be read or written, as the message says of each. It
            is raised at the end: all others are made.
        FcsrError: as `upscale` does, or a folder that cannot be made; before any work is done.

    Example:
        >>> import fcsr, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     photograph = fcsr.images.sample("coffee").crop((0, 0, 16, 12))
        ...     for name in ("a.png", "b.jpg"):
        ...         fcsr.images.save(photograph, f"{folder}/{name}")
        ...     jobs = fcsr.inference.plan(folder, f"{folder}/large")
        ...     done = fcsr.inference.upscale_files(jobs, 4, model="lte-compact", progress=False)
        >>> [result.sizes for result in done]
        [((12, 16), (48, 64)), ((12, 16), (48, 64))]
    """
    output_size((1, 1), scale, size)  # refuses what is none
    lossy = Lossy(quality, subsampling)
    processes = Processes(_place(model, device))
    ready = prepare(model, decode, precision, compile, device)
    for folder in sorted({os.path.dirname(job.target) for job in jobs if not job.named}):
        _make_folder(folder or os.curdir)
    jobs = processes.gather(jobs if processes.is_main_process else [])
    how = Settings(scale, size, ready, decode, progress and len(jobs) == 1, compile, lossy=lossy)
    numbers = list(range(len(jobs)))
    own = processes.share(numbers, cost=lambda number: file_size(jobs[number].source))
    shared = processes.count > 1 and len(jobs) == 1 and STREAM not in jobs[0][:2]
    done: list[tuple[int, Upscaled]] = []
    hidden = not (progress and processes.is_main_process and len(own) > 1)
    with tqdm(total=len(own), desc="upscaling", unit="image", disable=hidden) as bar:
        for number in numbers if shared else own:
            result = _upscale(jobs[number], how, processes if shared else None)
            how = _after(result, how)
            if number in own:  # of a picture that all have made: the main process
                done.append((number, result))
                if report:
                    report(result)
            bar.update()
    results = [result for _, result in sorted(processes.gather(done), key=lambda pair: pair[0])]
    _raise_failures(jobs, results)
    return results


def _place(model: ContinuousModel | str | Path, device: str | torch.device | None) -> torch.device:
    """The device of all processes; each has put a model of its own on one of its kind."""
    if isinstance(model, ContinuousModel):
        return torch.device(next(model.parameters()).device.type)
    return find_device(device)


def _make_folder(folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
        problem = None if os.access(folder, os.W_OK) else "Permission denied"
    except OSError as error:
        problem = error.strerror
    if problem:
        raise FcsrError(f"{folder} cannot be written ({problem}); name another folder")


def _after(result: Upscaled, how: Settings) -> Settings:
    """How to go on: a model is compiled by itself where all results together are large enough.

    It is tried once, at the start of the picture with which they are.
    """
    if how.compile is not None or result.sizes is None:
        return how
    before = how.before + math.prod(result.sizes[1])
    return replace(how, before=before, compile=False if before >= COMPILED_PIXELS else None)


def _upscale(job: Job, how: Settings, processes: Processes | None) -> Upscaled:
    """Do a job, with all `processes`; whatever is wrong with its files is in what it returns."""
    facts = _facts(how)
    if job.skip:
        return Upscaled(job.source, job.target, skipped=True, **facts)
    sizes, error, start = None, None, time.perf_counter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            sizes = _make(job, how, processes)
        except FcsrError as problem:
            error = str(problem)
        except (MemoryError, RuntimeError) as problem:
            if not memory.ran_out(problem):
                raise
            cure = "close other programs, or cut it into parts"
            error = f"{job.source} needs more memory than there is; {cure}"
    for item in caught if processes is None or processes.is_main_process else ():
        warnings.warn(item.message, stacklevel=3)
    lost = tuple(str(item.message) for item in caught)
    seconds = time.perf_counter() - start
    return Upscaled(job.source, job.target, sizes, seconds, **facts, warnings=lost, error=error)


def _make(job: Job, how: Settings, processes: Processes | None) -> Sizes:
    if processes:
        quiet = replace(how, progress=how.progress and processes.is_main_process)
        folder = Path(job.target).parent
        return write_shared(lambda: _prepare(job, job.target, quiet), folder, processes)
    if job.target != STREAM:
        upscaling = _prepare(job, job.target, how)
        return upscaling.write(upscaling.rows())
    with streams.to_output(job.suffix) as target:
        upscaling = _prepare(job, target, how)
        return upscaling.write(upscaling.rows())


def _prepare(job: Job, target: str | Path, how: Settings) -> Upscaling:
    if job.target != STREAM and not job.replaces and os.path.lexists(job.target):
        raise FcsrError(f"{job.target} exists by now: another program makes it, too")
    if job.source == STREAM:
        return prepare_file(streams.read_input(), streams.INPUT, target, how)
    return prepare_file(images.read(job.source), job.source, target, how)


def _facts(how: Settings) -> dict[str, Any]:
    """What is the same of all pictures."""
    if not isinstance(how.model, ContinuousModel):
        return {}
    decode = how.decode or how.model.default_decode
    return {
        "decode": None if decode is None else decoding.label(decode),
        "precision": str(how.model.precision).removeprefix("torch."),
        "device": str(next(how.model.parameters()).device),
    }


def _raise_failures(jobs: list[Job], results: list[Upscaled]) -> None:
    failed = [result for result in results if result.error is not None]
    if failed and jobs[0].named:
        raise UpscalingError(str(failed[0].error), results)
    if failed:
        others = "; all others were" if len(failed) < len(results) else ""
        what = f"{len(failed)} of {len(results)} images could not be upscaled{others}"
        lines = [f"{what}. Mend or remove:", *map(_line, failed)]
        raise UpscalingError("\n  ".join(lines), results)


def _line(result: Upscaled) -> str:
    """Why a picture failed, and which; not all errors name it."""
    error = str(result.error)
    named = result.source in error or result.target in error
    return error if named else f"{result.source}: {error}"
