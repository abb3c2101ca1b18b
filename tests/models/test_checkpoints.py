"""What is saved is what is loaded, or an error."""

import math
import os
import pickle
import random
import stat

import pytest
import safetensors.torch
import torch

from fcsr import CS, FCS, LTE, models
from fcsr.errors import CheckpointError
from fcsr.frequency import Box
from fcsr.models import checkpoints
from fcsr.utils import tensor_files

OPTIONS = [(LTE, {}), (CS, {"prior": False}), (FCS, {"low_pass": Box(1), "shared": False})]


@pytest.fixture
def saved(tiny, tmp_path):
    path = tmp_path / "model.safetensors"
    models.save(tiny(FCS), path, steps=12, psnr={"Set5 x4": 30.5})
    return path


@pytest.fixture
def shelf(tiny, tmp_path, monkeypatch):
    """A folder of weights as in the package: only a compact LTE, a CS of both sizes."""
    monkeypatch.setattr(checkpoints, "WEIGHTS", tmp_path)
    for name, max_scale in (("lte-compact", 2.0), ("cs", 3.0), ("cs-compact", 4.0)):
        kind = LTE if name.startswith("lte") else CS
        models.save(tiny(kind, max_scale=max_scale), tmp_path / f"{name}.safetensors")


@pytest.mark.parametrize(("kind", "options"), OPTIONS)
def test_a_model_comes_back_bit_for_bit(kind, options, tiny, tmp_path):
    model = tiny(kind, **options)
    models.save(model, tmp_path / "new" / "folder" / "model.safetensors")
    again = models.load(tmp_path / "new" / "folder" / "model.safetensors")
    assert type(again) is kind
    assert again.config == model.config
    assert not again.training
    for name, weight in model.state_dict().items():
        assert torch.equal(again.state_dict()[name], weight), name


def test_half_precision_halves_the_file_and_rounds_the_weights(tiny, tmp_path):
    model = tiny(CS)
    models.save(model, tmp_path / "whole")
    models.save(model, tmp_path / "half", half=True)
    weights = sum(weight.numel() for weight in model.state_dict().values())
    saving = os.path.getsize(tmp_path / "whole") - os.path.getsize(tmp_path / "half")
    assert saving == pytest.approx(2 * weights, abs=100)
    for name, weight in models.load(tmp_path / "half").state_dict().items():
        assert torch.equal(weight, model.state_dict()[name].half().float()), name


def test_facts_are_kept_with_the_weights(saved, tiny, tmp_path):
    assert models.describe(saved) == {"steps": 12, "psnr": {"Set5 x4": 30.5}}
    models.save(tiny(LTE), tmp_path / "bare")
    assert models.describe(tmp_path / "bare") == {}


def test_others_may_read_what_the_umask_lets_them(saved):
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o666 & ~umask


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(saved, tiny, full_disk):
    before = saved.read_bytes()
    with full_disk(10_000), pytest.raises(OSError, match="File too large"):
        models.save(tiny(LTE), saved)
    with pytest.raises(TypeError, match="not JSON serializable"):
        models.save(tiny(LTE), saved, when=object())
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.5, 0.999])
def test_a_truncated_file_is_refused(saved, share):
    data = saved.read_bytes()
    saved.write_bytes(data[: int(share * len(data))])
    with pytest.raises(CheckpointError, match="not a whole fcsr checkpoint"):
        models.load(saved)


def test_no_flipped_bit_goes_unseen(saved):
    data = saved.read_bytes()
    header = 8 + int.from_bytes(data[:8], "little")
    choice = random.Random(0)
    places = [choice.randrange(header) for _ in range(150)]
    places += [choice.randrange(header, len(data)) for _ in range(50)]
    for place in places:
        damaged = bytearray(data)
        damaged[place] ^= 1 << choice.randrange(8)
        saved.write_bytes(damaged)
        with pytest.raises(CheckpointError, match=r"model\.safetensors"):
            models.load(saved)


