"""Weights in and out: safetensors that carry the model's config, and published LTE weights.

A file may come from anywhere: it never runs code, takes no more memory than it has bytes, and
gives a model that is whole and finite, or a CheckpointError.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from fcsr import models
from fcsr.continuous import ContinuousModel
from fcsr.encoders import EDSR
from fcsr.errors import CheckpointError
from fcsr.files import replacing
from fcsr.models import LTE
from fcsr.texture import EstimatorSize

WEIGHTS = Path(str(resources.files("fcsr"))) / "weights"


def save(model: ContinuousModel, path: str | Path, half: bool = False, **facts) -> None:
    """Write the model's weights and config, atomically.

    `half` stores float16: half the size, for shipping. `facts` (plain values) are kept with
    the weights, for `describe` to read.
    """
    weights = {
        name: (tensor.half() if half else tensor) for name, tensor in model.state_dict().items()
    }
    write(path, weights, {"config": model.config, "facts": facts})


def load(name_or_path: str | Path, device: torch.device | str = "cpu") -> ContinuousModel:
    """A trained model, ready to use.

    Names are those of the weights in the package: `"lte"`, `"cs"`, `"fcs"` for the best of each,
    `"lte-compact"` … for the ones made for a laptop. Anything else is the path of a file that
    `save` or `fcsr train` wrote.

    Raises:
        CheckpointError: no such name or file, not a whole fcsr checkpoint, or weights that do
            not fit their config or are not finite.
    """
    path = _find(name_or_path)
    weights, metadata = read(path)
    try:
        config = metadata["config"]
        if max(config["encoder"]["blocks"], len(config["size"]["hidden"])) > len(weights):
            raise CheckpointError("the config has more layers than there are weights")
        model = _filled(lambda: models.from_config(config), weights)
    except Exception as error:  # a config that is wrong may raise anything
        raise CheckpointError(f"{path} does not fit its own config: {error}") from error
    return model.to(device).eval()


def describe(name_or_path: str | Path) -> dict:
    """The facts that were saved with the weights: how they were trained, what they measure."""
    return read(_find(name_or_path))[1].get("facts", {})


def fingerprint(model: ContinuousModel) -> str:
    """Twelve hexadecimal digits that change with the model's config or any of its weights."""
    return _checksum(_on_cpu(model.state_dict()), json.dumps(model.config))[:12]


def available() -> list[str]:
    """The names that `load` knows."""
    files = {path.stem for path in WEIGHTS.glob("*.safetensors")}
    return sorted(files | {name.removesuffix("-compact") for name in files})


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


def load_official_lte(path: str | Path) -> LTE:
    """An EDSR-baseline-LTE checkpoint as its authors publish it (`edsr-baseline-lte.pth`).

    Source: Lee & Jin, CVPR 2022. The file holds `{"model": {"name", "args", "sd"}}`; its
    MeanShift weights are unused there, too. It is read with `weights_only=True`, so a file with
    code in it is refused.

    Raises:
        CheckpointError: another file, or weights that are not finite.
    """
    try:
        _require_stored(path)
        weights = torch.load(path, map_location="cpu", weights_only=True)["model"]["sd"]
        hidden = [weights[f"imnet.layers.{2 * i}.weight"].shape[0] for i in range(3)]
        size = EstimatorSize(weights["coef.weight"].shape[0], tuple(hidden))
        blocks = sum(name.endswith("body.0.weight") for name in weights)
        features = weights["encoder.head.0.weight"].shape[0]
        used = {_own_name(n): weight for n, weight in weights.items() if "_mean." not in n}
        if sum(weight.nbytes for weight in used.values()) > os.path.getsize(path):
            raise CheckpointError("its weights are larger than the file")
        model = _filled(lambda: LTE(EDSR(blocks, features), size), used)
    except Exception as error:
        raise CheckpointError(
            f"{path} is not a published EDSR-baseline-LTE checkpoint: {error}"
        ) from error
    return model.eval()


def write(path: str | Path, tensors: dict[str, Tensor], metadata: dict) -> None:
    """Tensors and plain values into one safetensors file, atomically."""
    tensors = _on_cpu(tensors)
    text = json.dumps(metadata)
    header = {"fcsr": text, "sha256": _checksum(tensors, text)}
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as draft:
        draft.write_bytes(safetensors.torch.save(tensors, header))


def read(path: str | Path) -> tuple[dict[str, Tensor], dict]:
    """What `write` wrote.

    Raises:
        CheckpointError: no such file, damaged, or not written by fcsr.
    """
    if not os.path.isfile(path):
        raise CheckpointError(f"{path}: no such file")
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        text = header["fcsr"]
        metadata = dict(json.loads(text))
        checksum = _checksum(tensors, text)
    except Exception as error:  # also of torch, for a type of numbers that it does not know
        raise CheckpointError(f"{path} is not a whole fcsr checkpoint: {error!r}") from error
    if header.get("sha256") != checksum:
        raise CheckpointError(f"{path} is damaged: its checksum does not fit; get it anew")
    return tensors, metadata


def _filled(make: Callable[[], ContinuousModel], weights: dict[str, Tensor]) -> ContinuousModel:
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


def _require_stored(path: str | Path) -> None:
    """Refuse a zip that would grow when it is unpacked; torch.save compresses nothing."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if any(member.compress_type != zipfile.ZIP_STORED for member in archive.infolist()):
                raise CheckpointError("it is compressed, as torch.save never does")


def _on_cpu(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}


def _checksum(tensors: dict[str, Tensor], text: str) -> str:
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].flatten().view(torch.uint8).numpy())
    return digest.hexdigest()


def _find(name_or_path: str | Path) -> Path:
    if name_or_path in available():
        paths = [WEIGHTS / f"{name_or_path}{size}.safetensors" for size in ("", "-compact")]
        return next(path for path in paths if path.is_file())
    path = Path(name_or_path)
    if not os.path.isfile(path):  # Path.is_file would raise for a name that no disk can hold
        known = ", ".join(available())
        raise CheckpointError(
            f'"{name_or_path}" is neither a file nor a model that comes with fcsr ({known})'
        )
    return path


def _own_name(official: str) -> str:
    """`imnet.layers.4.bias` -> `estimators.0.mlp.4.bias`, and so on."""
    for theirs, ours in (
        ("encoder.head.0.", "encoder.head."),
        ("coef.", "estimators.0.amplitude."),
        ("freq.", "estimators.0.frequency."),
        ("phase.", "estimators.0.phase."),
        ("imnet.layers.6.", "estimators.0.head."),
        ("imnet.layers.", "estimators.0.mlp."),
    ):
        if official.startswith(theirs):
            return ours + official.removeprefix(theirs)
    return official
