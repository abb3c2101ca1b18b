"""What is changed is changed, and nothing else."""

import math

import pytest
import torch
from torch.testing import assert_close

from fcsr import CS, FCS, LTE, models
from fcsr.analysis.variants import AXES, DESIGNS, AbsoluteFCS, FewerCS, FewerFCS, Variant
from fcsr.errors import FcsrError
from fcsr.models import Bands, grid
from fcsr.training import Crops, Objective, batch_loss

VARIANTS = {f"{axis}, {v.model} {v.name}": v for axis, each in AXES.items() for v in each}


@pytest.fixture
def query(photograph):
    """What a model predicts for all pixels of an image twice as large as its own."""

    def run(model):
        coord = grid((8, 10)).flatten(0, 1).unsqueeze(0)
        cell = torch.tensor([2 / 8, 2 / 10]).expand_as(coord)
        return model(photograph(4, 5), coord, cell)

    return run


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_can_be_trained(name, photograph):
    model = VARIANTS[name].kind.compact(**VARIANTS[name].options)
    levels = (255 * photograph(48, 48)[0]).round().to(torch.uint8)
    batch = Crops([levels], batch=1, lr_size=12, queries=16, max_scale=4.0, seed=0)[0]
    loss = batch_loss(Objective(model), model, batch)
    loss.backward()
    gradients = [weight.grad for weight in model.parameters()]
    assert loss.isfinite() and all(gradient.isfinite().all() for gradient in gradients)


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_is_saved_and_loaded(name, tiny, query, tmp_path):
    model = tiny(VARIANTS[name].kind, **VARIANTS[name].options)
    models.save(model, tmp_path / "variant")
    again = models.load(tmp_path / "variant")
    assert type(again) is type(model) and again.config == model.config
    assert all(
        own.equal(saved) for own, saved in zip(again.buffers(), model.buffers(), strict=True)
    )
    assert_close(query(again), query(model), rtol=0, atol=0)


@pytest.mark.parametrize("allowed", [(), (0, 256), (-1, 3), (4, 4)])
def test_classes_that_do_not_exist_are_refused(allowed, tiny):
    with pytest.raises(FcsrError, match=r"allowed is .*each once"):
        tiny(FewerCS, allowed=allowed)


def test_a_variant_is_named_after_the_core_model():
    kinds = (LTE, CS, FewerCS, FCS, AbsoluteFCS)
    assert [Variant("a", kind).model for kind in kinds] == ["LTE", "CS", "CS", "FCS", "FCS"]


@pytest.mark.parametrize("axis", AXES)
def test_variants_of_an_axis_differ_from_the_design_and_from_each_other(axis):
    made = [(v.kind, str(v.options)) for v in (*DESIGNS, *AXES[axis])]
    names = [(v.model, v.name) for v in (*DESIGNS, *AXES[axis])]
    assert len(set(made)) == len(made) and len(set(names)) == len(names)


def test_fewer_classes_get_all_probability(tiny, query):
    model = tiny(FewerCS, allowed=range(2, 256, 4))
    p = query(model).softmax(-1)
    assert_close(p[..., 2::4].sum(-1), torch.ones(p.shape[:-1]))
    levels = 255 * model.decode(query(model), "mode")
    assert set((levels.round().int() % 4).unique().tolist()) == {2}


def test_the_loss_of_fewer_classes_is_that_of_a_classifier_with_so_many(tiny, query):
    model, levels = tiny(FewerCS, allowed=range(2, 256, 4)), torch.randint(256, (1, 80, 3))
    kept = query(tiny(CS))[..., 2::4].log_softmax(-1)  # 64 classes, as if there were no others
    nearest = [min(range(64), key=lambda k: abs(4 * k + 2 - n)) for n in levels.flatten().tolist()]
    expected = -kept.flatten(0, -2)[range(240), nearest].mean()
    assert_close(model.loss(query(model), levels.to(torch.uint8)), expected)


def test_clipped_residuals_stay_within_their_bounds(tiny, query):
    model, low = tiny(FewerFCS, allowed=range(96, 161)), torch.rand(1, 80, 3)
    outputs = query(model)
    assert outputs.high.isinf().sum((0, 1)).tolist() == 3 * [96 * [80] + 65 * [0] + 95 * [80]]
    levels = torch.randint(256, (1, 80, 3), dtype=torch.uint8)
    kept = query(tiny(FCS)).high[..., 96:161].log_softmax(-1)
    cross_entropy = -kept.gather(-1, levels.long().clamp(96, 160).unsqueeze(-1) - 96).mean()
    squares = (outputs.low - low).square().mean()
    assert_close(model.loss(outputs, low, levels), cross_entropy + 3000 * squares)


def test_absolute_errors_of_the_low_band_weigh_as_likelihood_says(tiny):
    model, levels = tiny(AbsoluteFCS), torch.zeros(1, 2, 3, dtype=torch.uint8)
    low, logits = torch.full((1, 2, 3), 0.5), torch.zeros(1, 2, 3, 256)
    # Gaussian errors of this deviation are those that eq. (2)'s weight is for; Laplace errors
    # with the same deviation have the density exp(-|error| / b) / 2b.
    b = math.sqrt(1 / (2 * model.weight)) / math.sqrt(2)
    loss = model.loss(Bands(low + 0.01, logits), low, levels)
    assert_close(loss, torch.tensor(math.log(256) + 0.01 / b))
