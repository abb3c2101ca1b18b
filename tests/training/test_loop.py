"""The loop learns, survives, and ends where it would have ended anyway."""

import json
import math
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from fcsr import CS, EDSR, FCS, LTE, Recipe, data, images, models, train
from fcsr.errors import CheckpointError, FcsrError, ImageError, TrainingError
from fcsr.models import EstimatorSize
from fcsr.training import accelerator, loop, photographs, state
from fcsr.utils.files import tensor_files

MODELS = (LTE, CS, FCS)


def tiny(kind, **options):
    torch.manual_seed(0)
    size = EstimatorSize(width=16, hidden=(16,))
    return kind(EDSR(blocks=1, features=8), size, max_scale=2.0, **options)


def weights(model):
    return model.state_dict()


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def same(a, b) -> bool:
    return all(torch.equal(a[name], b[name]) for name in a.keys() | b.keys())


@pytest.mark.parametrize(
    ("kind", "options"),
    [*((kind, {}) for kind in MODELS), *((kind, {"head": "mixture"}) for kind in (CS, FCS))],
)
def test_training_lowers_the_validation_loss(kind, options, recipe, tmp_path):
    train(tiny(kind, **options), replace(recipe, steps=40, eval_every=8, lr=3e-3), tmp_path / "out")
    history = models.describe(tmp_path / "out" / "model.safetensors")["history"]
    assert [row["step"] for row in history] == [8, 16, 24, 32, 40]
    assert history[-1]["val_loss"] < history[0]["val_loss"]


def test_trainings_in_one_process_may_differ_in_precision(recipe, tmp_path):
    for precision in ("bf16", "no"):
        train(tiny(LTE), replace(recipe, mixed_precision=precision), tmp_path / precision)
    assert (tmp_path / "no" / "model.safetensors").is_file()


@pytest.mark.parametrize(
    ("metadata", "what"),
    [
        ({"training": {"config": {}, "recipe": {}}}, "history"),
        ({"training": {"config": 5, "recipe": {}, "history": []}}, "AttributeError"),
        ({"config": {}}, "history"),
        ({"training": {"config": {}, "recipe": {"steps": 4}, "history": []}}, "IndexError"),
        ({"training": {"config": {}, "recipe": {"steps": 4}, "history": [{"step": 9}]}}, "step 9"),
    ],
)
def test_a_state_that_says_too_little_is_named(recipe, tmp_path, metadata, what):
    tensor_files.write(tmp_path / state.NAME, {"a": torch.ones(2)}, metadata)
    with pytest.raises(CheckpointError, match=rf"state\.safetensors is no state .*{what}"):
        train(tiny(LTE), recipe, tmp_path)


