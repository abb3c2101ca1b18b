"""Models as ONNX files, for programs without PyTorch: in browsers, in C++, in Java.

A whole model is one graph, (image, size) -> result. It queries one row of the result after the
other, so its memory does not grow with the result's height. Split, it is two: one encodes an image
once, and the other queries it at any coordinates. See docs/export.md.
"""

import copy
import json
import warnings
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

import fcsr
from fcsr.decoding import Decode, label
from fcsr.errors import FcsrError
from fcsr.images import whole
from fcsr.models.base import MODELS, ContinuousModel
from fcsr.models.checkpoints import fingerprint, shipped_name
from fcsr.models.encoded import Encoded
from fcsr.models.texture import TextureMaps, grid
from fcsr.utils.extras import missing
from fcsr.utils.files import atomic_write
from fcsr.utils.progress import tqdm

if TYPE_CHECKING:
    from onnx import ModelProto

OPSET = 18
"""Of ONNX, in which files are written: that of 2022, which all of today's runtimes have."""

AXES = {  # those whose sizes are free
    "image": {0: "batch", 2: "height", 3: "width"},
    "maps": {0: "batch", 1: "height", 2: "width"},
    "coord": {0: "queries"},
}
IMAGE = torch.zeros(2, 3, 7, 9, device="cpu")  # to export with; no size is 1 or that of another
MEANINGS = {
    "image": "RGB in [0, 1], (batch, 3, height, width)",
    "size": "height and width of the result in pixels",
    "coord": "(y, x) of the pixels to query, each in [-1, 1]: pixel i of n is -1 + (2 i + 1) / n",
    "cell": "height and width of such a pixel in these units: 2 / n for one of n",
    "rgb": "RGB in [0, 1]",
    "low": "low band, RGB in [0, 1]",
    "logits": "of the levels 0 to 255",
    "high": "logits of the levels 0 to 255",
    "weights": "logarithms of the components' probabilities, which a pixel's colours share",
    "centres": "of the components, which are logistic distributions, in levels",
    "log_scales": "natural logarithms of the components' scales in levels",
    "correlations": "red and green; red and blue; green and blue, given red",
}


@torch.no_grad()
def export(
    model: ContinuousModel,
    path: str | Path,
    decode: str | Decode | None = None,
    distribution: bool = False,
    split: bool = False,
    progress: bool = True,
) -> list[Path]:
    """Write a model as ONNX: as one file, or as encoder and query apart.

    All of an image's sizes, the batch and the scale are free. What goes in and comes out, the
    config and more is in the files' metadata. Sizes are limited as in `query`, and not checked.

    Args:
        model: with weights in float32.
        path: the file, which ends in `.onnx`; its folder must exist. Split, `lte.onnx` becomes
            `lte.encoder.onnx` and `lte.query.onnx`.
        decode: how distributions become RGB, as in `fcsr.upscale`; it is part of the graph.
        distribution: give the distributions themselves instead of RGB.
        split: write encoder and query as two files.
        progress: show a bar.

    Returns:
        The paths of the files.

    Raises:
        FcsrError: the packages of fcsr[onnx] are missing; the path cannot be written; the model
            has other weights than float32, no such decode, or no distributions; or it does what
            ONNX has no words for.

    >>> import fcsr, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path] = fcsr.export(fcsr.load("lte-compact"), f"{folder}/lte.onnx", progress=False)
    ...     path.name
    'lte.onnx'
    """
    model = _checked(model, decode, distribution)
    path = Path(path)
    if path.suffix != ".onnx":
        raise FcsrError(f"{path} is no name of an ONNX file; give one that ends in .onnx")
    names = ["encoder", "query"] if split else ["whole"]
    paths = [path.with_suffix(f".{name}.onnx") for name in names] if split else [path]
    with ExitStack() as stack:
        try:
            drafts = [stack.enter_context(atomic_write(target)) for target in paths]
            for draft in drafts:
                draft.touch()  # what cannot be written is refused before any work
        except OSError as error:
            raise FcsrError(f"{path} cannot be written ({error.strerror})") from error
        modules = (_Encoder(model, with_grid=not split), _Query(model, decode, distribution))
        bar = tqdm(modules, desc="exporting", disable=not progress)
        encoder, query = (_export(module) for module in bar)
        made = [encoder, query] if split else [_row_by_row(encoder, query)]
        for part, graph, draft in zip(names, made, drafts, strict=True):
            _describe(graph, model, part, decode, distribution)
            draft.write_bytes(graph.SerializeToString())
    return paths


