"""What memory `fcsr upscale` takes, by the size of the result.

    python benchmarks/memory.py 500x375 1000x750 2000x1500 [--scale 4] [--model lte-compact]

Each size is upscaled by a process of its own, from a PNG into a file; what counts is the most
that it had in memory (its resident set), with Python and torch, which a size of 8x6 shows alone.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import pandas as pd
import torch
import typer
from measure import RSS_UNIT
from PIL import Image

from fcsr import images
from fcsr.utils.files import atomic_write

PROGRAM = (sys.executable, "-m", "fcsr")


def cost(source: Path, target: Path, *options: str) -> dict:
    """Peak memory and time of one process that upscales a file."""
    start = time.perf_counter()
    process = subprocess.Popen([*PROGRAM, "upscale", source, target, *options])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"upscaling failed with status {status}")
    return {
        "peak_mib": usage.ru_maxrss * RSS_UNIT / 2**20,
        "file_mib": target.stat().st_size / 2**20,
        "seconds": time.perf_counter() - start,
    }


def row(size: str, folder: Path, scale: float, suffix: str, *options: str) -> dict:
    """A row of the table; the photograph is a sample image, resized."""
    width, height = (int(n) for n in size.split("x"))
    source, target = folder / "in.png", folder / f"out{suffix}"
    photograph = images.sample("coffee").resize((width, height), Image.Resampling.BICUBIC)
    images.save(photograph, source)
    pixels = round(width * scale) * round(height * scale)
    result = {"size": size, "result_megapixels": pixels / 1e6, "as_floats_mib": 12 * pixels / 2**20}
    return result | cost(source, target, "--scale", str(scale), *options)


def main(
    sizes: Annotated[list[str], typer.Argument(help="Of the photographs, as 500x375.")],
    scale: Annotated[float, typer.Option(help="How many times as large.")] = 4,
    model: Annotated[str, typer.Option(help="A model's name, a checkpoint, or bicubic.")] = "fcs",
    compiled: Annotated[bool, typer.Option("--compile", help="As fcsr upscale has it.")] = False,
    suffix: Annotated[str, typer.Option(help="Of the result's format.")] = ".png",
    out: Annotated[Path | None, typer.Option(help="A CSV file for the table.")] = None,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        options = ["--model", model, *(["--compile"] if compiled else [])]
        rows = [row(size, Path(folder), scale, suffix, *options) for size in sizes]
    table = pd.DataFrame(rows)
    print(f"{torch.get_num_threads()} threads, torch {torch.__version__}, {model}, x{scale:g}")
    print(table.to_markdown(index=False, floatfmt=".1f"))
    if out:
        with atomic_write(out) as draft:
            table.to_csv(draft, index=False, float_format="%.1f")


if __name__ == "__main__":
    typer.run(main)