@pytest.mark.parametrize("kind", MODELS)
def test_resumed_training_ends_with_the_same_weights(kind, recipe, tmp_path, monkeypatch):
    straight = weights(train(tiny(kind), recipe, tmp_path / "straight"))

    class Killed(Exception):
        pass

    original = loop.batch_loss
    steps_left = iter(range(4))  # so two checkpoints are there

    def dies(*arguments):
        if next(steps_left, None) is None:
            raise Killed
        return original(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(loop, "batch_loss", dies)
        with pytest.raises(Killed):
            train(tiny(kind), recipe, tmp_path / "killed")
    assert not (tmp_path / "killed" / "model.safetensors").exists()
    torch.manual_seed(99)
    resumed = weights(train(tiny(kind), recipe, tmp_path / "killed"))
    assert same(straight, resumed)
    assert same(straight, weights(models.load(tmp_path / "killed" / "model.safetensors")))


def tiny_training(recipe, out, batch=2) -> list[str]:
    return [
        str(Path(__file__).parents[1] / "helpers" / "train_tiny.py"),
        recipe.photographs,
        str(out),
        str(batch),
    ]


def test_a_training_that_is_killed_again_and_again_ends_as_if_it_had_not_been(recipe, tmp_path):
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    command = [sys.executable, *tiny_training(recipe, straight)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    choice, kills = random.Random(0), 0
    command = [sys.executable, *tiny_training(recipe, killed)]
    killed.mkdir()
    (killed / ".state.half-written.partial").touch()
    while not (killed / "model.safetensors").exists():
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        process.stdout.readline()  # after its first checkpoint
        if kills >= 3:  # or a fast machine could be done before
            time.sleep(choice.uniform(0, 0.3))
        process.kill()
        kills += process.wait() != 0
        process.stdout.close()
        assert kills < 60
    assert kills >= 3
    assert set(contents(killed)) == {"model.safetensors", state.NAME, ".lock"}
    once, again = (tensor_files.read(out / "model.safetensors") for out in (straight, killed))
    assert same(once[0], again[0])
    assert once[1] == again[1], "the history, too"


def test_two_processes_train_as_one_with_twice_the_batch(recipe, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    subprocess.run(
        [sys.executable, *tiny_training(recipe, one, batch=4)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    torchrun = [str(Path(sys.executable).with_name("torchrun")), "--standalone"]
    run = subprocess.run(
        [*torchrun, "--nproc-per-node", "2", *tiny_training(recipe, two)],
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert run.returncode == 0, run.stderr
    alone, together = (models.describe(out / "model.safetensors") for out in (one, two))
    for mine, theirs in zip(alone["history"], together["history"], strict=True):
        assert theirs["step"] == mine["step"]
        assert theirs["loss"] == pytest.approx(mine["loss"], rel=1e-4)
    mine, theirs = (tensor_files.read(out / "model.safetensors")[0] for out in (one, two))
    for name, weight in mine.items():
        torch.testing.assert_close(theirs[name], weight, rtol=0, atol=1e-4, msg=name)
    assert run.stdout.count("step 40") == 1, "one process prints"
    first, second = ((tmp_path / f"two.{rank}").read_text() for rank in (0, 1))
    assert first == second, "both end with the same averages"


@pytest.mark.parametrize("minutes", [0.0, 1e-3])
def test_a_training_in_short_visits_ends_with_the_same_weights(recipe, tmp_path, minutes):
    straight = weights(train(tiny(FCS), recipe, tmp_path / "straight"))
    visits = 0
    while (model := train(tiny(FCS), recipe, tmp_path / "visits", minutes)) is None:
        visits += 1
        assert visits <= recipe.steps
    assert visits >= 1
    assert same(straight, weights(model))


def test_averages_are_what_is_kept(recipe, tmp_path):
    followed = train(tiny(LTE), replace(recipe, ema_decay=0.999), tmp_path / "followed")
    last = train(tiny(LTE), replace(recipe, ema_decay=0.0), tmp_path / "last")
    tensors, _ = state.load(tmp_path / "followed")
    assert not same(weights(followed), weights(last))
    assert all(tensors[f"model.{name}"].equal(tensor) for name, tensor in weights(last).items())
    assert all(tensors[f"ema.{name}"].equal(t) for name, t in weights(followed).items())


def test_a_finished_training_is_not_done_again(recipe, tmp_path):
    once = weights(train(tiny(LTE), recipe, tmp_path / "out"))
    twice = weights(train(tiny(LTE), recipe, tmp_path / "out"))
    assert same(once, twice)


@pytest.mark.parametrize(
    ("change", "message"), [({"lr": 1e-3}, "lr was 0.0005 and is 0.001"), ({"seed": 3}, "seed")]
)
def test_another_recipe_in_the_same_folder_is_refused(recipe, tmp_path, change, message):
    train(tiny(LTE), recipe, tmp_path / "out")
    before = contents(tmp_path / "out")
    with pytest.raises(TrainingError, match=message):
        train(tiny(LTE), replace(recipe, **change), tmp_path / "out")
    assert contents(tmp_path / "out") == before


def test_other_photographs_of_the_same_folder_are_refused(recipe, tmp_path):
    train(tiny(LTE), recipe, tmp_path / "out")
    images.sample("coffee").save(tmp_path / "photographs" / "another.png")
    with pytest.raises(TrainingError, match="there were 4 photographs and are 5"):
        train(tiny(LTE), recipe, tmp_path / "out")


def test_other_photographs_under_the_same_names_are_refused(recipe, tmp_path):
    train(tiny(LTE), recipe, tmp_path / "out")
    before = contents(tmp_path / "out")
    for path in (tmp_path / "photographs").iterdir():
        images.load(path).rotate(180).save(path)
    with pytest.raises(TrainingError, match="4 photographs as before, but some hold another"):
        train(tiny(LTE), recipe, tmp_path / "out")
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize("spelt", ["photographs", "./photographs/", "{tmp}/out/../photographs"])
def test_a_folder_may_be_spelt_otherwise(recipe, tmp_path, monkeypatch, spelt):
    straight = weights(train(tiny(LTE), recipe, tmp_path / "straight"))
    assert train(tiny(LTE), recipe, tmp_path / "out", minutes=0) is None
    monkeypatch.chdir(tmp_path)
    respelt = replace(recipe, photographs=spelt.format(tmp=tmp_path))
    assert same(straight, weights(train(tiny(LTE), respelt, tmp_path / "out")))


def test_a_folder_may_be_moved_and_its_photographs_renamed(recipe, tmp_path):
    straight = weights(train(tiny(LTE), recipe, tmp_path / "straight"))
    assert train(tiny(LTE), recipe, tmp_path / "out", minutes=0) is None
    moved = (tmp_path / "photographs").rename(tmp_path / "moved")
    for path in list(moved.iterdir()):
        path.rename(path.with_name(f"a {path.name}"))
    resumed = train(tiny(LTE), replace(recipe, photographs=moved), tmp_path / "out")
    assert same(straight, weights(resumed))


def test_photographs_in_another_order_are_refused_for_that(recipe, tmp_path):
    assert train(tiny(LTE), recipe, tmp_path / "out", minutes=0) is None
    folder = tmp_path / "photographs"
    first, *_, last = sorted(folder.iterdir())
    for path, name in ((first, "aside"), (last, first.name), (folder / "aside", last.name)):
        path.rename(folder / name)
    with pytest.raises(TrainingError, match="4 photographs are as before, but renamed"):
        train(tiny(LTE), recipe, tmp_path / "out")
    tensors, metadata = state.load(tmp_path / "out")
    del metadata[photographs.ANY_ORDER]  # as in states of before
    state.save(tmp_path / "out", tensors, metadata)
    with pytest.raises(TrainingError, match="have other contents or another order of names"):
        train(tiny(LTE), recipe, tmp_path / "out")
    for path, name in ((first, "aside"), (last, first.name), (folder / "aside", last.name)):
        path.rename(folder / name)
    assert train(tiny(LTE), recipe, tmp_path / "out") is not None


def test_a_state_that_does_not_say_its_photographs_contents_is_refused(recipe, tmp_path):
    assert train(tiny(LTE), recipe, tmp_path / "out", minutes=0) is None
    tensors, metadata = state.load(tmp_path / "out")
    del metadata["photographs' hash"]
    state.save(tmp_path / "out", tensors, metadata | {"photograph_names": "4, hash 12345678"})
    with pytest.raises(TrainingError, match="not say what its photographs held"):
        train(tiny(LTE), recipe, tmp_path / "out")


@pytest.mark.parametrize("done", [6, 2])
def test_more_steps_continue_along_the_new_cosine(recipe, tmp_path, capsys, done):
    first, out = replace(recipe, steps=6), tmp_path / "out"
    train(tiny(LTE), first, out, minutes=math.inf if done == 6 else 0)
    longer = replace(recipe, steps=12)
    train(tiny(LTE), longer, out)
    assert f"step {done} was to be of 6 steps and is of 12: the learning rate goes on at " in (
        capsys.readouterr().out
    )
    history = models.describe(out / "model.safetensors")["history"]
    assert [row["step"] for row in history] == list(range(2, 13, 2))
    assert [(row["step"], row["of_steps"]) for row in history if "of_steps" in row] == [(done, 6)]
    train(tiny(LTE), longer, out)
    assert "learning rate" not in capsys.readouterr().out, "said once"


def test_more_steps_take_the_steps_of_a_training_with_that_many(recipe, tmp_path, monkeypatch):
    """From the step where it stopped: the rates, and the batches."""
    seen = []
    original = torch.optim.Adam.step

    def step(self, *arguments):
        seen.append(self.param_groups[0]["lr"])
        return original(self, *arguments)

    monkeypatch.setattr(torch.optim.Adam, "step", step)
    for steps in (6, 12):
        train(tiny(LTE), replace(recipe, steps=steps), tmp_path / "out")
    rates = [replace(recipe, steps=12).lr_at(step) for step in range(12)]
    assert seen[6:] == rates[6:] and seen[:6] != rates[:6] and len(seen) == 12


def test_fewer_steps_than_are_done_are_refused(recipe, tmp_path):
    train(tiny(LTE), recipe, tmp_path / "out")
    before = contents(tmp_path / "out")
    with pytest.raises(TrainingError, match=r"has made 6 steps, and steps is 5: give 6 or more"):
        train(tiny(LTE), replace(recipe, steps=5), tmp_path / "out")
    assert contents(tmp_path / "out") == before


def test_a_training_that_is_cut_short_says_so(recipe, tmp_path):
    """The step that was done last is also the new end."""
    assert train(tiny(LTE), recipe, tmp_path / "out", minutes=0) is None
    [row] = state.load(tmp_path / "out")[1]["history"]
    train(tiny(LTE), replace(recipe, steps=row["step"]), tmp_path / "out")
    history = models.describe(tmp_path / "out" / "model.safetensors")["history"]
    assert history == [row | {"of_steps": 6}]


def test_two_trainings_do_not_write_to_one_folder(recipe, tmp_path):
    out = tmp_path / "out"
    command = [sys.executable, *tiny_training(recipe, out)]
    first = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        first.stdout.readline()  # after its first checkpoint
        first.send_signal(signal.SIGSTOP)
        os.waitpid(first.pid, os.WUNTRACED)  # until it has stopped
        before = contents(out)
        second = subprocess.run(command, capture_output=True, text=True, timeout=300)
        with pytest.raises(FcsrError, match=r"another process writes to .*out; wait until it ends"):
            train(tiny(LTE), recipe, out)
        assert contents(out) == before
    finally:
        first.kill()
        first.communicate()
    assert second.returncode != 0 and "another process writes to" in second.stderr
    subprocess.run(command, check=True, capture_output=True, timeout=300)  # once it is gone


@pytest.mark.parametrize("change", ["gone", "shape", "more"])
def test_a_state_with_other_tensors_is_refused(recipe, tmp_path, change):
    train(tiny(LTE), recipe, tmp_path / "out")
    tensors, metadata = tensor_files.read(tmp_path / "out" / state.NAME)
    tensors = {name: tensor.clone() for name, tensor in tensors.items()}
    name = "optimizer.0.exp_avg"
    if change == "gone":
        del tensors[name]
    else:
        tensors[name if change == "shape" else "optimizer.x"] = torch.ones(2)
    tensor_files.write(tmp_path / "out" / state.NAME, tensors, metadata)
    with pytest.raises(CheckpointError, match="the state does not fit this training"):
        train(tiny(LTE), recipe, tmp_path / "out")


def test_a_model_that_cannot_be_saved_is_refused_before_a_step(recipe, tmp_path):
    class Local(LTE):
        pass

    with pytest.raises(CheckpointError, match="top level"):
        train(tiny(Local), recipe, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_another_number_of_processes_is_refused(recipe, tmp_path):
    train(tiny(LTE), recipe, tmp_path / "out")
    facts = state.identity(tiny(LTE), recipe, data.photographs(recipe.photographs), processes=2)
    with pytest.raises(TrainingError, match="processes was 1 and is 2"):
        state.resume(tmp_path / "out", facts)


def test_processes_must_see_one_folder(recipe, tmp_path, monkeypatch):
    train(tiny(LTE), recipe, tmp_path / "out")
    monkeypatch.setattr(accelerator, "gather_object", lambda own: [*own, 0])
    with pytest.raises(TrainingError, match=r"from the steps \[6, 0\]: .*out must be one folder"):
        train(tiny(LTE), recipe, tmp_path / "out")


def test_what_cannot_be_written_is_known_before_a_step(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "batch_loss", lambda *_: pytest.fail("a step was made"))
    (tmp_path / "file").touch()
    with pytest.raises(TrainingError, match=r"nothing can be written to .*file \(File exists\)"):
        train(tiny(LTE), recipe, tmp_path / "file")
    with pytest.raises(TrainingError, match=r"nothing can be written to /proc/out"):
        train(tiny(LTE), recipe, "/proc/out")


def test_a_disk_that_is_too_full_for_the_model_keeps_the_training(
    recipe, tmp_path, full_disk, monkeypatch
):
    def save(*arguments, **facts):
        with full_disk(1000):
            models.saved.checkpoints.save(*arguments, **facts)

    complaint = r"the model cannot be written .*state before it is kept: free disk space"
    with monkeypatch.context() as patch, pytest.raises(TrainingError, match=complaint):
        patch.setattr(models, "save", save)
        train(tiny(LTE), recipe, tmp_path / "out")
    straight = train(tiny(LTE), recipe, tmp_path / "straight")
    assert same(weights(straight), weights(train(tiny(LTE), recipe, tmp_path / "out")))


def test_another_model_in_the_same_folder_is_refused(recipe, tmp_path):
    train(tiny(LTE), recipe, tmp_path / "out")
    with pytest.raises(TrainingError, match="model was LTE and is CS"):
        train(tiny(CS), recipe, tmp_path / "out")


def test_a_loss_that_is_not_a_number_stops_and_says_where(recipe, tmp_path):
    model = tiny(LTE)
    with torch.no_grad():
        model.estimators[0].head.bias.fill_(float("nan"))
    with pytest.raises(TrainingError, match=r"loss of step 0 is nan .* \(batch 0 of seed 0\)"):
        train(model, recipe, tmp_path / "out")


def test_an_unreadable_photograph_is_named(recipe, tmp_path):
    (tmp_path / "photographs" / "broken.jpg").write_bytes(b"\xff\xd8\xff not a photograph")
    with pytest.raises(ImageError, match=r"broken\.jpg"):
        train(tiny(LTE), recipe, tmp_path / "out")


def test_too_few_photographs_are_refused(recipe, tmp_path):
    with pytest.raises(TrainingError, match="holds 4 photographs, and 4 are for validation"):
        train(tiny(LTE), replace(recipe, val_images=4), tmp_path / "out")


def test_a_photograph_smaller_than_the_crop_is_refused(recipe, tmp_path):
    Image.new("RGB", (20, 20)).save(tmp_path / "photographs" / "a_small.png")
    with pytest.raises(ImageError, match=r"a_small\.png has 20x20 pixels; crops need 24x24"):
        train(tiny(LTE), recipe, tmp_path / "out")


def test_what_is_compared_with_is_not_rounded_to_bfloat16(recipe, tmp_path, monkeypatch):
    seen = []
    targets = FCS.targets

    def watched(self, hr):
        seen.append((torch.is_autocast_enabled("cpu"), [t.dtype for t in targets(self, hr)]))
        return targets(self, hr)

    monkeypatch.setattr(FCS, "targets", watched)
    train(tiny(FCS), replace(recipe, mixed_precision="bf16"), tmp_path / "out")
    assert len(seen) == 6 + 3 * 4  # steps, and batches held out
    assert seen == [(False, [torch.float32, torch.uint8])] * len(seen)


def test_a_recipe_is_plain(recipe):
    assert replace(recipe, photographs=Path("photographs")).photographs == "photographs"
    with pytest.raises(TrainingError, match="mixed_precision is 'fp32'"):
        replace(recipe, mixed_precision="fp32")


@pytest.mark.parametrize("name", ["steps", "batch", "lr", "max_grad_norm", "eval_every"])
def test_recipes_that_cannot_be_followed_are_refused(recipe, name):
    with pytest.raises(TrainingError, match=f"{name} is 0"):
        replace(recipe, **{name: 0})


@pytest.mark.parametrize(
    ("name", "value"),
    [("lr", float("inf")), ("max_grad_norm", float("nan")), ("seed", -1), ("seed", 2**64)],
)
def test_numbers_that_are_out_of_reach_are_refused(recipe, tmp_path, name, value):
    with pytest.raises(TrainingError, match=f"{name} is {value}"):
        replace(recipe, **{name: value})
    with pytest.raises(TrainingError, match="minutes is nan"):
        train(tiny(LTE), recipe, tmp_path / "out", minutes=float("nan"))


def test_the_rate_rises_then_falls_along_a_cosine():
    recipe = Recipe("photographs", steps=1000, lr=1.0, warmup=100)
    assert recipe.lr_at(0) == pytest.approx(0.01)
    assert recipe.lr_at(500) == pytest.approx(0.5)
    assert recipe.lr_at(999) < 1e-5
    falling = [recipe.lr_at(step) for step in range(100, 1000)]
    assert falling == sorted(falling, reverse=True)


def test_recipe_and_history_travel_with_the_weights(recipe, tmp_path):
    train(tiny(FCS), recipe, tmp_path / "out")
    facts = models.describe(tmp_path / "out" / "model.safetensors")
    assert facts["recipe"] == json.loads(json.dumps(recipe.__dict__))
    assert set(facts["history"][0]) == {"step", "loss", "lr", "val_loss", "val_psnr"}
