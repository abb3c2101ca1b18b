"""A training that takes seconds, as a process of its own, to be killed or to be one of several.

python tests/helpers/train_tiny.py PHOTOGRAPHS OUT BATCH
"""

import os
import sys
from pathlib import Path

import torch

from fcsr import CS, EDSR, Recipe, models, train
from fcsr.models import EstimatorSize


def main(photographs: str, out: str, batch: str) -> None:
    torch.set_num_threads(1)
    rank = int(os.environ.get("RANK", 0))
    torch.manual_seed(rank)  # weights that differ, to begin with
    model = CS(EDSR(blocks=1, features=8), EstimatorSize(width=16, hidden=(16,)), max_scale=2.0)
    recipe = Recipe(
        photographs, 40, int(batch), 12, queries=64, warmup=1, val_images=1, eval_every=2
    )
    train(model, recipe, out)
    Path(f"{out}.{rank}").write_text(models.fingerprint(model))


if __name__ == "__main__":
    main(*sys.argv[1:])
