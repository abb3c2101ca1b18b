"""The state of a training on disk: always a whole one, in one file or in several small ones.

`state.json` names the files that belong together and is replaced last, so a training that is
killed while it writes leaves the state before.
"""

import errno
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from fcsr.errors import CheckpointError, TrainingError
from fcsr.utils import tensor_files
from fcsr.utils.files import replacing

INDEX = "state.json"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Parts(NamedTuple):
    """All that changes while a model is trained, but for the random numbers, which do not.

    (Each batch of `fcsr.training.crops` is a function of the seed and the step.)
    """

    model: nn.Module
    average: nn.Module
    optimizer: torch.optim.Optimizer

    def tensors(self) -> dict[str, Tensor]:
        """`model.…`, `average.…` and `optimizer.<number of the weight>.…`."""
        moments = {
            f"{number}.{name}": tensor
            for number, entry in self.optimizer.state_dict()["state"].items()
            for name, tensor in entry.items()
        }
        groups = (self.model.state_dict(), self.average.state_dict(), moments)
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
        self.average.load_state_dict(groups["average"])
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


def check(out: Path, tensors: dict[str, Tensor], largest: int | None = None) -> None:
    """Find out, before any step is made, what would keep `save` from writing these; raises alike.

    Makes the folder, and clears it of what a kill has left there.
    """
    _parts(tensors, largest)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
        index = _index(out)
        _sweep(out, index["files"] if index else [])
    except OSError as error:
        raise TrainingError(
            f"nothing can be written to {out} ({error.strerror}); give another folder"
        ) from error


def save(
    out: Path, tensors: dict[str, Tensor], metadata: dict, step: int, largest: int | None = None
) -> None:
    """Write a state, then forget the one before.

    `largest` bounds the bytes of each file's tensors. Raises TrainingError when the disk does
    not take it; the state before stays.
    """
    parts = _parts(tensors, largest)
    names = [f"state-{step}-{n}-of-{len(parts)}.safetensors" for n in range(1, len(parts) + 1)]
    with keeping(out, f"the state of step {step}"):
        for name, part in zip(names, parts, strict=True):
            tensor_files.write(out / name, part, {})
        with replacing(out / INDEX) as draft:
            draft.write_text(json.dumps({"files": names} | metadata), encoding="utf-8")
    _sweep(out, names)


@contextmanager
def keeping(out: Path, what: str) -> Iterator[None]:
    """Where `what` is written to `out`: a disk that does not take it is a TrainingError."""
    try:
        yield
    except OSError as error:
        cure = "make room, then start" if error.errno in FULL else "once it can, start"
        raise TrainingError(
            f"{what} cannot be written to {out} ({error.strerror}); the state before it is kept: "
            f"{cure} the same training again"
        ) from error


def load(out: Path) -> tuple[dict[str, Tensor], dict] | None:
    """What was saved last, or None if nothing was.

    Raises CheckpointError when it is damaged, TrainingError when `out` cannot be looked into.
    """
    metadata, tensors = _index(out), {}
    if metadata is None:
        return None
    for name in metadata.pop("files"):
        # copies: else the file stays open, mapped into memory, while it is to be replaced
        tensors |= {key: tensor.clone() for key, tensor in tensor_files.read(out / name)[0].items()}
    return tensors, metadata


def resume(out: Path, facts: dict) -> tuple[dict[str, Tensor], list[dict]]:
    """The tensors and the history of the state in `out`, both empty where there is none.

    Raises TrainingError when its facts (the model's `config`, the `recipe`, and others) are not
    these, and CheckpointError when it is damaged.
    """
    state = load(out)
    if state is None:
        return {}, []
    tensors, metadata = state
    try:
        history = metadata.pop("history")
        found = _flat(metadata)
    except (KeyError, TypeError) as error:
        raise CheckpointError(
            f"{out / INDEX} is damaged ({error!r}); train into another folder"
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


def _index(out: Path) -> dict | None:
    """What the index says, if there is one."""
    try:
        metadata = dict(json.loads((out / INDEX).read_text(encoding="utf-8")))
        files = [Path(name).name for name in metadata["files"]]  # of this folder, no other
    except FileNotFoundError:
        return None
    except OSError as error:
        raise TrainingError(f"{out} cannot be read ({error.strerror}); give a folder") from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise CheckpointError(
            f"{out / INDEX} is damaged ({error!r}); train into another folder"
        ) from error
    return metadata | {"files": files}


def _sweep(out: Path, kept: list[str]) -> None:
    """Delete other states, and what was being written when a training was killed."""
    for old in (*out.glob("state-*.safetensors"), *out.glob(".state*.partial")):
        if old.name not in kept:
            old.unlink()
    for draft in out.glob(".model.*.partial"):
        draft.unlink()


def _flat(facts: dict) -> dict:
    """Settings of the model, of the recipe, and what else is known, side by side."""
    rest = {name: fact for name, fact in facts.items() if name not in ("config", "recipe")}
    return facts["config"] | facts["recipe"] | rest


def _parts(tensors: dict[str, Tensor], largest: int | None) -> list[dict[str, Tensor]]:
    """The tensors in their order, in groups of at most `largest` bytes."""
    parts, room = [{}], largest
    for name, tensor in tensors.items():
        if largest is not None and tensor.nbytes > largest:
            raise TrainingError(f"{name} alone has {tensor.nbytes} bytes, files may have {largest}")
        if largest is not None and tensor.nbytes > room:
            parts.append({})
            room = largest
        parts[-1][name] = tensor
        room = largest and room - tensor.nbytes
    return parts
