"""Models as graphs for other programs: equal to PyTorch's, at sizes that were not exported."""

import copy
import itertools
import json
import re
import sys
from pathlib import Path

import onnx
import onnxruntime
import pytest
import torch
from torch.export import Dim
from torch.utils._pytree import tree_leaves

import fcsr
from fcsr import CS, FCS, LTE, export, load, models, render
from fcsr.errors import FcsrError
from fcsr.models.onnx_files import graphs

# As users have it: contracts would look into the symbols that stand for sizes.
pytestmark = pytest.mark.usefixtures("no_contracts")

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


def test_torch_exports_models_with_dynamic_sizes(model):
    b, h, w, q = (Dim(name, min=1, max=4096) for name in "bhwq")
    shapes = {0: b, 2: h, 3: w}, {0: b, 1: q}, {0: b, 1: q}
    given = torch.rand(2, 3, 9, 13), torch.rand(2, 31, 2), torch.rand(2, 31, 2)
    exported = torch.export.export(model, given, dynamic_shapes=shapes).module()
    for b, (h, w), q in itertools.product((1, 3), ((1, 1), (2, 7), (17, 8)), (1, 40)):
        given = torch.rand(b, 3, h, w), 2 * torch.rand(b, q, 2) - 1, torch.rand(b, q, 2)
        pairs = zip(tree_leaves(exported(*given)), tree_leaves(model(*given)), strict=True)
        for made, wanted in pairs:
            torch.testing.assert_close(made, wanted, rtol=1e-5, atol=1e-5)


CLOSE = {"rtol": 1e-5, "atol": 1e-5}
SIZES = [(2, (9, 13), (20, 31)), (1, (7, 5), (21, 15)), (1, (1, 2), (3, 1)), (3, (16, 6), (11, 40))]


def session(path):
    file = onnx.load(path)
    onnx.checker.check_model(file, full_check=True)
    assert [entry.version for entry in file.opset_import if not entry.domain] == [graphs.OPSET]
    assert all(tensor.doc_string for tensor in (*file.graph.input, *file.graph.output))
    assert str(Path(fcsr.__file__).parent).encode() not in path.read_bytes()
    return onnxruntime.InferenceSession(path)


def facts(graph) -> dict[str, str]:
    return graph.get_modelmeta().custom_metadata_map


def run(graph, **given) -> dict[str, torch.Tensor]:
    names = [made.name for made in graph.get_outputs()]
    made = graph.run(None, {name: tensor.numpy() for name, tensor in given.items()})
    return dict(zip(names, map(torch.from_numpy, made), strict=True))


def queries(size, batch):
    """All pixels of a result, as a model is asked for them."""
    coord = models.grid(size).flatten(0, 1)
    cell = torch.tensor([2 / size[0], 2 / size[1]])
    return (coord, cell), (coord.expand(batch, -1, -1), cell.expand(batch, len(coord), 2))


@pytest.mark.parametrize(
    ("name", "decode"),
    [
        ("lte-compact", None),
        ("cs-compact", "mean"),
        ("fcs-compact", None),
        ("cs-mixture-compact", "median"),
        ("fcs-mixture-compact", "mean"),
    ],
)
def test_a_whole_model_gives_the_images_of_fcsr(name, decode, photograph, tmp_path):
    model = load(name)
    [path] = export(model, tmp_path / "model.onnx", decode)
    graph = session(path)
    for batch, small, large in SIZES:
        lr = photograph(*small, batch)
        [wanted] = render(model, lr, large, [decode])
        made = run(graph, image=lr, size=torch.tensor(large))
        torch.testing.assert_close(made, {"rgb": wanted}, **CLOSE)


@pytest.mark.parametrize("kind", ["lte", "cs-mixture", "fcs-unshared"])
def test_split_an_image_is_encoded_once_and_queried_anywhere(kind, tiny, photograph, tmp_path):
    kind, options = KINDS[kind]
    model = tiny(kind, **options).train()
    before, raw = copy.deepcopy(model.state_dict()), model.default_decode is not None
    paths = export(model, tmp_path / "m.onnx", distribution=raw, split=True)
    assert [path.name for path in paths] == ["m.encoder.onnx", "m.query.onnx"]
    encoder, query = map(session, paths)
    for batch, small, large in SIZES:
        lr = photograph(*small, batch)
        (coord, cell), given = queries(large, batch)
        outputs = model(lr, *given)
        wanted = tree_leaves(outputs if raw else model.decode(outputs))
        made = run(query, image=lr, **run(encoder, image=lr), coord=coord, cell=cell)
        assert len(made) == len(wanted)
        torch.testing.assert_close(list(made.values()), wanted, **CLOSE)
    assert model.training
    torch.testing.assert_close(model.state_dict(), before, rtol=0, atol=0)


def test_a_whole_model_gives_distributions_pixel_by_pixel(tiny, photograph, tmp_path):
    model, large = tiny(FCS), (20, 31)
    graph, lr = (
        session(*export(model, tmp_path / "m.onnx", distribution=True)),
        photograph(9, 13, 2),
    )
    low, high = model(lr, *queries(large, 2)[1])
    made = run(graph, image=lr, size=torch.tensor(large))
    wanted = {"low": low.unflatten(1, large), "high": high.unflatten(1, large)}
    torch.testing.assert_close(made, wanted, **CLOSE)
    assert "decode" not in facts(graph) and "(level - 128) / 255" in facts(graph)["rgb"]


