"""A Python of its own that has some of the packages installed here and no others.

What fcsr asks for is found in the wheel's own metadata, and is linked, not copied.
"""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterable
from email.parser import Parser
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


class Environment:
    """A virtual environment in a new folder, with fcsr from a wheel.

    Args:
        folder: is made.
        wheel: of fcsr.
        extras: of fcsr, whose packages it has, too.
        beside: names of further packages, without what they ask for.
    """

    def __init__(
        self, folder: Path, wheel: Path, extras: Iterable[str] = (), beside: Iterable[str] = ()
    ):
        venv.create(folder, symlinks=True)
        self.bin = folder / "bin"
        scheme = {"base": str(folder), "platbase": str(folder)}
        self.packages = Path(sysconfig.get_path("purelib", vars=scheme))
        with zipfile.ZipFile(wheel) as archive:
            [name] = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
            head = Parser().parsestr(archive.read(name).decode())
        wanted = needed(head.get_all("Requires-Dist"), extras) | set(beside)
        for package in wanted:
            self._link(metadata.distribution(package))
        (folder / "share").symlink_to(Path(sys.prefix, "share"))  # files of Jupyter's packages
        pip = [sys.executable, "-m", "pip", "--python", self.bin / "python", "install", "--quiet"]
        options = ["--no-deps", "--no-index", "--disable-pip-version-check"]
        subprocess.run([*pip, *options, wheel], check=True, timeout=120)

    def _link(self, distribution: metadata.Distribution) -> None:
        for top in {file.parts[0] for file in distribution.files} - {"..", "__pycache__"}:
            target = self.packages / top
            if not target.exists():  # as where two share a folder
                target.symlink_to(distribution.locate_file(top))

    def run(self, *command, cwd: Path, **variables: str) -> subprocess.CompletedProcess:
        """What a command of this environment does in a folder; one of its programs or `python`."""
        program, *arguments = map(str, command)
        hidden = {"PYTHONPATH", "VIRTUAL_ENV", "COVERAGE_PROCESS_START"}
        outside = {name: value for name, value in os.environ.items() if name not in hidden}
        return subprocess.run(
            [self.bin / program, *arguments],
            capture_output=True,
            text=True,
            cwd=cwd,
            env=outside | variables,
            timeout=300,
        )


def needed(lines: Iterable[str], extras: Iterable[str]) -> set[str]:
    """The names of all packages that these requirements lead to, here and now."""
    found: set[str] = set()
    waiting = [(line, extra) for line in lines for extra in ("", *extras)]
    while waiting:
        line, extra = waiting.pop()
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        if name in found and not requirement.extras:
            continue
        found.add(name)
        asked = metadata.requires(name) or []
        waiting += [(line, extra) for line in asked for extra in ("", *requirement.extras)]
    return found
