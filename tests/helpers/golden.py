"""What the shipped weights and a short training make of fixed input, to be compared with later.

`python tests/helpers/golden.py` writes `golden.npz` beside it anew. Do so only where results are
meant to change, and say in the commit which and why.
"""

import tempfile
from pathlib import Path

import numpy as np
import torch

import fcsr
from fcsr import decoding, models
from fcsr.inference import tiling
from fcsr.models.saved import checkpoints

FILE = Path(__file__).with_name("golden.npz")
SIZES = {"x2": {"scale": 2}, "x3.7": {"scale": 3.7}, "odd": {"size": (31, 23)}}
STEPS = 20


def picture():
    """The corner of an eye, 16 x 13 pixels."""
    return fcsr.images.sample("chelsea").crop((134, 84, 150, 97))


def pictures(tile: int | None = None) -> dict[str, np.ndarray]:
    """(H, W, 3) levels of every shipped model in every named decode, and of bicubic.

    `tile` is how many LR pixels a tile has along a side; by default the picture is one tile.
    """
    made, whole = {}, tiling.TILE
    tiling.TILE = tile or whole
    try:
        for name in ["bicubic", *sorted(path.stem for path in checkpoints.WEIGHTS.glob("*.safe*"))]:
            model = name if name == "bicubic" else fcsr.load(name)
            for decode in decodes(model):
                for size, options in SIZES.items():
                    image = fcsr.upscale(
                        picture(), model=model, decode=decode, progress=False, **options
                    )
                    made[f"{name}, {decode}, {size}"] = np.asarray(image)
    finally:
        tiling.TILE = whole
    return made


def decodes(model: str | fcsr.models.ContinuousModel) -> list[str | None]:
    """The named decodes of a model; None where there is nothing to decode."""
    if model == "bicubic" or model.default_decode is None:
        return [None]
    return [name for name in decoding.NAMED if name != "component" or model.head == "mixture"]


def trained() -> dict[str, np.ndarray]:
    """The norm of each weight of the three compact models after a few steps."""
    norms = {}
    with tempfile.TemporaryDirectory() as folder:
        photographs = Path(folder) / "photographs"
        photographs.mkdir()
        for name in fcsr.images.SAMPLES:
            fcsr.images.save(fcsr.images.sample(name), photographs / f"{name}.png")
        recipe = fcsr.Recipe(photographs, STEPS, batch=2, queries=256, val_images=1, warmup=5)
        for name in ("lte", "cs", "fcs"):
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(0)
                model = models.make(name, compact=True)
            fcsr.train(model, recipe, Path(folder) / name, progress=False)
            norms[f"trained {name}"] = np.array([w.norm().item() for w in model.parameters()])
    return norms


if __name__ == "__main__":
    torch.set_num_threads(1)
    np.savez_compressed(FILE, **pictures(), **trained())
