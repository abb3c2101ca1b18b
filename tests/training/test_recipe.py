"""A recipe holds numbers that a training can have, and nothing else."""

import subprocess
import sys

import pytest

from fcsr import Recipe
from fcsr.errors import TrainingError

COUNTS = ["steps", "batch", "lr_size", "queries", "val_images", "eval_every", "warmup", "seed"]


@pytest.mark.usefixtures("no_contracts")
@pytest.mark.parametrize("value", [10.0, 2.5, float("inf"), True, "10", -1])
@pytest.mark.parametrize("name", COUNTS)
def test_counts_are_whole_numbers(name, value):
    with pytest.raises(TrainingError, match=f"{name} is .*; give a whole number"):
        Recipe("photographs", **{name: value})


def test_only_warmup_and_seed_may_be_zero():
    assert Recipe("photographs", warmup=0, seed=0).lr_at(0) == Recipe.lr
    for name in set(COUNTS) - {"warmup", "seed"}:
        with pytest.raises(TrainingError, match=f"{name} is 0; give a whole number above 0"):
            Recipe("photographs", **{name: 0})


def test_a_recipe_needs_no_torch():
    code = "import sys, fcsr.training.recipe as r; r.Recipe('a'); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
