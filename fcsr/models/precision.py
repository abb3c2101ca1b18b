"""In which type of numbers a model multiplies: float32, or bfloat16 where hardware does."""

from collections.abc import Mapping
from typing import Literal, get_args

import torch

from fcsr.errors import FcsrError

Precision = Literal["float32", "bfloat16", "auto"]
"""bfloat16 keeps 8 significant bits of 24; "auto" takes it where hardware multiplies it."""


def resolve_precision(precision: str, device: torch.device) -> torch.dtype:
    """The type of a precision on a device; raises FcsrError for a name that there is not.

    >>> import fcsr, torch
    >>> fcsr.models.resolve_precision("bfloat16", torch.device("cpu"))
    torch.bfloat16
    """
    if precision not in get_args(Precision):
        known = ", ".join(get_args(Precision))
        raise FcsrError(f'there is no precision "{precision}"; choose from {known}')
    if precision == "auto":
        precision = "bfloat16" if multiplies_bfloat16(device) else "float32"
    return torch.bfloat16 if precision == "bfloat16" else torch.float32


def multiplies_bfloat16(device: torch.device) -> bool:
    """Whether products of bfloat16 are made by units of the device's own, so that they are faster.

    A CPU says so in PyTorch 2.11 and newer; before, it is taken to have none.
    """
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":
        found: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
        return any(found.get(name) for name in ("amx_bf16", "avx512_bf16", "bf16"))
    return False
