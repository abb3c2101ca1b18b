"""What fits, and what to do when it does not."""

import pytest
import torch

from fcsr import CS, LTE
from fcsr.errors import FcsrError
from fcsr.inference import memory
from fcsr.inference.memory import ChunkSize

CPU = torch.device("cpu")


def out_of_memory():
    try:
        torch.empty(2**60, dtype=torch.uint8)
    except RuntimeError as error:
        return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (out_of_memory(), True),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB"), True),
        (MemoryError(), True),
        (RuntimeError("could not create a primitive"), True),
        (RuntimeError("shapes do not fit"), False),
    ],
)
def test_errors_of_too_little_memory_are_known(error, expected):
    assert memory.ran_out(error) == expected


def test_a_chunk_halves_down_to_one():
    chunk, error = ChunkSize(1000), out_of_memory()
    for tried, left in ((1000, 500), (7, 3), (3, 1)):
        chunk.halve(error, tried)
        assert chunk.amount == left
    with pytest.raises(FcsrError, match="no memory left for a single pixel"):
        chunk.halve(error, 1)


def test_half_of_the_free_memory_is_used(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda device: 2000)
    assert memory.affordable(50, 10, CPU) == 50
    assert memory.affordable(500, 10, CPU) == 100
    assert memory.affordable(500, 10_000, CPU) == 1


def test_the_free_memory_is_some():
    assert 2**20 < memory.free_memory(CPU) < 2**50


def test_tiles_become_smaller_with_their_margin(tiny, monkeypatch):
    model = tiny(LTE)
    assert memory.tile_side(model, 1, 256, CPU) <= 256
    each = memory.encoding_bytes(model)
    side = 100 + 2 * model.margin
    monkeypatch.setattr(memory, "free_memory", lambda device: 2 * each * side**2)
    assert memory.tile_side(model, 1, 256, CPU) == 100
    assert memory.tile_side(model, 10**6, 256, CPU) == 1


def test_logits_cost_the_most(tiny):
    assert memory.query_bytes(tiny(CS)) > 4 * 768 + memory.query_bytes(tiny(LTE))
    assert memory.query_bytes(tiny(CS, head="mixture")) == memory.query_bytes(tiny(CS))
