"""The state on disk is a whole one, whatever happens while it is written."""

import pytest
import torch

from fcsr import models
from fcsr.errors import CheckpointError, TrainingError
from fcsr.training import state

TENSORS = {f"layer{n}": torch.randn(10, 25) + n for n in range(8)}  # 1,000 bytes each


def same(found, tensors=TENSORS) -> bool:
    return found.keys() == tensors.keys() and all(found[n].equal(t) for n, t in tensors.items())


def test_what_is_saved_is_loaded(tmp_path):
    assert state.load(tmp_path) is None
    state.save(tmp_path, TENSORS, {"history": [1, 2]})
    tensors, metadata = state.load(tmp_path)
    assert same(tensors) and metadata == {"history": [1, 2]}
    assert len(list(tmp_path.iterdir())) == 1


def test_what_was_loaded_does_not_follow_the_file(tmp_path):
    state.save(tmp_path, TENSORS, {})
    tensors, _ = state.load(tmp_path)
    with (tmp_path / state.NAME).open("r+b") as file:
        file.seek(-1000, 2)
        file.write(bytes(1000))
    assert same(tensors)


def test_a_state_is_no_model(tmp_path):
    state.save(tmp_path, TENSORS, {})
    with pytest.raises(CheckpointError, match="is the state of a training, not a model"):
        models.load(tmp_path / state.NAME)


def test_a_new_state_replaces_the_old_one(tmp_path):
    state.save(tmp_path, TENSORS, {"history": 1})
    other = {name: tensor + 1 for name, tensor in TENSORS.items()}
    state.save(tmp_path, other, {"history": 2})
    tensors, metadata = state.load(tmp_path)
    assert same(tensors, other) and metadata == {"history": 2}
    assert len(list(tmp_path.iterdir())) == 1


def test_a_full_disk_leaves_the_state_before(tmp_path, full_disk):
    state.save(tmp_path, TENSORS, {"history": 1})
    complaint = r"the state cannot be written .*free disk space"
    with full_disk(3000), pytest.raises(TrainingError, match=complaint):
        state.save(tmp_path, TENSORS, {"history": 2})
    tensors, metadata = state.load(tmp_path)
    assert same(tensors) and metadata == {"history": 1}
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b"{", b"\xff" * 100, b"[" * 100_000])
def test_what_is_no_state_is_named(tmp_path, content):
    (tmp_path / state.NAME).write_bytes(content)
    with pytest.raises(CheckpointError, match=r"state\.safetensors is not a whole fcsr checkpoint"):
        state.load(tmp_path)


def test_a_damaged_state_is_named(tmp_path):
    state.save(tmp_path, TENSORS, {})
    path = tmp_path / state.NAME
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"state\.safetensors is damaged"):
        state.load(tmp_path)
