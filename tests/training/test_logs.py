"""What a training logs: each row once, however often it is stopped."""

from dataclasses import replace

import pandas
import pytest
import torch
from torch.distributed.run import get_args_parser

from fcsr import EDSR, LTE, models, train
from fcsr.errors import TrainingError
from fcsr.models import EstimatorSize
from fcsr.training import loop


@pytest.fixture
def tiny():
    torch.manual_seed(0)
    return LTE(EDSR(blocks=1, features=8), EstimatorSize(width=16, hidden=(16,)), max_scale=2.0)


class Killed(Exception):
    pass


@pytest.fixture
def killed_once(monkeypatch):
    """The training dies in its fourth step, when one checkpoint is there."""
    original, steps_left = loop.batch_loss, iter(range(3))

    def dies(*arguments):
        if next(steps_left, None) is None:
            monkeypatch.setattr(loop, "batch_loss", original)
            raise Killed
        return original(*arguments)

    monkeypatch.setattr(loop, "batch_loss", dies)


def history(out):
    return models.describe(out / "model.safetensors")["history"]


def test_the_table_has_each_checkpoint_once(tiny, recipe, tmp_path, killed_once):
    out = tmp_path / "out"
    with pytest.raises(Killed):
        train(tiny, recipe, out, log_with="csv")
    assert list(pandas.read_csv(out / "log.csv")["step"]) == [2]
    train(tiny, recipe, out, log_with=["csv"])
    table = pandas.read_csv(out / "log.csv")
    pandas.testing.assert_frame_equal(table, pandas.DataFrame(history(out)))
    assert list(table) == ["step", "loss", "lr", "val_loss", "val_psnr"]
    assert list(table["lr"]) == pytest.approx([recipe.lr_at(step) for step in (1, 3, 5)])


def test_a_log_may_be_asked_for_late(tiny, recipe, tmp_path):
    out = tmp_path / "out"
    assert train(tiny, recipe, out, minutes=0) is None
    train(tiny, recipe, out, log_with=["csv"])
    assert list(pandas.read_csv(out / "log.csv")["step"]) == [row["step"] for row in history(out)]


def test_tensorboard_has_each_checkpoint_once(tiny, recipe, tmp_path, killed_once):
    accumulators = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    out = tmp_path / "out"
    with pytest.raises(Killed):
        train(tiny, recipe, out, log_with=["tensorboard"])
    train(tiny, recipe, out, log_with=["tensorboard"])
    events = accumulators.EventAccumulator(str(out / "tensorboard")).Reload()
    assert set(events.Tags()["scalars"]) == {"loss", "lr", "val_loss", "val_psnr"}
    for name in ("loss", "val_psnr"):
        told = [(event.step, event.value) for event in events.Scalars(name)]
        assert told == [(row["step"], pytest.approx(row[name])) for row in history(out)]


def test_what_cannot_be_logged_is_refused_before_any_work(tiny, recipe, tmp_path, monkeypatch):
    with pytest.raises(TrainingError, match='there is no log "excel"; choose from csv, tensor'):
        train(tiny, recipe, tmp_path / "out", log_with=["csv", "excel"])
    monkeypatch.setattr("fcsr.training.logs.find_spec", lambda name: None)
    with pytest.raises(TrainingError, match="pip install tensorboard"):
        train(tiny, replace(recipe, steps=1), tmp_path / "out", log_with="tensorboard")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", ["--init", "--resume", "--log-with"])
def test_torchrun_leaves_the_options_to_fcsr(option):
    """It takes the beginnings of its own options for these, wherever they stand."""
    rest = ["train", option, "csv"]
    given = get_args_parser().parse_args(["--no-python", "fcsr", *rest])
    assert given.training_script_args == rest
