"""What it costs to import fcsr, and to run `fcsr --help`, beside importing PyTorch.

    python benchmarks/startup.py [--rounds 9] [--out figures/startup.csv]

Each program runs in fresh processes, in turns with the others; what counts is the median of their
CPU seconds (user and system), which other work on the machine changes less than the time that goes
by. The last program is the command line as it was: it imported all of fcsr before it did anything.
"""

import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pandas as pd
import torch
import typer
from tqdm import tqdm

from fcsr.utils.files import atomic_write

HELP = "import sys; from fcsr.cli import main; sys.argv[:] = ['fcsr', '--help']; main()"
EVERYTHING = "from fcsr import evaluation, inference, models, training; training.train"
PROGRAMS = {
    "import torch": "import torch",
    "import fcsr": "import fcsr",
    "fcsr.upscale": "import fcsr; fcsr.upscale",
    "fcsr --help": HELP,
    "fcsr --help, importing everything": f"{EVERYTHING}; {HELP}",
}
TORCH, *_, OLD_HELP = PROGRAMS


def cpu_seconds(program: str) -> float:
    """User and system time of one process that runs a program, with all its threads."""
    command = [sys.executable, "-c", program]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if status:
        raise SystemExit(f"{program!r} failed with status {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def measure(rounds: int) -> pd.DataFrame:
    """A row for each program: its median, and its share of `import torch` and of the old help."""
    found: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for program in PROGRAMS.values():
        cpu_seconds(program)  # the first run also reads files from the disk, and compiles modules
    for name in tqdm(rounds * list(PROGRAMS), desc="measured"):
        found[name].append(cpu_seconds(PROGRAMS[name]))
    median = {name: statistics.median(times) for name, times in found.items()}
    rows = [
        {
            "program": name,
            "cpu_seconds": seconds,
            "of_torch": seconds / median[TORCH],
            "of_old_help": seconds / median[OLD_HELP],
        }
        for name, seconds in median.items()
    ]
    return pd.DataFrame(rows)


def main(
    rounds: Annotated[int, typer.Option(help="Measured runs of each program.", min=1)] = 9,
    out: Annotated[Path | None, typer.Option(help="A CSV file for the table.")] = None,
) -> None:
    table = measure(rounds)
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, torch {torch.__version__}")
    print(table.to_markdown(index=False, floatfmt=".2f"))
    if out:
        with atomic_write(out) as draft:
            table.to_csv(draft, index=False, float_format="%.4f")


if __name__ == "__main__":
    typer.run(main)
