"""Modules compiled in place by `torch.compile`, and a guard for their weights."""

from collections.abc import Callable, Iterable

import torch
from torch import nn

from fcsr.errors import FcsrError


def compile_in_place(modules: Iterable[nn.Module], try_out: Callable[[], object]) -> None:
    """Compile modules for tensors of any size; `try_out` calls them once, as they will be called.

    On a CPU the weights become constants in the layout that suits its matrix products, and bias and
    ReLU are fused with these. `check_unchanged` then guards the weights.

    Modules that are compiled already stay so. Raises FcsrError if it fails, and leaves the modules
    as they were.
    """
    modules = list(modules)
    check_unchanged(modules)
    if all(module._compiled_call_impl for module in modules):
        return
    on_cpu = all(weight.device.type == "cpu" for m in modules for weight in m.parameters())
    try:
        for module in modules:
            module.compile(dynamic=True)
            # nn.Module declares that unknown attributes are tensors or modules
            module._compiled_for = _versions(module)  # type: ignore[assignment]
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
    """Raise FcsrError if weights have changed since `compile_in_place`."""
    for module in modules:
        if module._compiled_call_impl and module._compiled_for != _versions(module):
            raise FcsrError(
                "the weights have changed since they were compiled; make or load the model "
                "again, and compile it last"
            )


def _versions(module: nn.Module) -> list[tuple[int, torch.dtype]]:
    """How often each weight has been changed, and its type, whose change is not counted."""
    return [(weight._version, weight.dtype) for weight in module.parameters()]