def _checked(
    model: ContinuousModel, decode: str | Decode | None, distribution: bool
) -> ContinuousModel:
    """A copy of the model on the CPU, not compiled, once all is known to be fit for export."""
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ModuleNotFoundError as error:
        raise missing("export", "onnx", str(error.name)) from error
    model.check_decode(decode)
    if distribution and decode is not None:
        raise FcsrError(f"either distributions or their {label(decode)}: leave one of them out")
    if distribution and model.default_decode is None:
        raise FcsrError(f"{type(model).__name__} gives RGB: it has no distributions")
    if odd := {weight.dtype for weight in model.parameters()} - {torch.float32}:
        raise FcsrError(f"the weights are {odd.pop()}; load the model again, and export that")
    return copy.deepcopy(model).cpu().eval()


class _Encoder(nn.Module):
    """An image -> its maps; with the size of a result, also all coordinates and the cell."""

    def __init__(self, model: ContinuousModel, with_grid: bool):
        super().__init__()
        self.model = model
        self.given = {"image": IMAGE} | (
            {"size": torch.tensor([23, 31], device="cpu")} if with_grid else {}
        )
        self.results = _map_names(model) + (["coord", "cell"] if with_grid else [])

    def forward(
        self, image: Float[Tensor, "b 3 h w"], size: Int[Tensor, " 2"] | None = None
    ) -> tuple[Tensor, ...]:
        maps = _maps(self.model, image)
        if size is None:
            return tuple(maps)
        height, width = size.tolist()
        return *maps, grid((height, width), image.device), 2 / size.to(image.dtype)


class _Query(nn.Module):
    """An image, its maps, coordinates (q, 2) and a cell (2,) -> RGB, or the model's outputs."""

    def __init__(self, model: ContinuousModel, decode: str | Decode | None, distribution: bool):
        super().__init__()
        self.model, self.decode, self.distribution = model, decode, distribution
        coord, cell = IMAGE.new_zeros(29, 2), IMAGE.new_ones(2)
        self.given = {"image": IMAGE, "maps": _maps(model, IMAGE), "coord": coord, "cell": cell}
        self.results = list(self(**self.given))

    def forward(
        self,
        image: Float[Tensor, "b 3 h w"],
        maps: list[Float[Tensor, "b h w waves"]],
        coord: Float[Tensor, "q 2"],
        cell: Float[Tensor, " 2"],
    ) -> dict[str, Tensor]:
        size, step = (image.shape[-2], image.shape[-1]), len(TextureMaps._fields)
        each = tuple(TextureMaps(*maps[i : i + step]) for i in range(0, len(maps), step))
        coord = coord.expand(image.shape[0], -1, -1)
        encoded = Encoded(image, each, whole(size), size)
        outputs = self.model.query(encoded, coord, cell.expand_as(coord))
        if self.distribution:
            return _tensors(outputs, "logits")
        return {"rgb": self.model.decode(outputs, self.decode)}


def _maps(model: ContinuousModel, image: Tensor) -> list[Tensor]:
    """The maps of all estimators, one after the other."""
    return [channels for maps in model.encode(image).maps for channels in maps]


def _map_names(model: ContinuousModel) -> list[str]:
    numbers = range(len(model.estimators))
    return [f"{name}_{number}" for number in numbers for name in TextureMaps._fields]


def _tensors(outputs: Any, name: str) -> dict[str, Tensor]:
    """The tensors in a model's outputs, under the names of their fields; a lone one is `name`."""
    if isinstance(outputs, Tensor):
        return {name: outputs}
    parts = [_tensors(part, field) for field, part in outputs._asdict().items()]
    return {name: tensor for part in parts for name, tensor in part.items()}


