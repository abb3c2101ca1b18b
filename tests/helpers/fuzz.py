"""Throw damaged and malicious files at fcsr: each is read, or refused with an error of fcsr's own.

python tests/helpers/fuzz.py --cases 10000 --seed 0

Prints what came of how many. Another error, an image of a wrong size, a crash, a case that takes
longer than 20 seconds or more than 2 GiB ends it with a status other than 0; `build/fuzz/case`
is then the file that did it.
"""

import argparse
import resource
import signal
import warnings
from collections import Counter
from pathlib import Path

import fuzz_checkpoints
import fuzz_images
import fuzz_report
import psutil
import torch
from hypothesis import HealthCheck, Phase, given, seed, settings
from PIL import Image

KINDS = {
    f"{module.__name__.removeprefix('fuzz_')}: {kind}": (strategy, module.examine)
    for module in (fuzz_images, fuzz_checkpoints, fuzz_report)
    for kind, strategy in module.KINDS.items()
}
SECONDS = 20  # of computing: machines that share their cores stall
MEMORY = 2**31  # bytes, beyond what Python and torch have taken already
PIXELS = 2**20  # what Pillow refuses begins here, for that many are decoded in no time


def run(kind: str, cases: int, number: int, folder: Path) -> Counter:
    """So many cases of one kind; how often what came of them."""
    strategy, examine = KINDS[kind]
    found = Counter()

    @seed(number)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def check(case):
        signal.setitimer(signal.ITIMER_PROF, SECONDS)  # which nothing catches: it ends the process
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of damaged EXIF, say
                found[examine(case, folder)] += 1
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    check()
    return found


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("--cases", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--kinds", default="", help="only those that begin so: images, report: p")
    options = options.parse_args()
    torch.set_num_threads(1)
    Image.MAX_IMAGE_PIXELS = PIXELS
    memory = psutil.Process().memory_info().vms + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    folder = Path("build/fuzz")
    folder.mkdir(parents=True, exist_ok=True)
    total = Counter()
    kinds = [kind for kind in KINDS if kind.startswith(options.kinds)]
    for kind in kinds:
        found = run(kind, -(-options.cases // len(kinds)), options.seed, folder)
        show(kind, found)
        total += found
    show("in all", total)


def show(kind: str, found: Counter) -> None:
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(found.items()))
    print(f"{kind:24}{found.total():7}: {counts}", flush=True)


if __name__ == "__main__":
    main()
