"""What a training logs beside its history: a table that grows with it, or TensorBoard's files."""

import csv
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from accelerate import Accelerator

from fcsr.errors import TrainingError
from fcsr.training.state import disk_errors
from fcsr.utils.files import atomic_write

LOGS = ("csv", "tensorboard")


def check_log_with(names: Sequence[str]) -> None:
    """Check that all of these logs can be written.

    Raises:
        TrainingError: there is no such log, or its package is missing.

    Example:
        >>> from fcsr.training.logs import check_log_with
        >>> check_log_with(["csv"])
    """
    for name in names:
        if name not in LOGS:
            raise TrainingError(f'there is no log "{name}"; choose from {", ".join(LOGS)}')
    if "tensorboard" in names and find_spec("tensorboard") is None:
        raise TrainingError("log_with needs the package tensorboard: pip install tensorboard")


class Logs:
    """The logs of one training: all rows of its history, those of before it was resumed, too.

    They are made of the history that is saved, from its first row on, so a training that is killed
    and resumed doubles no row and misses none.

    Args:
        names: of `LOGS`.
        accelerator: that was made with TensorBoard, if it is among them.
        out: the folder of the training, for `log.csv` and `tensorboard/`.
        history: the rows so far.
    """

    def __init__(
        self, names: Sequence[str], accelerator: Accelerator, out: Path, history: list[dict]
    ):
        self._csv = out / "log.csv" if "csv" in names else None
        self._accelerator, self._told = accelerator, 0
        # TensorBoard then forgets what an earlier start has told it.
        accelerator.init_trackers("tensorboard", init_kwargs={"tensorboard": {"purge_step": 0}})
        self.tell(history)

    def tell(self, history: list[dict]) -> None:
        """Log the rows that are new."""
        for row in history[self._told :]:
            values = {name: value for name, value in row.items() if name != "step"}
            self._accelerator.log(values, step=row["step"])
        self._told = len(history)
        if self._csv and history:
            with (
                disk_errors(self._csv.parent, "the log"),
                atomic_write(self._csv) as draft,
                draft.open("w", encoding="utf-8", newline="") as file,
            ):
                fields = dict.fromkeys(name for row in history for name in row)
                writer = csv.DictWriter(file, [*fields], lineterminator="\n")
                writer.writeheader()
                writer.writerows(history)

    def close(self) -> None:
        """Have all written to disk."""
        for tracker in self._accelerator.trackers:
            tracker.finish()
