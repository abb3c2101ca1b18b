"""What the course consists of, and where it lies: in the wheel, or in the project's folder.

`hatch_build.py` runs this file by itself when it builds the wheel, so nothing of fcsr is imported.
"""

import json
from pathlib import Path

PATTERNS = (
    *("notebooks/*.ipynb", "notebooks/*.md", "notebooks/params/*.yaml"),
    *("figures/*.csv", "figures/README.md"),
)
PACKED = Path(__file__).parent / "files"  # in the wheel; a checkout has none


def root() -> Path:
    """The folder of the course that came with this fcsr: `PACKED`, or a checkout's own."""
    return PACKED if PACKED.is_dir() else Path(__file__).parents[2]


def collect(folder: Path) -> dict[str, bytes]:
    """The files of the course in a folder, by their paths from there; notebooks without outputs."""
    return {
        name: without_outputs(content) if name.endswith(".ipynb") else content
        for name, content in as_they_are(folder).items()
    }


def as_they_are(folder: Path) -> dict[str, bytes]:
    """The files of the course in a folder, with the outputs that notebooks have there."""
    found = [path for pattern in PATTERNS for path in sorted(folder.glob(pattern))]
    paths = [path for path in found if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def without_outputs(notebook: bytes) -> bytes:
    r"""A notebook, a file's bytes, as if it had never been run; once more changes nothing.

    Example:
        >>> from fcsr.course.material import without_outputs
        >>> cell = b'{"cell_type": "code", "execution_count": 3, "outputs": ["figure"]}'
        >>> without_outputs(b'{"cells": [' + cell + b'], "metadata": {}}').split(b"\n")[5]
        b'   "outputs": []'
    """
    content = json.loads(notebook)
    content["metadata"].pop("widgets", None)  # the state of widgets that outputs show
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell.update(execution_count=None, outputs=[])
    return to_bytes(content)


def to_bytes(notebook: dict) -> bytes:
    """A notebook as a file has it."""
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()
