"""A loss made piece by piece is the loss, and so are its gradients."""

import pytest
import torch

from fcsr import CS, FCS, LTE
from fcsr.training import Crops, Objective, objective

MODELS = [(LTE, {}), (CS, {}), (FCS, {}), (FCS, {"shared": False, "prior": False})]


@pytest.fixture
def batch(photograph):
    levels = (255 * photograph(40, 40)[0]).round().to(torch.uint8)
    return Crops([levels], batch=2, lr_size=12, queries=100, max_scale=3.0, seed=0)[3]


def gradients(model, loss):
    model.zero_grad()
    loss.backward()
    return [weight.grad.clone() for weight in model.parameters()]


@pytest.mark.parametrize("kept", [0, objective.KEPT])
@pytest.mark.parametrize(("kind", "options"), MODELS)
def test_chunks_give_the_loss_and_gradients_of_the_whole(
    kind, options, kept, tiny, batch, monkeypatch
):
    monkeypatch.setattr(objective, "KEPT", kept)
    monkeypatch.setattr(objective, "CHUNK", 60)  # 30 queries of each crop, and 10 in the end
    model = tiny(kind, **options)
    targets = [batch.pick(target) for target in model.targets(batch.hr)]
    inputs = (batch.lr, batch.coord, batch.cell)
    pieces, whole = Objective(model)(*inputs, *targets), model.loss(model(*inputs), *targets)
    torch.testing.assert_close(pieces, whole, rtol=1e-5, atol=0)
    for mine, expected in zip(gradients(model, pieces), gradients(model, whole), strict=True):
        torch.testing.assert_close(mine, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("kind", [LTE, CS, FCS])
def test_mixed_precision_does_not_round_the_loss(kind, tiny, batch, monkeypatch):
    monkeypatch.setattr(objective, "CHUNK", 60)
    model = tiny(kind)
    targets = [batch.pick(target) for target in model.targets(batch.hr)]
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        loss = Objective(model)(batch.lr, batch.coord, batch.cell, *targets)
    assert loss.dtype == torch.float32
    assert loss != loss.bfloat16()


@pytest.mark.parametrize("spare", [0, 1])
@pytest.mark.parametrize("kind", [CS, FCS])
def test_no_more_logits_are_kept_than_asked_for(kind, spare, tiny, batch, monkeypatch):
    monkeypatch.setattr(objective, "CHUNK", 60)
    model, made = tiny(kind), []
    monkeypatch.setattr(objective, "KEPT", 200 * model.numbers - 1 + spare)
    outputs = type(model).outputs

    def counted(self, estimate):
        made.append(estimate.skip.shape[:2].numel())
        return outputs(self, estimate)

    monkeypatch.setattr(kind, "outputs", counted)
    targets = [batch.pick(target) for target in model.targets(batch.hr)]
    Objective(model)(batch.lr, batch.coord, batch.cell, *targets).backward()
    assert max(made) == 60
    assert sum(made) == (1 if spare else 2) * 200, "once forward, once on the way back if too many"


@pytest.mark.parametrize("kind", [LTE, CS, FCS])
def test_what_is_read_beside_the_loss_is_what_the_model_reads(kind, tiny, batch, monkeypatch):
    monkeypatch.setattr(objective, "CHUNK", 60)
    model = tiny(kind)
    targets = [batch.pick(target) for target in model.targets(batch.hr)]
    inputs = (batch.lr, batch.coord, batch.cell)
    loss, rgb = Objective(model).loss_and_rgb(*inputs, *targets)
    torch.testing.assert_close(loss, model.loss(model(*inputs), *targets), rtol=1e-5, atol=0)
    torch.testing.assert_close(rgb, model.decode(model(*inputs)), rtol=0, atol=1e-5)
