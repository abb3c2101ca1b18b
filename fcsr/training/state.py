"""The state of a training on disk, in one file that is always complete.

It is replaced atomically, so a training that is killed while it saves leaves the state before.
"""

import errno
import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from fcsr.errors import CheckpointError, TrainingError
from fcsr.models import ContinuousModel
from fcsr.training import photographs
from fcsr.training.recipe import Recipe
from fcsr.utils.files import tensor_files
from fcsr.utils.files.locks import only_writer

NAME = "state.safetensors"
DISK_FULL_ERRNOS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class TrainingState(NamedTuple):
    """All that changes while a model is trained.

    Random numbers have no state: a batch of `fcsr.training.Crops` depends on seed and step only.
    """

    model: nn.Module
    ema: nn.Module
    optimizer: torch.optim.Optimizer

    def tensors(self) -> dict[str, Tensor]:
        """All tensors by name: `model.…`, `ema.…` and `optimizer.<number of the weight>.…`."""
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

    def shapes(self) -> dict[str, torch.Size]:
        """Of all tensors that a state of this training holds, by name."""
        groups = {"model": self.model.state_dict(), "ema": self.ema.state_dict()}
        shapes = {
            f"{field}.{name}": tensor.shape
            for field, group in groups.items()
            for name, tensor in group.items()
        }
        for number, weight in enumerate(self._weights()):
            moments = {"step": torch.Size(), "exp_avg": weight.shape, "exp_avg_sq": weight.shape}
            shapes |= {f"optimizer.{number}.{name}": shape for name, shape in moments.items()}
        return shapes

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Put back what `tensors` gave.

        Raises:
            CheckpointError: these are other tensors than this training has.
        """
        wanted, found = self.shapes(), {name: tensor.shape for name, tensor in tensors.items()}
        if differ := sorted(wanted.items() ^ found.items()):
            raise CheckpointError(
                f"the state does not fit this training: it differs in {differ[0][0]}; train into "
                "another folder"
            )
        groups: dict[str, dict[str, Tensor]] = {field: {} for field in self._fields}
        for name, tensor in tensors.items():
            field, _, rest = name.partition(".")
            groups[field][rest] = tensor
        self.model.load_state_dict(groups["model"])
        self.ema.load_state_dict(groups["ema"])
        moments: dict[int, dict[str, Tensor]] = {}
        for number, weight in enumerate(self._weights()):
            for key in ("step", "exp_avg", "exp_avg_sq"):
                tensor = groups["optimizer"][f"{number}.{key}"]
                if tensor.shape == weight.shape:
                    # Fused Adam takes for granted that moments lie in memory as their weights do.
                    tensor = torch.empty_like(weight).copy_(tensor)
                moments.setdefault(number, {})[key] = tensor
        settings = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": moments, "param_groups": settings})

    def _weights(self) -> list[Tensor]:
        return [weight for group in self.optimizer.param_groups for weight in group["params"]]


def identity(model: ContinuousModel, recipe: Recipe, paths: list[Path], processes: int) -> dict:
    """What a training must have in common with the one that it resumes.

    Raises:
        ImageError: a photograph cannot be read.
    """
    return {
        "config": model.config,
        "recipe": asdict(recipe),
        "processes": processes,
        **photographs.facts(paths),
    }


@contextmanager
def writable(out: Path) -> Iterator[None]:
    """Make the folder, delete old drafts in it, and keep other trainings out of it.

    Raises:
        TrainingError: nothing can be written there.
        FcsrError: another process writes there.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(only_writer(out))
            with tempfile.TemporaryFile(dir=out):
                pass
            for draft in (*out.glob(".state.*.partial"), *out.glob(".model.*.partial")):
                draft.unlink()
        except OSError as error:
            raise TrainingError(
                f"nothing can be written to {out} ({error.strerror}); give another folder"
            ) from error
        yield


def save(out: Path, tensors: dict[str, Tensor], metadata: dict) -> None:
    """Replace the saved state.

    Raises:
        TrainingError: it cannot be written; the state before is kept.
    """
    with disk_errors(out, "the state"):
        tensor_files.write(out / NAME, tensors, {"training": metadata})


@contextmanager
def disk_errors(out: Path, what: str) -> Iterator[None]:
    """Turn failures to write `what` to `out` into TrainingErrors."""
    try:
        yield
    except OSError as error:
        full = error.errno in DISK_FULL_ERRNOS
        cure = "free disk space, then start" if full else "once it can, start"
        raise TrainingError(
            f"{what} cannot be written to {out} ({error.strerror}); the state before it is kept: "
            f"{cure} the same training again"
        ) from error


def load(out: Path) -> tuple[dict[str, Tensor], dict] | None:
    """The tensors and metadata that were saved last, or None.

    Raises:
        CheckpointError: they are damaged.
        TrainingError: `out` cannot be read.
    """
    path = out / NAME
    try:
        path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise TrainingError(f"{out} cannot be read ({error.strerror}); give a folder") from error
    tensors, metadata = tensor_files.read(path)
    # Copies: else the file would stay mapped into memory while it is to be replaced.
    return {name: tensor.clone() for name, tensor in tensors.items()}, metadata.get("training", {})


def resume(out: Path, facts: dict) -> tuple[dict[str, Tensor], list[dict]]:
    """The tensors and the history of the state in `out`, both empty if there is none.

    The number of steps may have changed, and the photographs may lie elsewhere or have other
    names in the same order. If the steps have, the last row of the history says under `of_steps`
    how many there were to be.

    Args:
        out: the folder of the training.
        facts: what `identity` returned for the training that is to resume.

    Raises:
        TrainingError: the state's facts are others, or more steps are done than there are to be.
        CheckpointError: the state is damaged.
    """
    saved = load(out)
    if saved is None:
        return {}, []
    tensors, metadata = saved
    try:
        history = metadata.pop("history")
        found = _flat(metadata)
        if not 0 < (last := history[-1]["step"]) <= found["steps"]:
            raise ValueError(f"it ends with step {last}")
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{out / NAME} is no state of a training ({error!r}); train into another folder"
        ) from error
    wanted = _flat(json.loads(json.dumps(facts)))
    steps, before = wanted["steps"], found["steps"]
    if steps < last:
        raise TrainingError(
            f"{out} holds a training that has made {last} steps, and steps is {steps}: "
            f"give {last} or more, or train into another folder"
        )
    if steps != before:
        history[-1]["of_steps"] = before
    compared = (wanted.keys() | found.keys()) - {"photographs", "steps", *photographs.FACTS}
    changed = [
        f"{name} was {found.get(name)} and is {wanted.get(name)}"
        for name in sorted(compared)
        if found.get(name) != wanted.get(name)
    ]
    changed += filter(None, [photographs.difference(found, wanted)])
    if changed:
        raise TrainingError(
            f"{out} holds a training that began otherwise: {'; '.join(changed)}. "
            "Go on with the old settings and photographs, or train into another folder"
        )
    return tensors, history


def _flat(facts: dict) -> dict:
    """All facts in one dict: settings of the model, of the recipe, and the rest."""
    rest = {name: fact for name, fact in facts.items() if name not in ("config", "recipe")}
    recipe = facts["recipe"]
    own = {f"model's {k}" if k in recipe else k: v for k, v in facts["config"].items()}
    return own | recipe | rest
