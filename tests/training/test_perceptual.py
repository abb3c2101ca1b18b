"""LPIPS beside the loss: it falls, each weight has its own term, and what it needs is named."""

from dataclasses import replace

import pytest
import torch
from accelerate import Accelerator

from fcsr import CS, FCS, LTE, data, images, losses, metrics, models, train
from fcsr.errors import TrainingError
from fcsr.training import Objective, batch_loss, crops, make_objective


def test_lpips_is_lowered_with_the_loss(tiny, recipe, tmp_path):
    recipe = replace(recipe, lr_size=24, queries=32 * 32, steps=30, lr=3e-3, lpips_weight=10.0)
    model = tiny(FCS, decode="mean", max_scale=2.0)
    paths = data.photographs(recipe.photographs)
    _, held_out = crops.make_crops(recipe, paths, 2.0, Accelerator(cpu=True))
    batch = held_out[0]
    objective = make_objective(model, recipe)

    def losses() -> tuple[float, float]:
        plain = batch_loss(Objective(model), Objective(model), batch)
        both = batch_loss(objective, objective, batch)
        return plain.item(), (both - plain).item() / recipe.lpips_weight

    sr = (
        model.decode(model(batch.lr, batch.coord, batch.cell))
        .transpose(1, 2)
        .unflatten(2, (32, 32))
    )
    hr = batch.pick(batch.hr).transpose(1, 2).unflatten(2, (32, 32))
    before = losses()
    measured = [
        metrics.lpips(*pair, net=net)
        for pair in zip(sr, hr, strict=True)
        for net in ("alex", "vgg")
    ]
    assert before[1] == pytest.approx(sum(measured) / 4, abs=0.01)  # metrics round to 8 bits
    train(model, recipe, tmp_path / "out")
    after = losses()
    assert after[0] < before[0] and after[1] < 0.9 * before[1]


def test_lpips_needs_a_reading_with_a_gradient(tiny, recipe, tmp_path):
    with pytest.raises(TrainingError, match=r'CS is decoded by its mode.*CS\(…, decode="mean"\)'):
        train(
            tiny(CS), replace(recipe, lr_size=24, queries=1024, lpips_weight=1.0), tmp_path / "out"
        )


def test_psnr_holds_lpips_back(tiny, recipe, tmp_path):
    recipe = replace(recipe, lr_size=24, queries=32 * 32, steps=30, lr=3e-3, lpips_weight=1.0)
    psnr = []
    for weight in (0.0, 1.0):
        held_back = replace(recipe, psnr_weight=weight)
        out = tmp_path / str(weight)
        torch.manual_seed(0)
        train(tiny(LTE, max_scale=2.0), held_back, out)
        history = models.describe(out / "model.safetensors")["history"]
        psnr.append(history[-1]["val_psnr"])
    assert psnr[1] > psnr[0]


def test_each_weight_adds_its_own_term(tiny, recipe):
    """The loss grows by the weight times the term, measured apart."""
    recipe = replace(recipe, lr_size=24, queries=32 * 32, lpips_weight=1.0)
    paths = data.photographs(recipe.photographs)
    batch = crops.make_crops(recipe, paths, 2.0, Accelerator(cpu=True))[1][0]
    model = tiny(LTE, max_scale=2.0)

    def loss(**weights) -> float:
        objective = make_objective(model, replace(recipe, **weights))
        return batch_loss(objective, objective, batch).item()

    def square(pixels):
        return pixels.transpose(1, 2).unflatten(2, (32, 32))

    sr = model.decode(model(batch.lr, batch.coord, batch.cell))
    hr = batch.pick(batch.hr)
    small = [images.resize(square(image), (16, 16)).flatten(2) for image in (sr, hr)]
    error = (small[0] - small[1]).square().mean((1, 2))
    terms = {
        "psnr_weight": -losses.psnr(sr, hr).item(),
        "lr_psnr_weight": 10 * (error + 1e-6).log10().mean().item(),
        "lattice_weight": losses.lattice(
            2 * square(sr) - 1, torch.tensor(24 / batch.hr.shape[-1])
        ).item(),
    }
    for name, term in terms.items():
        assert loss(**{name: 0.5}) - loss() == pytest.approx(0.5 * term, abs=2e-3), name
