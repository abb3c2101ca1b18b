"""The state on disk is a whole one, whatever happens while it is written."""

import pytest
import torch

from fcsr import models
from fcsr.errors import CheckpointError, TrainingError
from fcsr.training import state

TENSORS = {f"layer{n}": torch.randn(10, 25) + n for n in range(8)}  # 1,000 bytes each


def same(found, tensors=TENSORS) -> bool:
    return list(found) == list(tensors) and all(found[n].equal(t) for n, t in tensors.items())


def test_what_is_saved_is_loaded(tmp_path):
    assert state.load(tmp_path) is None
    state.save(tmp_path, TENSORS, {"history": [1, 2]}, step=7)
    tensors, metadata = state.load(tmp_path)
    assert same(tensors) and metadata == {"history": [1, 2]}
    assert len(list(tmp_path.iterdir())) == 2


def test_what_was_loaded_does_not_follow_the_file(tmp_path):
    state.save(tmp_path, TENSORS, {}, step=7)
    tensors, _ = state.load(tmp_path)
    [part] = tmp_path.glob("state-7-*.safetensors")
    with part.open("r+b") as file:
        file.seek(-1000, 2)
        file.write(bytes(1000))
    assert same(tensors)


@pytest.mark.parametrize(("largest", "files"), [(8000, 1), (7999, 2), (2500, 4), (1000, 8)])
def test_no_file_holds_more_than_is_allowed(tmp_path, largest, files):
    state.save(tmp_path, TENSORS, {}, step=7, largest=largest)
    parts = list(tmp_path.glob("state-7-*.safetensors"))
    assert len(parts) == files
    assert all(part.stat().st_size <= largest + 2000 for part in parts), "tensors and a header"
    assert same(state.load(tmp_path)[0])


def test_what_does_not_fit_into_a_file_is_named(tmp_path):
    with pytest.raises(TrainingError, match="layer0 alone has 1000 bytes, files may have 999"):
        state.save(tmp_path, TENSORS, {}, step=7, largest=999)
    assert state.load(tmp_path) is None


def test_a_part_of_a_state_is_no_model(tmp_path):
    state.save(tmp_path, TENSORS, {}, step=7)
    with pytest.raises(CheckpointError, match="is a part of a training's state, not a model"):
        models.load(tmp_path / "state-7-1-of-1.safetensors")


def test_a_new_state_replaces_the_old_one(tmp_path):
    state.save(tmp_path, TENSORS, {"step": 1}, step=1, largest=1000)
    other = {name: tensor + 1 for name, tensor in TENSORS.items()}
    state.save(tmp_path, other, {"step": 2}, step=2, largest=4000)
    tensors, metadata = state.load(tmp_path)
    assert same(tensors, other) and metadata == {"step": 2}
    assert len(list(tmp_path.iterdir())) == 1 + 2


def test_a_full_disk_leaves_the_state_before(tmp_path, full_disk):
    state.save(tmp_path, TENSORS, {"step": 1}, step=1)
    complaint = r"state of step 2 cannot be written .*make room"
    with full_disk(3000), pytest.raises(TrainingError, match=complaint):
        state.save(tmp_path, TENSORS, {"step": 2}, step=2)
    tensors, metadata = state.load(tmp_path)
    assert same(tensors) and metadata == {"step": 1}
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"files": 5}']
)
def test_a_damaged_index_is_named(tmp_path, content):
    (tmp_path / "state.json").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"state\.json is damaged"):
        state.load(tmp_path)


def test_a_damaged_part_is_named(tmp_path):
    state.save(tmp_path, TENSORS, {}, step=3)
    [part] = tmp_path.glob("*.safetensors")
    content = bytearray(part.read_bytes())
    content[-1] ^= 1
    part.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"state-3-1-of-1\.safetensors is damaged"):
        state.load(tmp_path)
