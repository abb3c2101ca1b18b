"""fcsr.training: the loop learns, survives, and ends where it would have ended anyway."""

import json
from dataclasses import replace

import pytest
import torch
from PIL import Image

from fcsr import CS, EDSR, FCS, LTE, Recipe, checkpoints, images, train, training
from fcsr.continuous import EstimatorSize
from fcsr.errors import ImageError, TrainingError

MODELS = (LTE, CS, FCS)


def tiny(kind):
    torch.manual_seed(0)
    return kind(EDSR(blocks=1, features=8), EstimatorSize(width=16, hidden=(16,)), max_scale=2.0)


@pytest.fixture
def recipe(tmp_path) -> Recipe:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number, name in enumerate(("astronaut", "chelsea", "coffee", "rocket")):
        box = (40 * number, 30, 40 * number + 96, 126)
        images.sample(name).crop(box).save(folder / f"{name}.png")
    return Recipe(
        str(folder), steps=6, batch=2, lr_size=12, queries=64, warmup=1, held_out=1, every=2
    )


def weights(model):
    return model.state_dict()


def same(a, b) -> bool:
    return all(torch.equal(a[name], b[name]) for name in a.keys() | b.keys())


@pytest.mark.parametrize("kind", MODELS)
def test_training_lowers_the_validation_loss(kind, recipe, tmp_path):
    train(tiny(kind), replace(recipe, steps=40, every=8, rate=3e-3), tmp_path / "out")
    history = checkpoints.describe(tmp_path / "out" / "model.safetensors")["history"]
    assert [row["step"] for row in history] == [8, 16, 24, 32, 40]
    assert history[-1]["val_loss"] < history[0]["val_loss"]


@pytest.mark.parametrize("kind", MODELS)
def test_resumed_training_ends_with_the_same_weights(kind, recipe, tmp_path, monkeypatch):
    straight = weights(train(tiny(kind), recipe, tmp_path / "straight"))

    class Killed(Exception):
        pass

    original = training.batch_loss
    steps_left = iter(range(4 + 8))  # four steps and one validation of four batches, twice

    def dies(*arguments):
        if next(steps_left, None) is None:
            raise Killed
        return original(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(training, "batch_loss", dies)
        with pytest.raises(Killed):
            train(tiny(kind), recipe, tmp_path / "killed")
    assert not (tmp_path / "killed" / "model.safetensors").exists()
    torch.manual_seed(99)
    resumed = weights(train(tiny(kind), recipe, tmp_path / "killed"))
    assert same(straight, resumed)
    assert same(straight, weights(checkpoints.load(tmp_path / "killed" / "model.safetensors")))


def test_a_finished_training_is_not_done_again(recipe, tmp_path):
    once = weights(train(tiny(LTE), recipe, tmp_path / "out"))
    twice = weights(train(tiny(LTE), recipe, tmp_path / "out"))
    assert same(once, twice)


@pytest.mark.parametrize(
    ("change", "message"), [({"rate": 1e-3}, "rate was 0.0005 and is 0.001"), ({"seed": 3}, "seed")]
)
def test_another_recipe_in_the_same_folder_is_refused(recipe, tmp_path, change, message):
    train(tiny(LTE), recipe, tmp_path / "out")
    before = (tmp_path / "out" / "state.safetensors").read_bytes()
    with pytest.raises(TrainingError, match=message):
        train(tiny(LTE), replace(recipe, **change), tmp_path / "out")
    assert (tmp_path / "out" / "state.safetensors").read_bytes() == before


def test_another_model_in_the_same_folder_is_refused(recipe, tmp_path):
    train(tiny(LTE), recipe, tmp_path / "out")
    with pytest.raises(TrainingError, match="model was LTE and is CS"):
        train(tiny(CS), recipe, tmp_path / "out")


def test_a_loss_that_is_not_a_number_stops_and_says_where(recipe, tmp_path):
    model = tiny(LTE)
    with torch.no_grad():
        model.estimators[0].head.bias.fill_(float("nan"))
    with pytest.raises(TrainingError, match=r"loss of step 0 is nan \(batch 0 of seed 0\)"):
        train(model, recipe, tmp_path / "out")


def test_an_unreadable_photograph_is_named(recipe, tmp_path):
    (tmp_path / "photographs" / "broken.jpg").write_bytes(b"\xff\xd8\xff not a photograph")
    with pytest.raises(ImageError, match=r"broken\.jpg"):
        train(tiny(LTE), recipe, tmp_path / "out")


def test_too_few_photographs_are_refused(recipe, tmp_path):
    with pytest.raises(TrainingError, match="holds 4 photographs, and 4 are to be"):
        train(tiny(LTE), replace(recipe, held_out=4), tmp_path / "out")


def test_a_photograph_smaller_than_the_crop_is_refused(recipe, tmp_path):
    Image.new("RGB", (20, 20)).save(tmp_path / "photographs" / "a_small.png")
    with pytest.raises(ImageError, match="has 20x20 pixels; crops need 24x24"):
        train(tiny(LTE), recipe, tmp_path / "out")


@pytest.mark.parametrize("name", ["steps", "batch", "rate", "clip", "every"])
def test_recipes_that_cannot_be_followed_are_refused(recipe, name):
    with pytest.raises(TrainingError, match=f"{name} is 0"):
        replace(recipe, **{name: 0})


def test_the_rate_rises_then_falls_along_a_cosine():
    recipe = Recipe("photographs", steps=1000, rate=1.0, warmup=100)
    assert recipe.rate_at(0) == pytest.approx(0.01)
    assert recipe.rate_at(500) == pytest.approx(0.5)
    assert recipe.rate_at(999) < 1e-5
    falling = [recipe.rate_at(step) for step in range(100, 1000)]
    assert falling == sorted(falling, reverse=True)


def test_recipe_and_history_travel_with_the_weights(recipe, tmp_path):
    train(tiny(FCS), recipe, tmp_path / "out")
    facts = checkpoints.describe(tmp_path / "out" / "model.safetensors")
    assert facts["recipe"] == json.loads(json.dumps(recipe.__dict__))
    assert set(facts["history"][0]) == {"step", "loss", "val_loss", "val_psnr"}
