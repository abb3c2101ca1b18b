"""Graphs of ONNX: of an encoder, of a query, and of both as one.

A whole model is one graph, (image, size) -> result. It queries one row of the result after the
other, so its memory does not grow with the result's height. Split, it is two: one encodes an image
once, and the other queries it at any coordinates.
"""

import warnings
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from fcsr.decoding import Decode
from fcsr.errors import FcsrError
from fcsr.images import whole
from fcsr.models.base import ContinuousModel
from fcsr.models.encoded import Encoded
from fcsr.models.texture import TextureMaps, grid

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


class Encoder(nn.Module):
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


class Query(nn.Module):
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


def to_graph(module: Encoder | Query) -> "ModelProto":
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


def row_by_row(encoder: "ModelProto", query: "ModelProto") -> "ModelProto":
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
