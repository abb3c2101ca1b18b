"""Models between two others."""

import pytest
import torch
from torch import nn

from fcsr import CS, FCS, LTE
from fcsr.analysis.interpolation import blend
from fcsr.errors import FcsrError


@pytest.fixture
def pair(tiny):
    """Two models of a kind with different weights."""

    def make(kind, **options):
        first, second = tiny(kind), tiny(kind, **options)
        with torch.no_grad():
            for weight in second.parameters():
                nn.init.normal_(weight, std=0.1, generator=torch.Generator().manual_seed(1))
        return first, second

    return make


def test_a_share_of_each_weight_comes_from_each_model(pair):
    first, second = pair(CS)
    before = {name: weight.clone() for name, weight in second.state_dict().items()}
    blended = blend(first, second, 0.25).state_dict()
    for name, weight in first.state_dict().items():
        expected = 0.75 * weight + 0.25 * before[name]
        torch.testing.assert_close(blended[name], expected)
    torch.testing.assert_close(second.state_dict(), before, rtol=0, atol=0)


def test_the_ends_are_the_models(pair, photograph):
    first, second = pair(LTE)
    image, coord = photograph(6, 5), torch.tensor([[[0.1, -0.3], [0.7, 0.2]]])
    answers = [model(image, coord, coord.abs()) for model in (first, second)]
    assert not torch.allclose(*answers, atol=0.01)
    for share, answer in enumerate(answers):
        blended = blend(first, second, float(share))
        torch.testing.assert_close(blended(image, coord, coord.abs()), answer)


def test_it_is_read_as_the_second(pair):
    assert blend(*pair(FCS, decode="mean"), 0.5).default_decode == "mean"


def test_unlike_models_are_refused(tiny):
    with pytest.raises(FcsrError, match=r"differ in estimators\.0\.head\.bias and 2 other weights"):
        blend(tiny(LTE), tiny(CS), 0.5)
    with pytest.raises(FcsrError, match=r"share is 1\.5"):
        blend(tiny(LTE), tiny(LTE), 1.5)
