"""A recipe holds numbers that a training can have, and nothing else."""

import json
import subprocess
import sys
from dataclasses import asdict

import numpy as np
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


@pytest.mark.usefixtures("no_contracts")
def test_numbers_of_numpy_are_numbers():
    counts = {name: np.int64(9) for name in COUNTS}
    weights = {"lpips_weight": np.float64(0), "ema_decay": np.float16(0.5), "max_grad_norm": 2}
    recipe = Recipe("photographs", lr=np.float32(0.5), compile=np.bool_(True), **counts, **weights)
    plain = {**dict.fromkeys(COUNTS, 9), "lr": 0.5, "ema_decay": 0.5, "max_grad_norm": 2.0}
    found = json.loads(json.dumps(asdict(recipe)))
    assert found == asdict(Recipe("photographs", compile=True, **plain))


@pytest.mark.usefixtures("no_contracts")
@pytest.mark.parametrize("name", ["lr", "max_grad_norm", "lpips_weight", "ema_decay"])
@pytest.mark.parametrize("value", ["0.5", None, True, 0.5j, float("nan"), -1.0])
def test_rates_and_weights_are_real_numbers(name, value):
    with pytest.raises(TrainingError, match=f"{name} is "):
        Recipe("photographs", **{name: value})


def test_a_history_is_not_too_long_for_the_models_file():
    assert Recipe("photographs", steps=30_000, eval_every=3).eval_every == 3
    with pytest.raises(TrainingError, match="eval_every is 2; give 4 or more, for at most 10,000"):
        Recipe("photographs", steps=30_001, eval_every=2)


def test_only_warmup_and_seed_may_be_zero():
    assert Recipe("photographs", warmup=0, seed=0).lr_at(0) == Recipe.lr
    for name in set(COUNTS) - {"warmup", "seed"}:
        with pytest.raises(TrainingError, match=f"{name} is 0; give a whole number above 0"):
            Recipe("photographs", **{name: 0})


@pytest.mark.parametrize("name", ["psnr_weight", "lr_psnr_weight", "lattice_weight"])
def test_what_holds_lpips_back_is_for_training_with_lpips(name):
    with pytest.raises(TrainingError, match=rf"{name} is 1\.0.*give lpips_weight"):
        Recipe("photographs", **{name: 1.0})


@pytest.mark.parametrize(("queries", "what"), [(1000, "a square number"), (900, "31 x 31")])
def test_lpips_needs_a_square_that_is_large_enough(queries, what):
    with pytest.raises(TrainingError, match=f"queries is {queries}.*{what}"):
        Recipe("photographs", queries=queries, lpips_weight=1.0)


def test_a_recipe_needs_no_torch():
    code = "import sys, fcsr.training.recipe as r; r.Recipe('a'); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
