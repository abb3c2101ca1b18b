"""Tensors and plain values in one safetensors file, with a checksum of its contents."""

import hashlib
import json
import os
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from fcsr.errors import CheckpointError
from fcsr.utils.files import atomic_write

MOST_HEADER_BYTES = 2**22
"""Of names, shapes and metadata. Each byte may take 30 of memory once it is read."""


def write(path: str | Path, tensors: dict[str, Tensor], metadata: dict) -> None:
    """Write tensors and plain values (as JSON has them) to a safetensors file, atomically.

    Raises:
        CheckpointError: names and values take more than 4 MiB, which `read` would refuse.

    Example:
        >>> import tempfile, torch
        >>> from fcsr.utils.files import tensor_files
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tensor_files.write(f"{folder}/a.safetensors", {"x": torch.ones(2)}, {"step": 3})
        ...     tensor_files.read(f"{folder}/a.safetensors")
        ({'x': tensor([1., 1.])}, {'step': 3})
    """
    tensors = _on_cpu(tensors)
    text = json.dumps(metadata)
    header = {"fcsr": text, "sha256": checksum(tensors, text)}
    content = safetensors.torch.save(tensors, header)
    if (size := int.from_bytes(content[:8], "little")) > MOST_HEADER_BYTES:
        raise CheckpointError(
            f"{path} cannot be written: what belongs beside the weights takes {size:,} bytes, and "
            f"{MOST_HEADER_BYTES:,} are the most; keep less with them"
        )
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as draft:
        draft.write_bytes(content)


def read(path: str | Path) -> tuple[dict[str, Tensor], dict]:
    """Read what `write` wrote.

    Raises:
        CheckpointError: there is no such file, it is damaged, or fcsr did not write it.
    """
    if not os.path.isfile(path):
        raise CheckpointError(f"{path}: no such file")
    try:
        _require_small_header(path)
        with safetensors.safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        text = header["fcsr"]
        metadata = dict(json.loads(text))
        found = checksum(tensors, text)
    except Exception as error:  # torch has its own for a dtype that it does not know
        raise CheckpointError(f"{path} is not a whole fcsr checkpoint: {error!r}") from error
    if header.get("sha256") != found:
        raise CheckpointError(f"{path} is damaged: its checksum does not match; get it again")
    return tensors, metadata


def _require_small_header(path: str | Path) -> None:
    """Refuse a file before it takes far more memory than it has bytes."""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
    if size > MOST_HEADER_BYTES:
        raise CheckpointError(
            f"its header is of {size:,} bytes; {MOST_HEADER_BYTES:,} are the most"
        )


def checksum(tensors: dict[str, Tensor], text: str) -> str:
    """SHA-256 of a text and of all tensors' names and bytes, but not of their shapes and dtypes."""
    digest = hashlib.sha256(text.encode())
    for name, tensor in sorted(_on_cpu(tensors).items()):
        digest.update(name.encode())
        digest.update(tensor.flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _on_cpu(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
