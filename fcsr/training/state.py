"""The state of a training on disk: one file, always a whole one.

It is replaced in one step, so a training that is killed while it writes leaves the state before.
"""

import errno
import hashlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from fcsr.errors import CheckpointError, TrainingError
from fcsr.models import ContinuousModel
from fcsr.training.recipe import Recipe
from fcsr.utils import tensor_files

NAME = "state.safetensors"
DISK_FULL_ERRNOS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class TrainingState(NamedTuple):
    """All that changes while a model is trained, but for the random numbers, which do not.

    (Each batch of `fcsr.training.crops` is a function of the seed and the step.)
    """

    model: nn.Module
    ema: nn.Module
    optimizer: torch.optim.Optimizer

    def tensors(self) -> dict[str, Tensor]:
        """`model.…`, `ema.…` and `optimizer.<number of the weight>.…`."""
        moments = {
            f"{number}.{name}": tensor
            for number, entry in self.optimizer.state_dict()["state"].items()
            for name, tensor in entry.items()
        }
        groups = (self.model.state_dict(), self.ema.state_dict(), moments)
        return {
            f"{field}.{name}": tensor
            for field, group in zip(self._fields, groups, strict=True)
            for name, tensor in group.items()
        }

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Put back what `tensors` gave."""
        groups: dict[str, dict[str, Tensor]] = {field: {} for field in self._fields}
        for name, tensor in tensors.items():
            field, _, rest = name.partition(".")
            groups[field][rest] = tensor
        self.model.load_state_dict(groups["model"])
        self.ema.load_state_dict(groups["ema"])
        weights = [weight for group in self.optimizer.param_groups for weight in group["params"]]
        moments: dict[int, dict[str, Tensor]] = {}
        for name, tensor in groups["optimizer"].items():
            number, key = name.split(".")
            if tensor.shape == weights[int(number)].shape:
                # Fused Adam takes for granted that moments lie in memory as their weights do.
                tensor = torch.empty_like(weights[int(number)]).copy_(tensor)
            moments.setdefault(int(number), {})[key] = tensor
        settings = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": moments, "param_groups": settings})


def identity(model: ContinuousModel, recipe: Recipe, paths: list[Path], processes: int) -> dict:
    """What a training must have in common with the one that it goes on with."""
    names = [path.name for path in paths]
    digest = hashlib.sha256("\n".join(names).encode(errors="surrogateescape")).hexdigest()
    return {
        "config": model.config,
        "recipe": asdict(recipe),
        "processes": processes,
        "photograph_names": f"{len(names)}, hash {digest[:8]}",
    }


def check(out: Path) -> None:
    """Find out, before any step is made, what would keep `save` from writing; raises alike.

    Makes the folder, and clears it of what a kill has left there.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
        for draft in (*out.glob(".state.*.partial"), *out.glob(".model.*.partial")):
            draft.unlink()
    except OSError as error:
        raise TrainingError(
            f"nothing can be written to {out} ({error.strerror}); give another folder"
        ) from error


def save(out: Path, tensors: dict[str, Tensor], metadata: dict) -> None:
    """Write a state in the place of the one before.

    Raises TrainingError when the disk does not take it; the state before stays.
    """
    with disk_errors(out, "the state"):
        tensor_files.write(out / NAME, tensors, {"training": metadata})


@contextmanager
def disk_errors(out: Path, what: str) -> Iterator[None]:
    """Where `what` is written to `out`: a disk that does not take it is a TrainingError."""
    try:
        yield
    except OSError as error:
        cure = "make room, then start" if error.errno in DISK_FULL_ERRNOS else "once it can, start"
        raise TrainingError(
            f"{what} cannot be written to {out} ({error.strerror}); the state before it is kept: "
            f"{cure} the same training again"
        ) from error


def load(out: Path) -> tuple[dict[str, Tensor], dict] | None:
    """What was saved last, or None if nothing was.

    Raises CheckpointError when it is damaged, TrainingError when `out` cannot be looked into.
    """
    path = out / NAME
    try:
        path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise TrainingError(f"{out} cannot be read ({error.strerror}); give a folder") from error
    tensors, metadata = tensor_files.read(path)
    # copies: else the file stays open, mapped into memory, while it is to be replaced
    return {name: tensor.clone() for name, tensor in tensors.items()}, metadata.get("training", {})


def resume(out: Path, facts: dict) -> tuple[dict[str, Tensor], list[dict]]:
    """The tensors and the history of the state in `out`, both empty where there is none.

    Raises TrainingError when its facts (what `identity` gave) are not these, and CheckpointError
    when it is damaged.
    """
    state = load(out)
    if state is None:
        return {}, []
    tensors, metadata = state
    try:
        history = metadata.pop("history")
        found = _flat(metadata)
    except (KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"{out / NAME} is no state of a training ({error!r}); train into another folder"
        ) from error
    wanted = _flat(facts)
    changed = [
        f"{name} was {found.get(name)} and is {wanted.get(name)}"
        for name in sorted(wanted.keys() | found.keys())
        if json.dumps(found.get(name)) != json.dumps(wanted.get(name))
    ]
    if changed:
        raise TrainingError(
            f"{out} holds a training that began otherwise: {'; '.join(changed)}. "
            "Go on with the old settings, or train into another folder"
        )
    return tensors, history


def _flat(facts: dict) -> dict:
    """Settings of the model, of the recipe, and what else is known, side by side."""
    rest = {name: fact for name, fact in facts.items() if name not in ("config", "recipe")}
    return facts["config"] | facts["recipe"] | rest
