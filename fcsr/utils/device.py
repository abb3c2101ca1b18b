"""The device that is worked at, what memory it has left, and products that stay exact on it."""

import os
from contextlib import AbstractContextManager, nullcontext

import psutil
import torch


def default_device() -> torch.device:
    """CUDA where there is a GPU, else Apple's MPS, else the CPU.

    `ACCELERATE_USE_CPU=true`, which `accelerate launch --cpu` sets, keeps to the CPU.
    """
    if os.environ.get("ACCELERATE_USE_CPU", "").lower() in ("1", "true", "yes", "on", "y", "t"):
        return torch.device("cpu")
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def free(device: torch.device) -> int:
    """Bytes that are free on a GPU, or in the machine's memory, of which Apple's GPUs take.

    What PyTorch holds of a GPU's memory for its next tensors counts as free.
    """
    if device.type == "cuda":
        kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return torch.cuda.mem_get_info(device)[0] + kept
    return psutil.virtual_memory().available


def exact(device: torch.device) -> AbstractContextManager:
    """No autocast, which would round what is multiplied to 8 bits, where there could be one."""
    if torch.amp.is_autocast_available(device.type):
        return torch.autocast(device.type, enabled=False)
    return nullcontext()
