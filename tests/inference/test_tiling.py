"""Tiles, chunks, and too little memory leave no trace in the result."""

import subprocess
import sys

import pytest
import torch
from calls import count_calls

from fcsr import CS, FCS, LTE, images
from fcsr.errors import FcsrError
from fcsr.inference import memory, render, tiling
from fcsr.inference.tiling import Task, resample

KINDS = pytest.mark.parametrize("kind", [LTE, CS, FCS])


def make(model, image, size):
    decode = None if model.default_decode is None else "mean"
    [result] = render(model, image, size, [decode], progress=False)
    return result


def query_at_once(count, monkeypatch):
    monkeypatch.setattr(tiling, "CHUNK", count)


@KINDS
@pytest.mark.parametrize("chunk", [1, 100, 247])
def test_chunks_leave_no_trace(kind, chunk, tiny, photograph, monkeypatch):
    model, image = tiny(kind), photograph(9, 4, batch=2)
    whole = make(model, image, (19, 13))
    query_at_once(chunk, monkeypatch)
    torch.testing.assert_close(make(model, image, (19, 13)), whole, rtol=0, atol=5e-6)


@KINDS
@pytest.mark.parametrize("limits", [{"TILE": 3}, {"MAX_TILE_SIDE": 9}, {"MAX_STRIP_PIXELS": 200}])
def test_tiles_leave_no_trace(kind, limits, tiny, photograph, monkeypatch):
    """Though a feature sees four pixels on each side, beyond the tiles of three."""
    model, image = tiny(kind), photograph(14, 17, batch=2)
    model.estimators[0].ensemble = "texture"
    for size in ((33, 35), (42, 51), (9, 60)):  # x3 lies on exact ties
        whole = make(model, image, size)
        with monkeypatch.context() as patch:
            for name, value in limits.items():
                patch.setattr(tiling, name, value)
            calls = count_calls(model.encoder)
            parts = make(model, image, size)
        assert len(calls) > 2
        torch.testing.assert_close(parts, whole, rtol=0, atol=5e-6)


@pytest.mark.parametrize(("chunk", "batch", "most"), [(50, 1, 50), (50, 3, 48), (2, 3, 3)])
def test_logits_exist_for_one_chunk_only(chunk, batch, most, tiny, photograph, monkeypatch):
    """`most`: a whole number of queries for each image, at least one."""
    model, queried = tiny(CS), []
    query = model.query

    def watched(encoded, coord, cell):
        logits = query(encoded, coord, cell)
        queried.append(logits.shape[0] * logits.shape[1])
        return logits

    monkeypatch.setattr(model, "query", watched)
    query_at_once(chunk, monkeypatch)
    make(model, photograph(4, 5, batch=batch), (9, 11))
    assert max(queried) == most
    assert sum(queried) == batch * 9 * 11


@KINDS
def test_the_image_is_encoded_once(kind, tiny, photograph, monkeypatch):
    model = tiny(kind)
    calls = count_calls(model.encoder)
    query_at_once(10, monkeypatch)
    make(model, photograph(5, 5), (15, 15))
    assert len(calls) == 1


def test_bicubic_in_tiles_is_bicubic(photograph, monkeypatch):
    image = photograph(14, 17, batch=2)
    monkeypatch.setattr(tiling, "TILE", 5)
    for size in ((33, 35), (42, 51), (5, 60), (1, 1)):
        result = torch.full((2, 3, *size), torch.nan)
        for _, region, [rgb] in resample(Task(lambda b: b.cut(image), 2, (14, 17), size, False)):
            region.cut(result).copy_(rgb)
        expected = images.resize(image, size).clamp(0, 1)
        torch.testing.assert_close(result, expected, rtol=0, atol=5e-6)


