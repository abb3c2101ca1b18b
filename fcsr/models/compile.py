"""Modules made faster by `torch.compile`, in place, and what is to be minded afterwards."""

from collections.abc import Callable, Iterable

import torch
from torch import nn

from fcsr.errors import FcsrError


def compile_in_place(modules: Iterable[nn.Module], try_out: Callable[[], object]) -> None:
    """Compile modules for tensors of any size; `try_out` calls them once, as they will be called.

    On a CPU their weights become constants, which are laid out as its matrix products like them
    best, and products take bias and ReLU along: `check_unchanged` then guards the weights.

    Raises FcsrError where it cannot be done; the modules are then as they were.
    """
    modules = list(modules)
    check_unchanged(modules)
    on_cpu = all(weight.device.type == "cpu" for m in modules for weight in m.parameters())
    try:
        for module in modules:
            module.compile(dynamic=True)
            module._compiled_for = _versions(module)
        with torch._inductor.config.patch(freezing=on_cpu):
            try_out()
    except (RuntimeError, OSError) as error:
        for module in modules:
            module._compiled_call_impl = None  # as before Module.compile
        lines = str(error).strip().splitlines() or [type(error).__name__]
        reason = next((line for line in lines if "error: " in line), lines[0])
        raise FcsrError(
            f"torch.compile failed: {reason}; a CPU needs a C++ compiler and Python's headers "
            "(Debian: g++ and python3-dev); or leave the compiling out"
        ) from error


def check_unchanged(modules: Iterable[nn.Module]) -> None:
    """Raises FcsrError where weights have changed since `compile_in_place` took them."""
    for module in modules:
        if module._compiled_call_impl and module._compiled_for != _versions(module):
            raise FcsrError(
                "the weights have changed since they were compiled; make or load the model "
                "again, and compile it last"
            )


def _versions(module: nn.Module) -> list[int]:
    """How often each weight has been changed."""
    return [weight._version for weight in module.parameters()]
