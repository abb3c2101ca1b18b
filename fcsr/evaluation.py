"""Benchmark tables: every number with the protocol it was measured by."""

import os
from pathlib import Path

from tqdm.auto import tqdm

from fcsr import data, images, metrics
from fcsr.continuous import ContinuousModel
from fcsr.decoding import Decode
from fcsr.errors import FcsrError
from fcsr.inference import upscale

PROTOCOL = (
    "PSNR: Y of BT.601 (16-235), `scale` border pixels shaved. "
    "LPIPS: AlexNet v0.1, images in [-1, 1], nothing shaved. Artifacts: pixels per thousand whose "
    "luma is 16 levels below or above all of HR within 2 pixels. Of 8-bit images, mean of images."
)


def evaluate(
    model: ContinuousModel | str | Path,
    dataset: str,
    scale: int = 4,
    root: str | Path | None = None,
    decode: str | Decode | None = None,
):
    """Measure a model on a benchmark set: one row per image.

    The columns are image, psnr (dB), lpips, black and bright (artifacts per thousand pixels).

    Args:
        model: what `fcsr.upscale` takes.
        dataset: Set5, Set14, B100 or Urban100.
        scale: a scale that the set has LR images of.
        root: the folder of the sets, `$FCSR_DATA` by default; see `fcsr.data.benchmark`.
        decode: how CS and FCS read their distributions.

    Returns:
        A pandas DataFrame; its `attrs["protocol"]` says how the numbers were made, and
        `.mean(numeric_only=True)` are the benchmark's figures.
    """
    import pandas as pd

    root = root or os.environ.get("FCSR_DATA")
    if root is None:
        raise FcsrError(
            "where are the benchmark sets? Give root=… or set FCSR_DATA to the folder that holds "
            f"{dataset}/HR and {dataset}/LR_bicubic"
        )
    rows = []
    for pair in tqdm(data.benchmark(dataset, scale, root), desc=f"{dataset} x{scale}", leave=False):
        hr = images.to_tensor(pair.hr)
        lr = images.to_tensor(pair.lr)
        sr = upscale(lr, size=tuple(hr.shape[-2:]), model=model, decode=decode, progress=False)
        psnr = metrics.psnr(sr, hr, channel="y", shave=scale)
        row = {"image": pair.name, "psnr": psnr, "lpips": metrics.lpips(sr, hr)}
        black, bright, _ = metrics.artifact_rate(sr, hr)
        rows.append(row | {"black": black, "bright": bright})
    table = pd.DataFrame(rows)
    table.attrs["protocol"] = PROTOCOL
    return table


def compare(models: list[str], dataset: str, scales: list[int], root: str | Path | None = None):
    """The means of several models on one set, a row each: `cs:mean` is CS read by its mean."""
    import pandas as pd

    rows = []
    for name in models:
        model, _, decode = name.partition(":")
        row = {"model": name}
        for scale in scales:
            means = evaluate(model, dataset, scale, root, decode or None).mean(numeric_only=True)
            row |= {f"x{scale} psnr": means["psnr"], f"x{scale} lpips": means["lpips"]}
            row[f"x{scale} artifacts"] = means["black"] + means["bright"]
        rows.append(row)
    table = pd.DataFrame(rows).set_index("model")
    table.attrs["protocol"] = PROTOCOL
    return table


def to_markdown(table) -> str:
    """The table of `compare`: PSNR to 0.01 dB, LPIPS to 0.0001, artifacts to 0.1 per thousand."""
    digits = {"psnr": ".2f", "lpips": ".4f", "artifacts": ".1f"}
    return table.to_markdown(floatfmt=["", *(digits[c.split()[1]] for c in table.columns)])
