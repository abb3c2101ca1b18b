"""Models as graphs for other programs: equal to PyTorch's, at sizes that were not exported."""

import itertools

import pytest
import torch
from torch.export import Dim
from torch.utils._pytree import tree_leaves

from fcsr import CS, FCS, LTE

KINDS = {
    "lte": (LTE, {}),
    "cs": (CS, {}),
    "cs-mixture": (CS, {"head": "mixture"}),
    "fcs": (FCS, {}),
    "fcs-mixture": (FCS, {"head": "mixture"}),
    "fcs-unshared": (FCS, {"shared": False}),
}


@pytest.fixture(params=KINDS)
def model(request, tiny):
    kind, options = KINDS[request.param]
    return tiny(kind, **options)


def test_torch_exports_models_with_dynamic_sizes(model, no_contracts):
    b, h, w, q = (Dim(name, min=1, max=4096) for name in "bhwq")
    shapes = {0: b, 2: h, 3: w}, {0: b, 1: q}, {0: b, 1: q}
    given = torch.rand(2, 3, 9, 13), torch.rand(2, 31, 2), torch.rand(2, 31, 2)
    exported = torch.export.export(model, given, dynamic_shapes=shapes).module()
    for b, (h, w), q in itertools.product((1, 3), ((1, 1), (2, 7), (17, 8)), (1, 40)):
        given = torch.rand(b, 3, h, w), 2 * torch.rand(b, q, 2) - 1, torch.rand(b, q, 2)
        pairs = zip(tree_leaves(exported(*given)), tree_leaves(model(*given)), strict=True)
        for made, wanted in pairs:
            torch.testing.assert_close(made, wanted, rtol=1e-5, atol=1e-5)