def _export(module: _Encoder | _Query) -> "ModelProto":
    """The graph of a module, whose inputs may have other sizes than those it holds."""
    axes = {
        name: [AXES[name]] * len(given) if isinstance(given, list) else AXES.get(name)
        for name, given in module.given.items()
    }
    names = [
        each
        for name in module.given
        for each in (_map_names(module.model) if name == "maps" else [name])
    ]
    with warnings.catch_warnings():
        # of torch about itself, and of names that several axes share, as they should
        warnings.filterwarnings("ignore", ".*LeafSpec.* is deprecated", FutureWarning)
        warnings.filterwarnings("ignore", ".*The axis name: .* will not be used", UserWarning)
        try:
            program = torch.onnx.export(
                module.eval(),
                kwargs=module.given,
                dynamic_shapes=axes,
                input_names=names,
                output_names=module.results,
                opset_version=OPSET,
                dynamo=True,
                optimize=False,  # it would drop summands of 1e-9, and weights be 0 / 0
                verbose=False,
            )
        except torch.onnx.OnnxExporterError as error:
            name = type(module.model).__name__
            cause = str(error.__cause__ or error).strip().splitlines()[0]
            raise FcsrError(f"{name} cannot be exported: {cause}") from error
    assert program is not None
    made = program.model_proto
    for part in (made.graph, *made.graph.node, *made.graph.value_info):
        part.ClearField("metadata_props")  # lines of torch's code, as many bytes as small weights
    return made


def _row_by_row(encoder: "ModelProto", query: "ModelProto") -> "ModelProto":
    """One graph that encodes, and then queries a row of the result at a time."""
    from onnx import compose, helper

    # What the query asks for beside coordinates it finds around the loop, under the same names.
    body = compose.add_prefix_graph(query.graph, "row.", rename_inputs=False)
    inputs = [given for given in body.input if given.name == "coord"]
    del body.input[:]
    body.input.extend(inputs)
    graph, names = encoder.graph, [made.name for made in query.graph.output]
    rows = [f"rows.{name}" for name in names]
    graph.node.append(helper.make_node("Scan", ["coord"], rows, num_scan_inputs=1, body=body))
    del graph.output[:]
    for name, row, made in zip(names, rows, query.graph.output, strict=True):
        kind = made.type.tensor_type
        # (H, b, W, ...) -> (b, H, W, ...), and RGB as images are: (b, 3, H, W)
        order = [1, 3, 0, 2] if name == "rgb" else [1, 0, *range(2, len(kind.shape.dim) + 1)]
        graph.node.append(helper.make_node("Transpose", [row], [name], perm=order))
        rest = [dim.dim_value for dim in kind.shape.dim[2:]]
        sizes: list[int | str] = ["result_height", "batch", "result_width", *rest]
        shape = [sizes[axis] for axis in order]
        graph.output.append(helper.make_tensor_value_info(name, kind.elem_type, shape))
    return encoder


def _describe(
    file: "ModelProto",
    model: ContinuousModel,
    part: str,
    decode: str | Decode | None,
    distribution: bool,
) -> None:
    """Put what a reader of the file must know into its metadata, and its inputs and outputs."""
    from onnx import helper

    facts = {
        "fcsr": fcsr.__version__,
        "model": MODELS.name(type(model)),
        "config": json.dumps(model.config),
        "weights": shipped_name(model) or "",
        "fingerprint": fingerprint(model),
        "part": part,
        "max_scale": str(model.max_scale),
        "margin": str(model.margin),
    }
    if distribution:
        bands = any(made.name == "low" for made in file.graph.output)
        facts["rgb"] = "low + (level - 128) / 255, clamped to [0, 1]" if bands else "level / 255"
    elif how := decode or model.default_decode:
        facts["decode"] = label(how)
    for tensor in (*file.graph.input, *file.graph.output):
        tensor.doc_string = MEANINGS.get(tensor.name, "of the encoder, for the query")
        facts[tensor.name] = tensor.doc_string
    helper.set_model_props(file, facts)
    file.producer_name, file.producer_version = "fcsr", fcsr.__version__
