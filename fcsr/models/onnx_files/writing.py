"""A model is written as ONNX: whole, or as encoder and query apart. See docs/export.md."""

import copy
from contextlib import ExitStack
from pathlib import Path

import torch

from fcsr.decoding import Decode, label
from fcsr.errors import FcsrError
from fcsr.models.base import ContinuousModel
from fcsr.models.onnx_files.facts import describe
from fcsr.models.onnx_files.graphs import Encoder, Query, row_by_row, to_graph
from fcsr.utils.extras import missing
from fcsr.utils.files import atomic_write
from fcsr.utils.progress import tqdm


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
        modules = (Encoder(model, with_grid=not split), Query(model, decode, distribution))
        bar = tqdm(modules, desc="exporting", disable=not progress)
        encoder, query = (to_graph(module) for module in bar)
        made = [encoder, query] if split else [row_by_row(encoder, query)]
        for part, graph, draft in zip(names, made, drafts, strict=True):
            describe(graph, model, part, decode, distribution)
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