def test_the_bar_counts_every_pixel_once(tiny, photograph, monkeypatch):
    image, bars, bar = photograph(14, 17), [], Task.bar
    monkeypatch.setattr(tiling, "TILE", 5)
    monkeypatch.setattr(Task, "bar", lambda task: bars.append(bar(task)) or bars[-1])
    task, model = Task(lambda region: region.cut(image), 1, (14, 17), (33, 35)), tiny(FCS)
    query_at_once(50, monkeypatch)
    for made in (resample(task), tiling.render_tiles(model, task, ["mode", "mean"])):
        list(made)
    assert [shown.n for shown in bars] == [shown.total for shown in bars] == [33 * 35] * 2
    assert [shown.delay for shown in bars] == [2, 2]  # seconds, before which none is shown


def limited(monkeypatch, model, pixels, queries):
    """Encoding more pixels, or answering more queries, fails as it does without memory."""
    encoder, query = model.encoder.forward, model.query
    failures = []

    def allow(number, limit):
        if number > limit:
            failures.append(number)
            torch.empty(2**60, dtype=torch.uint8)  # the real error

    def encode(image):
        allow(image.shape[-2] * image.shape[-1], pixels)
        return encoder(image)

    def answer(encoded, coord, cell):
        allow(coord.shape[1], queries)
        return query(encoded, coord, cell)

    monkeypatch.setattr(model.encoder, "forward", encode)
    monkeypatch.setattr(model, "query", answer)
    return failures


@KINDS
def test_less_is_done_at_once_when_memory_runs_out(kind, tiny, photograph, monkeypatch):
    model, image = tiny(kind), photograph(30, 40)
    whole = make(model, image, (61, 75))
    failures = limited(monkeypatch, model, pixels=500, queries=100)
    parts = make(model, image, (61, 75))
    torch.testing.assert_close(parts, whole, rtol=0, atol=5e-6)
    assert len(failures) < 15  # what was learned is kept


def test_too_many_queries_at_once_cost_no_second_encoding(tiny, photograph, monkeypatch):
    model = tiny(CS)
    failures = limited(monkeypatch, model, pixels=10_000, queries=100)
    calls = count_calls(model.encoder)
    make(model, photograph(30, 40), (61, 75))
    assert failures and len(calls) == 1


def test_memory_may_run_out_in_the_middle(tiny, photograph, monkeypatch):
    model, image = tiny(LTE), photograph(9, 9)
    whole, query, tried = make(model, image, (30, 30)), model.query, []

    def answer(encoded, coord, cell):
        tried.append(coord.shape[1])
        assert len(tried) < 100, "the same is tried again and again"
        if len(tried) > 3 and coord.shape[1] > 20:
            torch.empty(2**60, dtype=torch.uint8)  # the real error
        return query(encoded, coord, cell)

    monkeypatch.setattr(model, "query", answer)
    query_at_once(100, monkeypatch)
    torch.testing.assert_close(make(model, image, (30, 30)), whole, rtol=0, atol=5e-6)
    assert tried[:8] == [100, 100, 100, 100, 50, 25, 12, 12]


@pytest.mark.parametrize(("pixels", "queries"), [(20, 1000), (10_000, 0)])
def test_no_memory_for_one_pixel_is_said(pixels, queries, tiny, photograph, monkeypatch):
    model = tiny(LTE)
    limited(monkeypatch, model, pixels, queries)
    with pytest.raises(FcsrError, match="no memory left for a single pixel; close other programs"):
        make(model, photograph(9, 9), (20, 20))


def test_queries_that_find_no_room_get_a_smaller_tile(tiny, photograph, monkeypatch):
    model, image = tiny(LTE), photograph(30, 40)
    whole = make(model, image, (61, 75))
    encode, query, seen, answered = model.encode_seen, model.query, [], []
    monkeypatch.setattr(
        model, "encode_seen", lambda image, *rest: seen.append(image) or encode(image, *rest)
    )

    def crowded(*arguments):
        if seen[-1].shape[-2] * seen[-1].shape[-1] > 800:
            torch.empty(2**60, dtype=torch.uint8)  # the real error
        answered.append(arguments[1].shape[1])
        return query(*arguments)

    monkeypatch.setattr(model, "query", crowded)
    torch.testing.assert_close(make(model, image, (61, 75)), whole, rtol=0, atol=5e-6)
    assert len(seen) < 20
    assert max(answered) > 100  # again many at once