def test_a_query_on_a_centre_has_weights(tiny, tmp_path):
    """Where all four areas are next to nothing: the 1e-9 in them must not be optimised away."""
    model, lr, size = tiny(LTE), torch.rand(1, 3, 1, 1), torch.tensor((3, 3))
    made = run(session(*export(model, tmp_path / "m.onnx")), image=lr, size=size)
    torch.testing.assert_close(made["rgb"], render(model, lr, (3, 3))[0], **CLOSE)


def test_a_mixtures_mode_is_found_as_exactly_as_float32_finds_it(tiny, photograph, tmp_path):
    """By iteration: float64 finds it up to a quarter of a level elsewhere."""
    model = tiny(CS, head="mixture", components=2)
    graph, lr = session(*export(model, tmp_path / "m.onnx")), photograph(9, 12)
    [made] = run(graph, image=lr, size=torch.tensor((27, 36))).values()
    [wanted] = render(model, lr, (27, 36))
    assert (made - wanted).abs().max() < 1 / 255
    assert ((made - wanted).abs() < 1e-5).float().mean() > 0.9


@pytest.mark.parametrize("kind", [fcsr.CS, fcsr.FCS])
def test_no_graph_computes_in_float64(kind, tmp_path):
    """Which runtimes for browsers leave out."""
    model = kind.compact(head="mixture")
    for path in fcsr.export(model, tmp_path / "a.onnx", split=True, progress=False):
        graph = onnx.load(path).graph
        casts = [node for node in graph.node if node.op_type == "Cast"]
        kinds = {attribute.i for node in casts for attribute in node.attribute}
        kinds |= {weights.data_type for weights in graph.initializer}
        assert onnx.TensorProto.FLOAT in kinds
        assert onnx.TensorProto.DOUBLE not in kinds


def test_a_file_says_what_it_is_and_what_goes_in_and_out(tiny, tmp_path):
    model = tiny(CS, max_scale=3.0)
    found = list(map(facts, map(session, export(model, tmp_path / "m.onnx", "mean", split=True))))
    assert [fact["part"] for fact in found] == ["encoder", "query"]
    for fact in found:
        assert models.from_config(json.loads(fact["config"])).config == model.config
        assert (fact["model"], fact["fcsr"]) == ("CS", fcsr.__version__)
        assert fact["fingerprint"] == models.fingerprint(model)
        assert (fact["max_scale"], fact["margin"]) == ("3.0", str(model.margin))
        assert fact["image"].startswith("RGB in [0, 1]")
    assert found[1]["decode"] == "mean" and "[-1, 1]" in found[1]["coord"]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("m.pt", {}, r"m\.pt is no name of an ONNX file; give one that ends in \.onnx"),
        ("no/m.onnx", {}, "cannot be written .No such file"),
        ("m.onnx", {"decode": "best"}, 'unknown decode "best"'),
        ("m.onnx", {"decode": "component"}, "logits have none"),
        ("m.onnx", {"decode": "mean", "distribution": True}, "leave one of them out"),
    ],
)
def test_what_cannot_be_exported_is_refused_before_any_work(
    tiny, tmp_path, monkeypatch, name, options, message
):
    def work(*arguments, **options):
        raise AssertionError("exported in vain")

    monkeypatch.setattr(torch.onnx, "export", work)
    with pytest.raises(FcsrError, match=message):
        export(tiny(CS), tmp_path / name, **options)
    assert not list(tmp_path.iterdir())


def test_rgb_is_no_distribution_and_rounded_weights_are_not_exported(tiny, tmp_path):
    with pytest.raises(FcsrError, match="LTE gives RGB: it has no distributions"):
        export(tiny(LTE), tmp_path / "m.onnx", distribution=True)
    model = tiny(LTE)
    model.set_precision("bfloat16")
    with pytest.raises(FcsrError, match=r"weights are torch\.bfloat16; load"):
        export(model, tmp_path / "m.onnx")


class Restless(LTE):
    def outputs(self, estimate):
        rgb = super().outputs(estimate)
        return rgb if rgb.mean() > 0 else -rgb


def test_a_model_that_onnx_has_no_words_for_keeps_the_old_file(tiny, tmp_path):
    (tmp_path / "m.onnx").write_text("old")
    with pytest.raises(FcsrError, match="Restless cannot be exported: "):
        export(tiny(Restless), tmp_path / "m.onnx")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize("package", ["onnx", "onnxscript"])
def test_a_missing_package_is_named_with_the_command(tiny, tmp_path, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(FcsrError, match=rf'package {package}: pip install "fcsr\[onnx\]"'):
        export(tiny(LTE), tmp_path / "m.onnx")


def test_the_page_s_python_runs(tiny, photograph, tmp_path, monkeypatch, capsys):
    page = Path(__file__).parents[2] / "docs" / "export.md"
    one, two = re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)
    monkeypatch.chdir(tmp_path)
    model, lr = tiny(LTE), photograph(9, 12)
    export(model, "lte.onnx")
    export(model, "lte.onnx", split=True)
    fcsr.images.save(fcsr.images.to_pil(lr), "small.png")
    exec(one, {})
    assert fcsr.images.load("large.png") == fcsr.upscale(
        fcsr.images.load("small.png"), 3.7, model=model
    )
    found: dict = {}
    exec(two, found)
    [wanted] = render(model, torch.from_numpy(found["image"]), (60, 80))
    rows = torch.from_numpy(found["rows"]).unflatten(1, (10, 80)).permute(0, 3, 1, 2)
    torch.testing.assert_close(rows, wanted[:, :, 10:20], **CLOSE)
    assert "(1, 800, 3)" in capsys.readouterr().out
