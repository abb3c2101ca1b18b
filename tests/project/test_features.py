"""Every command in the table of features runs, in the folder that the page describes."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fcsr import images, upscale

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
COMMANDS = [cell.replace(r"\|", "|") for cell in re.findall(r"^\|[^`]*\| `(.+)` \|", PAGE, re.M)]


@pytest.fixture
def folder(tmp_path) -> Path:
    photograph = images.sample("coffee")
    images.save(photograph.crop((200, 100, 240, 130)), tmp_path / "photo.jpg")
    for place in ("photos", "photos/inside", "hr", "sr"):
        (tmp_path / place).mkdir()
        for name, left in (("cup", 200), ("spoon", 300)):
            crop = photograph.crop((left, 100, left + 48, 140))
            images.save(crop, tmp_path / place / f"{name}.png")
            if place == "sr":
                small = upscale(crop, scale=0.5, model="bicubic")
                images.save(upscale(small, 2, model="bicubic"), tmp_path / place / f"{name}_x2.png")
                (tmp_path / place / f"{name}.png").unlink()
    return tmp_path


def test_every_row_has_a_command():
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")][2:]
    assert len(COMMANDS) == len(rows) == len(set(COMMANDS)) > 15


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_works(command, folder):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    before = {path for path in folder.rglob("*") if path.is_file()}
    run = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=300,
        env=os.environ | {"PATH": path, "ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"},
    )
    assert run.returncode == 0, run.stderr
    made = {path for path in folder.rglob("*") if path.is_file()} - before
    assert any(path.stat().st_size for path in made) or run.stdout.count("\n") > 3