@pytest.mark.parametrize(
    ("decode", "message"),
    [
        (lambda logits: torch.nan * logits.mean(-1), "CS decodes to NaN or infinity"),
        (
            lambda logits: logits.mean(-1).index_fill(2, torch.tensor([1]), torch.inf),
            "CS decodes to NaN or infinity",
        ),
        (
            lambda logits: logits.mean(-1)[..., :1],
            r"shape \(1, \d+, 1\), but RGB is \(1, \d+, 3\)",
        ),
    ],
)
def test_answers_that_are_no_colours_are_refused(decode, message, tiny, photograph, no_contracts):
    with pytest.raises(FcsrError, match=message):
        render(tiny(CS), photograph(9, 9), (20, 20), [decode], progress=False)


def test_other_errors_are_not_taken_for_too_little_memory(tiny, photograph, monkeypatch):
    model = tiny(LTE)
    monkeypatch.setattr(model, "query", lambda *_: torch.ones(2) @ torch.ones(3))
    with pytest.raises(RuntimeError, match="inconsistent tensor size"):
        make(model, photograph(9, 9), (20, 20))


LIMITED = """
import resource, psutil, torch
from fcsr import CS, EDSR
from fcsr.inference import render, tiling
from fcsr.models import EstimatorSize
torch.set_num_threads(1)
torch.manual_seed(0)
model = CS(EDSR(1, 8), EstimatorSize(16, (16,), "texture"))
image = torch.rand(1, 3, 40, 40)
[whole] = render(model, image, (160, 160), ["mean"], progress=False)
tiling.CHUNK = 2**20  # all 25,600 queries, whose logits are 79 MB
queried, query = [], model.query
model.query = lambda encoded, coord, cell: (
    queried.append(coord.shape[1]), query(encoded, coord, cell))[1]
limit = psutil.Process().memory_info().vms + 150 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
[parts] = render(model, image, (160, 160), ["mean"], progress=False)
assert queried[0] == 160 * 160 and queried[-1] < queried[0], queried
torch.testing.assert_close(parts, whole, rtol=0, atol=5e-6)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space")
def test_a_real_limit_on_memory_is_met():
    command = [sys.executable, "-c", LIMITED]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(("free", "fewer"), [(10**12, False), (3 * 10**5, True)])
def test_free_memory_says_how_much_is_done_at_once(free, fewer, tiny, photograph, monkeypatch):
    model, image = tiny(CS), photograph(40, 40)
    whole = make(model, image, (80, 80))
    monkeypatch.setattr(memory, "free_memory", lambda device: free)
    queried, query = [], model.query
    monkeypatch.setattr(
        model,
        "query",
        lambda e, coord, cell: queried.append(coord.shape[1]) or query(e, coord, cell),
    )
    calls = count_calls(model.encoder)
    torch.testing.assert_close(make(model, image, (80, 80)), whole, rtol=0, atol=5e-6)
    assert (max(queried) < tiling.CHUNK) == fewer
    assert (len(calls) > 1) == fewer


@pytest.mark.parametrize("tile", [3, 256])
@pytest.mark.parametrize("rows", [(0, 25), (0, 7), (7, 8), (8, 25)])
def test_some_rows_of_a_result_are_those_of_the_whole(tile, rows, photograph, monkeypatch):
    monkeypatch.setattr(tiling, "TILE", tile)
    image, size = photograph(9, 11), (25, 30)
    whole, part = torch.zeros(1, 3, *size), torch.zeros(1, 3, *size)
    for result, wanted in ((whole, None), (part, rows)):
        task = Task(lambda region: region.cut(image), 1, (9, 11), size, rows=wanted)
        for strip, region, [rgb] in resample(task):
            assert wanted is None or rows[0] <= strip.top < strip.bottom <= rows[1]
            region.cut(result).add_(rgb)
    first, end = rows
    torch.testing.assert_close(part[..., first:end, :], whole[..., first:end, :])
    assert not part[..., :first, :].any() and not part[..., end:, :].any()
