"""Models that multiply in bfloat16: nearly the same image, float32 where it matters."""

import pytest
import torch

from fcsr import CS, FCS, LTE, images, inference, models
from fcsr.errors import FcsrError

CPU = torch.device("cpu")


@pytest.mark.parametrize("name", ["lte-compact", "cs-compact", "fcs-compact", "cs-mixture-compact"])
def test_bfloat16_gives_nearly_the_same_mean(name):
    model = models.load(name)
    lr = images.to_tensor(images.sample("coffee").crop((100, 100, 124, 120)))
    decode = None if model.default_decode is None else "mean"
    exact, rounded = (
        inference.render(model, lr, (50, 60), [decode], progress=False, precision=precision)[0]
        for precision in ("float32", "bfloat16")
    )
    assert 0 < (exact - rounded).square().mean() < 1e-6, "60 dB"


@pytest.mark.parametrize("kind", [LTE, CS, FCS])
def test_outputs_are_float32_and_what_is_wide_is_bfloat16(kind, tiny):
    model, coord = tiny(kind), torch.zeros(1, 5, 2)
    model.set_precision("bfloat16")
    encoded = model.encode(torch.rand(1, 3, 8, 8))
    assert {part.dtype for maps in encoded.maps for part in maps} == {torch.bfloat16}
    outputs = model.query(encoded, coord, coord + 0.1)
    tensors = outputs if isinstance(outputs, tuple) else [outputs]
    assert {tensor.dtype for tensor in tensors} == {torch.float32}
    assert {e.head.weight.dtype for e in model.estimators} == {torch.float32}


def test_another_precision_is_that_of_a_copy(tiny, photograph):
    model = tiny(LTE)
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    assert model.in_precision("float32") is model.in_precision(None) is model
    assert model.in_precision("bfloat16").precision == torch.bfloat16
    inference.upscale(photograph(8, 8), 2, model=model, progress=False, precision="bfloat16")
    for name, weight in model.state_dict().items():
        assert torch.equal(weight, before[name]) and weight.dtype == torch.float32


def test_auto_asks_the_hardware(monkeypatch):
    for supported, dtype in ((True, torch.bfloat16), (False, torch.float32)):
        found = {"avx512_bf16": supported}
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda found=found: found, raising=False)
        assert models.resolve_precision("auto", CPU) == dtype
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    assert models.resolve_precision("auto", CPU) == torch.float32


@pytest.mark.filterwarnings("ignore:.*deprecated")  # for another package
@pytest.mark.parametrize("kind", [LTE, CS, FCS])
def test_linear_layers_may_be_quantised(kind, tiny, photograph):
    from torch.ao.quantization import per_channel_dynamic_qconfig, quantize_dynamic

    model = tiny(kind)
    small = quantize_dynamic(model, {torch.nn.Linear: per_channel_dynamic_qconfig})
    decode = None if kind is LTE else "mean"
    made = (
        inference.upscale(photograph(8, 8), 2, model=each, decode=decode, progress=False)
        for each in (model, small)
    )
    assert 0 < torch.dist(*made, p=torch.inf) < 0.1


@pytest.mark.usefixtures("no_contracts")
@pytest.mark.parametrize("model", ["lte-compact", "bicubic"])
def test_an_unknown_precision_is_told_the_known_ones(model, photograph):
    with pytest.raises(FcsrError, match='no precision "half"; choose from float32, bfloat16, auto'):
        inference.upscale(photograph(8, 8), 2, model=model, precision="half")


def test_rounded_weights_are_not_saved(tiny, tmp_path):
    model = tiny(LTE).in_precision("bfloat16")
    with pytest.raises(FcsrError, match="rounded to bfloat16; load it again"):
        models.save(model, tmp_path / "model.safetensors")
