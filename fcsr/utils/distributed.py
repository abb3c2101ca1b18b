"""The processes that share a task: one, unless torchrun or accelerate launch started more."""

import atexit
import os
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import torch

from fcsr.errors import FcsrError
from fcsr.utils.device import default_device

T = TypeVar("T")

TIMEOUT = timedelta(days=7)
"""How long a process waits for another that has more to do."""


def check_gpus(device: torch.device | None = None) -> None:
    """Check that this machine has a GPU for each process that was launched on it.

    Raises:
        FcsrError: it has fewer, and the CPU was not chosen; or all would take the same one.
    """
    launched = int(os.environ.get("LOCAL_WORLD_SIZE", 1))
    device = device or default_device()
    if launched > 1 and device.index is not None:
        raise FcsrError(f"each of {launched} processes takes a GPU of its own: cuda, not {device}")
    if device.type == "cuda" and launched > torch.cuda.device_count():
        raise FcsrError(
            f"{launched} processes were launched on a machine with {torch.cuda.device_count()} "
            "GPU(s): launch one for each GPU, or all on the CPU, with ACCELERATE_USE_CPU=true "
            "before the command"
        )


def end_gloo_at_exit(backend: str | None) -> None:
    """End the threads of gloo, if it is the backend: they may abort a process that ends before."""
    if backend == "gloo":
        atexit.register(_end_threads)


def _end_threads() -> None:
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


class Processes:
    """This process among those that were launched together, on GPUs or CPUs, on any machines.

    A single process leaves accelerate alone: the processes that a notebook starts later would
    inherit its state, and each would believe that it is alone.

    Args:
        device: what they compute on, `default_device` by default.

    Attributes:
        rank: this process's number, from 0.
        count: how many processes there are.

    Raises:
        FcsrError: this machine has fewer GPUs than processes, or `device` is one of several.

    Example:
        >>> from fcsr.utils.distributed import Processes
        >>> processes = Processes()  # of a program that was started as usual
        >>> processes.count, processes.share(["a", "b", "c"])
        (1, ['a', 'b', 'c'])
    """

    def __init__(self, device: torch.device | None = None):
        check_gpus(device)
        self.rank, self.count, self._state = 0, 1, None
        if int(os.environ.get("WORLD_SIZE", 1)) > 1:
            from accelerate import PartialState

            on_cpu = (device or default_device()).type == "cpu"
            self._state = PartialState(cpu=on_cpu, timeout=TIMEOUT)
            self.rank, self.count = self._state.process_index, self._state.num_processes
            end_gloo_at_exit(self._state.backend)

    @property
    def is_main_process(self) -> bool:
        """Whether this is the process that shows progress and writes results."""
        return self.rank == 0

    def share(self, jobs: list[T], cost: Callable[[T], float] | None = None) -> list[T]:
        """This process's part of a list that is the same in all processes.

        With `cost`, several processes are dealt the costliest first.
        """
        if cost and self.count > 1:
            jobs = sorted(jobs, key=cost, reverse=True)
        return jobs[self.rank :: self.count]

    def gather(self, items: list) -> list:
        """The items of all processes, given to all of them."""
        if not self._state:
            return items
        from accelerate.utils import gather_object

        return gather_object(items)

    def wait(self) -> None:
        """Wait until all processes have called this."""
        if self._state:
            self._state.wait_for_everyone()
