"""Fully connected layers as convolutions: the same numbers, wherever it pays."""

import pytest
import torch
from torch import nn

import fcsr
from fcsr.models.mlp import IMAGES, MLP, WIDTH, linear

ENOUGH = IMAGES * WIDTH


@pytest.fixture
def layer():
    torch.manual_seed(0)
    return nn.Linear(24, 48)


def convolutions(work) -> int:
    """How often PyTorch convolves meanwhile."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        work()
    return sum(event.count for event in profile.key_averages() if event.key == "aten::conv2d")


@pytest.mark.parametrize("shape", [(ENOUGH,), (2, ENOUGH), (2, 3, ENOUGH // 2)])
def test_values_and_gradients_are_those_of_the_layer(layer, shape):
    rows = torch.randn(*shape, 24, requires_grad=True)
    inputs = [rows, *layer.parameters()]
    results = []
    for made in (linear(layer, rows), layer(rows)):
        results.append((made, *torch.autograd.grad(made.square().mean(), inputs)))
    for one, other in zip(*results, strict=True):
        assert torch.allclose(one, other, atol=1e-5)


@pytest.mark.skipif(not torch.backends.mkl.is_available(), reason="PyTorch has no MKL here")
def test_large_layers_are_convolutions(layer):
    assert convolutions(lambda: linear(layer, torch.randn(ENOUGH, 24))) == 1
    assert convolutions(lambda: MLP(layer, nn.ReLU())(torch.randn(1, ENOUGH, 24))) == 1


@pytest.mark.parametrize(
    "rows",
    [
        torch.zeros(0, 24),
        torch.zeros(7, 24),
        torch.zeros(ENOUGH - WIDTH, 24),
        torch.zeros(ENOUGH + 1, 24),
    ],
    ids=len,
)
def test_other_numbers_of_rows_are_products(layer, rows):
    assert convolutions(lambda: linear(layer, rows)) == 0
    assert linear(layer, rows).shape == (len(rows), 48)


def test_layers_that_are_small_or_not_in_float32_are_products(layer):
    rows = torch.zeros(ENOUGH, 24)
    assert convolutions(lambda: linear(nn.Linear(24, 3), rows)) == 0
    with torch.autocast("cpu", torch.bfloat16):
        assert convolutions(lambda: linear(layer, rows)) == 0
    assert convolutions(lambda: linear(layer.double(), rows.double())) == 0


def test_a_layer_of_another_kind_is_called():
    assert linear(nn.ReLU(), torch.full((ENOUGH, 2), -1.0)).sum() == 0


def test_weights_have_the_names_of_a_sequence():
    plain = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    assert list(MLP(*plain).state_dict()) == list(plain.state_dict())
    assert fcsr.LTE.compact().estimators[0].mlp[0].weight.shape == (128, 128)
