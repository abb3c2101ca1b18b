"""Checkpoints: weights with their model's config, found by name or path.

A file may come from anywhere: it never runs code, takes no more memory than it has bytes, and
gives a complete model with finite weights, or a CheckpointError.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from fcsr.errors import CheckpointError, FcsrError, UndefinedClassError
from fcsr.models.base import ContinuousModel, Model
from fcsr.models.saved.registry import check_config, from_config
from fcsr.utils.files import tensor_files

WEIGHTS = Path(__file__).parents[2] / "weights"


def save(model: ContinuousModel, path: str | Path, half: bool = False, **facts: Any) -> None:
    """Write the model's weights and config, atomically.

    `half` stores float16. `facts` are plain values to keep with the weights, for `describe`.
    Raises CheckpointError if `load` could not make the model again (see `check_config`), and
    FcsrError for a model whose weights are rounded to bfloat16.

    >>> import fcsr, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     fcsr.models.save(fcsr.LTE.compact(), f"{folder}/mine.safetensors", steps=500)
    ...     fcsr.models.describe(f"{folder}/mine.safetensors")
    {'steps': 500}
    """
    check_config(model)
    if model.precision == torch.bfloat16:
        raise FcsrError("the weights are rounded to bfloat16; load it again, and save that")
    weights = model.state_dict()
    if half:
        weights = {n: w.half() if w.is_floating_point() else w for n, w in weights.items()}
    tensor_files.write(path, weights, {"config": model.config, "facts": facts})


def load(name_or_path: str | Path, device: torch.device | str = "cpu") -> ContinuousModel:
    """A trained model, ready to use.

    Args:
        name_or_path: one of `available()`, such as `"fcs"` (the paper's size) or `"fcs-compact"`
            (for a laptop); or the path of a file that `save` or `fcsr train` wrote.
        device: where to put the weights.

    Raises:
        CheckpointError: no such name or file, not a whole fcsr checkpoint, or weights that do
            not fit their config or are not finite.
        UndefinedClassError: the model's class is not defined here; the message names the import.

    >>> import fcsr
    >>> type(fcsr.load("cs-compact")).__name__
    'CS'
    """
    path = _find(name_or_path)
    weights, metadata = tensor_files.read(path)
    if "training" in metadata:
        raise CheckpointError(
            f"{path} is the state of a training, not a model, which is written at its end"
        )
    try:
        config = metadata["config"]
        if max(config["encoder"]["blocks"], len(config["size"]["hidden"])) > len(weights):
            raise CheckpointError("the config has more layers than there are weights")
        model = filled(lambda: from_config(config), weights)
    except UndefinedClassError as error:
        raise UndefinedClassError(f"{path}: {error}") from error
    except Exception as error:  # a config that is wrong may raise anything
        raise CheckpointError(f"{path} does not fit its own config: {error}") from error
    model.source = str(name_or_path)
    return model.to(device).eval()


def describe(name_or_path: str | Path) -> dict[str, Any]:
    """The facts that were saved with the weights: how they were trained, and the loss over steps.

    >>> import fcsr
    >>> sorted(fcsr.models.describe("lte-compact"))
    ['history', 'recipe']
    """
    return tensor_files.read(_find(name_or_path))[1].get("facts", {})


def fingerprint(model: ContinuousModel) -> str:
    """Twelve hexadecimal digits that change with the model's config or any of its weights.

    >>> import fcsr
    >>> cs, fcs = fcsr.load("cs-compact"), fcsr.load("fcs-compact")
    >>> fcsr.models.fingerprint(cs) == fcsr.models.fingerprint(fcs)
    False
    """
    return tensor_files.checksum(model.state_dict(), json.dumps(model.config))[:12]


def shipped_name(model: ContinuousModel) -> str | None:
    """The name of the weights that come with fcsr, if the model still has what `load` read.

    >>> import fcsr
    >>> model = fcsr.load("lte-compact")
    >>> fcsr.models.saved.checkpoints.shipped_name(model)
    'lte-compact'
    """
    name = model.source
    if name not in _shipped() or fingerprint(load(name)) != fingerprint(model):
        return None
    return name


class Card(NamedTuple):
    """The facts at the top of the card of shipped weights.

    >>> import fcsr
    >>> fcsr.available()["lte"].parameters
    1714243
    """

    purpose: str
    parameters: int
    megabytes: float  # of the file
    psnr: float  # dB, on Set5 at x4: luma, 4 border pixels shaved, by the default decode
    lpips: float  # of the same, AlexNet v0.1, images in [-1, 1]


def available() -> dict[str, Card]:
    """The weights that come with fcsr, by the names that `load` knows.

    >>> import fcsr
    >>> {"lte", "cs", "fcs", "fcs-compact"} <= set(fcsr.available())
    True
    """
    return {name: _card(path) for name, path in sorted(_shipped().items())}


def transfer(source: ContinuousModel, target: ContinuousModel) -> list[str]:
    """Copy every weight of `source` that `target` has under the same name and shape.

    Between LTE, CS and FCS of one size that is all but the heads. Returns the copied names.

    >>> import fcsr
    >>> copied = fcsr.models.transfer(fcsr.load("lte-compact"), fcsr.FCS.compact())
    >>> "encoder.head.weight" in copied, "estimators.0.head.weight" in copied
    (True, False)
    """
    own = target.state_dict()
    shared = {
        name: weight
        for name, weight in source.state_dict().items()
        if name in own and own[name].shape == weight.shape
    }
    target.load_state_dict(shared, strict=False)
    return list(shared)


def filled(make: Callable[[], Model], weights: dict[str, Tensor]) -> Model:
    """The model that `make` returns, with these weights instead of fresh ones.

    Fresh weights take no memory, so a model that is too large for the file is refused for its
    shapes at no cost. Raises CheckpointError for weights that are not finite, or not of the
    model's types.
    """
    with torch.device("meta"):
        model = make()
    own = {name: weight.dtype for name, weight in model.state_dict().items()}
    # copies: what safetensors gives is the file itself, mapped into memory
    weights = {n: _as(own.get(n, torch.float32), n, weight) for n, weight in weights.items()}
    model.load_state_dict(weights, assign=True)
    tensors = [*model.buffers(), *(value for m in model.modules() for value in vars(m).values())]
    if any(isinstance(value, Tensor) and value.is_meta for value in tensors):
        # what is not saved must be computed, now that the model is known to be no larger than this
        with torch.device("cpu"), torch.random.fork_rng(devices=[]):
            model = make()
        model.load_state_dict(weights, assign=True)
    for name, weight in weights.items():
        if not weight.isfinite().all():
            raise CheckpointError(f"{name} holds NaN or infinity: its training went wrong")
    return model


def _as(dtype: torch.dtype, name: str, weight: Tensor) -> Tensor:
    """A copy in another floating-point type; other types must be the same."""
    if weight.dtype != dtype and not (weight.is_floating_point() and dtype.is_floating_point):
        raise CheckpointError(f"{name} holds {weight.dtype} instead of {dtype}")
    return weight.to(dtype, copy=True)


def _shipped() -> dict[str, Path]:
    return {path.stem: path for path in WEIGHTS.glob("*.safetensors")}


def _card(path: Path) -> Card:
    """The `name: value` lines between the two rulers at the top of a card."""
    text = path.with_suffix(".md").read_text(encoding="utf-8")
    facts = dict(line.split(": ", 1) for line in text.split("---\n")[1].splitlines())
    return Card(
        facts["purpose"],
        int(facts["parameters"]),
        path.stat().st_size / 1e6,
        float(facts["psnr"]),
        float(facts["lpips"]),
    )


def _find(name_or_path: str | Path) -> Path:
    if not isinstance(name_or_path, (str, os.PathLike)):
        kind = type(name_or_path).__name__
        raise CheckpointError(f"a model is a name, a path or an fcsr model, not a {kind}")
    shipped = _shipped()
    if name_or_path in shipped:
        return shipped[name_or_path]
    path = Path(name_or_path)
    if not os.path.isfile(path):  # Path.is_file would raise for a name that no disk can hold
        known = ", ".join(sorted(shipped))
        raise CheckpointError(
            f'"{name_or_path}" is neither a file nor a model that comes with fcsr ({known})'
        )
    return path
