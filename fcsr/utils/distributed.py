"""Several processes at one task: one, unless torchrun or accelerate launch started more."""

import os

import torch
from accelerate import PartialState
from accelerate.utils import gather_object

from fcsr.errors import FcsrError
from fcsr.utils.device import default_device


def check_gpus() -> None:
    """Raise FcsrError where more processes were launched on this machine than it has GPUs."""
    launched = int(os.environ.get("LOCAL_WORLD_SIZE", 1))
    if default_device().type == "cuda" and launched > torch.cuda.device_count():
        raise FcsrError(
            f"{launched} processes were launched on a machine with {torch.cuda.device_count()} "
            "GPU(s): launch one for each GPU, or all on the CPU, with ACCELERATE_USE_CPU=true "
            "before the command"
        )


class Processes:
    """This process among those that were launched together, on GPUs or CPUs, on any machines.

    Where there is only one, accelerate is left alone: its state would be inherited by the
    processes that a notebook starts later, which would each believe that they are alone.
    """

    def __init__(self):
        check_gpus()
        launched = int(os.environ.get("WORLD_SIZE", 1)) > 1
        self._state = PartialState(cpu=default_device().type == "cpu") if launched else None
        self.rank = self._state.process_index if launched else 0
        self.count = self._state.num_processes if launched else 1

    @property
    def is_main_process(self) -> bool:
        """Whether this is the one that shows progress and writes results."""
        return self.rank == 0

    def share(self, jobs: list) -> list:
        """This process's part of a list that all have alike."""
        return jobs[self.rank :: self.count]

    def gather(self, items: list) -> list:
        """The items of all processes, in all processes."""
        return gather_object(items) if self._state else items

    def wait(self) -> None:
        """Go on when all have come here."""
        if self._state:
            self._state.wait_for_everyone()
