"""The processes that share a task: one, unless torchrun or accelerate launch started more."""

import os

import torch
from accelerate import PartialState
from accelerate.utils import gather_object

from fcsr.errors import FcsrError
from fcsr.utils.device import default_device


def check_gpus() -> None:
    """Check that this machine has a GPU for each process that was launched on it.

    Raises:
        FcsrError: it has fewer, and the CPU was not chosen.
    """
    launched = int(os.environ.get("LOCAL_WORLD_SIZE", 1))
    if default_device().type == "cuda" and launched > torch.cuda.device_count():
        raise FcsrError(
            f"{launched} processes were launched on a machine with {torch.cuda.device_count()} "
            "GPU(s): launch one for each GPU, or all on the CPU, with ACCELERATE_USE_CPU=true "
            "before the command"
        )


class Processes:
    """This process among those that were launched together, on GPUs or CPUs, on any machines.

    A single process leaves accelerate alone: the processes that a notebook starts later would
    inherit its state, and each would believe that it is alone.

    Attributes:
        rank: this process's number, from 0.
        count: how many processes there are.

    Raises:
        FcsrError: this machine has fewer GPUs than processes.

    Example:
        >>> from fcsr.utils.distributed import Processes
        >>> processes = Processes()  # of a program that was started as usual
        >>> processes.count, processes.share(["a", "b", "c"])
        (1, ['a', 'b', 'c'])
    """

    def __init__(self):
        check_gpus()
        launched = int(os.environ.get("WORLD_SIZE", 1)) > 1
        self._state = PartialState(cpu=default_device().type == "cpu") if launched else None
        self.rank = self._state.process_index if launched else 0
        self.count = self._state.num_processes if launched else 1

    @property
    def is_main_process(self) -> bool:
        """Whether this is the process that shows progress and writes results."""
        return self.rank == 0

    def share(self, jobs: list) -> list:
        """This process's part of a list that is the same in all processes."""
        return jobs[self.rank :: self.count]

    def gather(self, items: list) -> list:
        """The items of all processes, given to all of them."""
        return gather_object(items) if self._state else items

    def wait(self) -> None:
        """Wait until all processes have called this."""
        if self._state:
            self._state.wait_for_everyone()
