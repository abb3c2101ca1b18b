"""The command `fcsr`, run as a shell user runs it."""

import subprocess
import sys

PROGRAM = "import sys; from fcsr.__main__ import main; sys.argv[0] = 'fcsr'; main()"


def fcsr(*arguments, cwd=None) -> subprocess.CompletedProcess:
    """A command with its exit code and what it printed."""
    command = [sys.executable, "-c", PROGRAM, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300)
