"""Which device to compute on, how much memory it has free, and how to keep autocast off it."""

import os
from contextlib import AbstractContextManager, nullcontext

import psutil
import torch

from fcsr.errors import FcsrError


def default_device() -> torch.device:
    """CUDA where there is a GPU, else Apple's MPS, else the CPU.

    `ACCELERATE_USE_CPU=true`, which `accelerate launch --cpu` sets, keeps to the CPU.

    Example:
        >>> import fcsr
        >>> model = fcsr.LTE.compact().to(fcsr.default_device())
        >>> next(model.parameters()).device.type in ("cuda", "mps", "cpu")
        True
    """
    if os.environ.get("ACCELERATE_USE_CPU", "").lower() in ("1", "true", "yes", "on", "y", "t"):
        return torch.device("cpu")
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def find_device(name: str | torch.device | None) -> torch.device:
    """A device of this machine: "cpu", "cuda", "cuda:1", "mps"; `default_device` for None.

    Raises:
        FcsrError: there is no such device, here or at all.

    Example:
        >>> from fcsr.utils.device import find_device
        >>> find_device("cpu")
        device(type='cpu')
    """
    if name is None:
        return default_device()
    here = ["cpu", *(["mps"] if torch.backends.mps.is_available() else [])]
    if torch.cuda.is_available():
        here += ["cuda", *(f"cuda:{number}" for number in range(torch.cuda.device_count()))]
    if str(name) not in here:
        raise FcsrError(f'there is no device "{name}"; this machine has {", ".join(here)}')
    return torch.device(name)


def free_memory(device: torch.device) -> int:
    """Free bytes of a GPU's memory, or of the machine's, which Apple's GPUs share.

    Memory of a GPU that PyTorch has reserved for its next tensors counts as free.
    """
    if device.type == "cuda":
        reserved = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return torch.cuda.mem_get_info(device)[0] + reserved
    return psutil.virtual_memory().available


def no_autocast(device: torch.device) -> AbstractContextManager:
    """Disable autocast, which would round the factors of a product to 8 significant bits.

    Does nothing on a device that has no autocast.

    Example:
        >>> import torch
        >>> from fcsr.utils.device import no_autocast
        >>> x = torch.ones(2, 2)
        >>> with torch.autocast("cpu", torch.bfloat16), no_autocast(x.device):
        ...     print((x @ x).dtype)
        torch.float32
    """
    if torch.amp.is_autocast_available(device.type):
        return torch.autocast(device.type, enabled=False)
    return nullcontext()
