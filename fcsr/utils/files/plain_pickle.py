"""Files of `torch.save`, looked through before `torch.load` builds anything of them.

`torch.load(..., weights_only=True)` runs no code of a file. But it makes what the file asks for,
such as `bytearray(6_000_000_000)`, and reads a tensor as often as the file names it.
"""

import os
import pickletools
import zipfile
from pathlib import Path

import torch

from fcsr.errors import CheckpointError

MOST_PICKLE_BYTES = 2**20
"""Of all but the tensors' numbers; 200 tensors take 20,000."""

ALLOWED = {
    "collections OrderedDict",
    "torch._utils _rebuild_tensor_v2",
    *(f"torch {kind.__name__}" for kind in torch._storage_classes),
}
"""What the pickle of a state dict names."""


def require_plain(path: str | Path) -> None:
    """Refuse a file that is more than tensors in dicts, or would take more memory than it has.

    Raises:
        CheckpointError: it is no zip file of `torch.save`, is compressed, has overlapping parts,
            or its pickle is long, or asks for anything but tensors and plain values.
        OSError, zipfile.BadZipFile, ValueError: it cannot be read, is damaged, or is no pickle.

    Example:
        >>> import tempfile, torch
        >>> from fcsr.utils.files.plain_pickle import require_plain
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     torch.save({"weight": torch.ones(2)}, f"{folder}/model.pth")
        ...     require_plain(f"{folder}/model.pth")
    """
    if not zipfile.is_zipfile(path):
        raise CheckpointError("it is no zip file, as torch.save writes since PyTorch 1.6")
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise CheckpointError("it is compressed, as torch.save never does")
        if sum(member.file_size for member in members) > os.path.getsize(path):
            raise CheckpointError("its parts are larger than the file")
        pickles = [member for member in members if member.filename.lower().endswith("data.pkl")]
        if len(pickles) != 1 or pickles[0].file_size > MOST_PICKLE_BYTES:
            raise CheckpointError(f"it has not one data.pkl of at most {MOST_PICKLE_BYTES:,} bytes")
        parts = {member.filename.partition("/")[2].lower() for member in members}
        _require_plain_pickle(archive.read(pickles[0]), parts)


def _require_plain_pickle(data: bytes, parts: set[str]) -> None:
    """Refuse calls of anything but `ALLOWED`, and a part of the zip under two spellings."""
    spelt: dict[str, str] = {}
    for opcode, argument, _ in pickletools.genops(data):
        if opcode.name in ("GLOBAL", "INST", "STACK_GLOBAL") and argument not in ALLOWED:
            raise CheckpointError(f"it asks for {argument or 'a name that is computed'}")
        if isinstance(argument, str):
            # torch looks for parts in any case and up to a NUL, and reads one for each spelling
            part = f"data/{argument}".partition("\0")[0].lower()
            if part in parts and spelt.setdefault(part, argument) != argument:
                raise CheckpointError(f"it names {part} in two ways")
