"""Weights in and out: files that carry the model's config, found by name or path.

A file may come from anywhere: it never runs code, takes no more memory than it has bytes, and
gives a model that is whole and finite, or a CheckpointError.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from fcsr.errors import CheckpointError, UndefinedClassError
from fcsr.models.base import ContinuousModel
from fcsr.models.registry import from_config
from fcsr.utils import tensor_files

WEIGHTS = Path(__file__).parents[1] / "weights"


def save(model: ContinuousModel, path: str | Path, half: bool = False, **facts) -> None:
    """Write the model's weights and config, atomically.

    `half` stores float16: half the size, for shipping. `facts` (plain values) are kept with
    the weights, for `describe` to read.
    """
    weights = {
        name: (tensor.half() if half else tensor) for name, tensor in model.state_dict().items()
    }
    tensor_files.write(path, weights, {"config": model.config, "facts": facts})


def load(name_or_path: str | Path, device: torch.device | str = "cpu") -> ContinuousModel:
    """A trained model, ready to use.

    Names are those of the weights in the package: `"lte"`, `"cs"`, `"fcs"` for those of the paper's
    size, `"lte-compact"` … for the ones made for a laptop. Anything else is the path of a file that
    `save` or `fcsr train` wrote.

    Raises:
        CheckpointError: no such name or file, not a whole fcsr checkpoint, or weights that do
            not fit their config or are not finite.
        UndefinedClassError: a model of a class that is not defined here; the message says what to
            import.
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
    return model.to(device).eval()


def describe(name_or_path: str | Path) -> dict:
    """The facts that were saved with the weights: how they were trained, what they measure."""
    return tensor_files.read(_find(name_or_path))[1].get("facts", {})


def fingerprint(model: ContinuousModel) -> str:
    """Twelve hexadecimal digits that change with the model's config or any of its weights."""
    return tensor_files.checksum(model.state_dict(), json.dumps(model.config))[:12]


class Card(NamedTuple):
    """What the card of shipped weights says at its top."""

    purpose: str
    parameters: int
    megabytes: float  # of the file
    psnr: float  # dB, on Set5 at x4: luma, 4 border pixels shaved, by the default decode
    lpips: float  # of the same, AlexNet v0.1, images in [-1, 1]


def available() -> dict[str, Card]:
    """The weights that come with fcsr, by the names that `load` knows."""
    return {name: _card(path) for name, path in sorted(_shipped().items())}


def transfer(source: ContinuousModel, target: ContinuousModel) -> list[str]:
    """Copy every weight of `source` that `target` has under the same name and shape.

    Between LTE, CS and FCS of one size that is all but the heads (and the scale of the priors,
    if both have one). Returns the copied names.
    """
    own = target.state_dict()
    shared = {
        name: weight
        for name, weight in source.state_dict().items()
        if name in own and own[name].shape == weight.shape
    }
    target.load_state_dict(shared, strict=False)
    return list(shared)


def filled(make: Callable[[], ContinuousModel], weights: dict[str, Tensor]) -> ContinuousModel:
    """The model that `make` describes, with these weights instead of fresh ones.

    It is made without memory for its own weights, so one that is too large for the file is
    refused for its shapes, at no cost. Raises CheckpointError for weights that are not finite.
    """
    with torch.device("meta"):
        model = make()
    for name, weight in weights.items():
        if not weight.is_floating_point():
            raise CheckpointError(
                f"{name} holds {weight.dtype}, weights are floating-point numbers"
            )
    # copies: what safetensors gives is the file itself, mapped into memory
    weights = {name: weight.to(torch.float32, copy=True) for name, weight in weights.items()}
    model.load_state_dict(weights, assign=True)
    for name, weight in weights.items():
        if not weight.isfinite().all():
            raise CheckpointError(f"{name} holds NaN or infinity: a training that went wrong")
    return model


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