def test_other_files_are_refused(tiny, tmp_path):
    weights = tiny(LTE).state_dict()
    for path in (foreign := tmp_path / "foreign", pickled := tmp_path / "pickled"):
        path.touch()
    safetensors.torch.save_file(weights, foreign, {"format": "pt"})
    pickled.write_bytes(pickle.dumps(weights))
    for path in (foreign, pickled):
        with pytest.raises(CheckpointError, match="not a whole fcsr checkpoint"):
            models.load(path)
    with pytest.raises(CheckpointError, match="absent: no such file"):
        tensor_files.read(tmp_path / "absent")


@pytest.mark.parametrize(
    "change",
    [{"model": "SRCNN"}, {"encoder": {"blocks": 2, "features": 8}}, {"prior": False}, {"depth": 9}],
)
def test_weights_that_do_not_fit_their_config_are_refused(change, saved):
    weights, metadata = tensor_files.read(saved)
    metadata["config"] |= change
    tensor_files.write(saved, weights, metadata)
    with pytest.raises(CheckpointError, match="does not fit its own config"):
        models.load(saved)


@pytest.mark.parametrize(
    "change",
    [
        {"encoder": {"blocks": 10**9, "features": 8}},
        {"encoder": {"blocks": 1, "features": 10**9}},
        {"size": {"width": 10**9, "hidden": [10**9, 10**9]}},
        {"size": {"width": 16, "hidden": [16] * 10**5}},
        {"encoder": {"blocks": "1", "features": 8}},
        {"encoder": {"blocks": 1, "features": -8}},
        {"encoder": None},
        {"max_scale": "4"},
        {"max_scale": -1},
        {"max_scale": 1e-300},
        {"weight": "3000"},
        {"weight": math.nan},
    ],
    ids=lambda change: str(change)[:60],
)
def test_a_config_is_not_believed(change, saved):
    weights, metadata = tensor_files.read(saved)
    metadata["config"] |= change
    tensor_files.write(saved, weights, metadata)
    with pytest.raises(CheckpointError, match=r"model\.safetensors does not fit its own config"):
        models.load(saved)


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5000, "7", "[]", "null", '"config"'])
def test_metadata_that_are_none_are_refused(text, tiny, tmp_path):
    weights = tiny(LTE).state_dict()
    seal = tensor_files.checksum(weights, text)
    path = tmp_path / "model.safetensors"
    safetensors.torch.save_file(weights, path, {"fcsr": text, "sha256": seal})
    with pytest.raises(CheckpointError, match=r"model\.safetensors"):
        models.load(path)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_weights_that_are_not_finite_are_refused(value, tiny, tmp_path):
    model = tiny(LTE)
    model.state_dict()["encoder.head.bias"][3] = value
    models.save(model, tmp_path / "diverged")
    with pytest.raises(CheckpointError, match=r"encoder\.head\.bias holds NaN or infinity"):
        models.load(tmp_path / "diverged")


def test_loading_leaves_random_numbers_as_they_are(saved):
    before = torch.get_rng_state()
    models.load(saved)
    assert torch.equal(torch.get_rng_state(), before)


def test_names_stand_for_the_best_weights_in_the_package(shelf):
    assert models.available() == ["cs", "cs-compact", "lte", "lte-compact"]
    sizes = {name: models.load(name).max_scale for name in models.available()}
    assert sizes == {"cs": 3.0, "cs-compact": 4.0, "lte": 2.0, "lte-compact": 2.0}


def test_an_unknown_name_is_told_the_known_ones(shelf):
    with pytest.raises(CheckpointError, match=r'"edsr" is neither .* \(cs, cs-compact, lte, lte-'):
        models.load("edsr")


def test_transfer_copies_all_but_the_heads(tiny):
    source, target = tiny(LTE), tiny(CS)
    for weight in source.state_dict().values():
        weight += 1
    before = {name: weight.clone() for name, weight in target.state_dict().items()}
    copied = models.transfer(source, target)
    for name, weight in target.state_dict().items():
        if name.startswith(("estimators.0.head.", "prior.")):
            assert name not in copied
            assert torch.equal(weight, before[name]), name
        else:
            assert name in copied
            assert torch.equal(weight, source.state_dict()[name]), name
