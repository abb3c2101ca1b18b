"""Why files are refused, by a process that cannot have much more memory than it has already."""

import subprocess
import sys
from pathlib import Path

MEGABYTES = 64
CODE = """
import resource, sys
from fcsr import FcsrError, load, load_official_lte
load("lte-compact")
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + int(sys.argv[2]) * 2**20,) * 2)
try:
    (load_official_lte if sys.argv[1].endswith(".pth") else load)(sys.argv[1])
except FcsrError as error:
    print(error)
"""


def refusal(path: Path) -> str:
    """The message of the FcsrError; published LTE's format is told by the suffix `.pth`."""
    command = [sys.executable, "-c", CODE, str(path), str(MEGABYTES)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    return run.stdout
