"""How often a module is called."""

from torch import nn


def count_calls(module: nn.Module) -> list[int]:
    """A list that grows by one at each call from now on."""
    calls = []
    module.register_forward_hook(lambda *_: calls.append(1))
    return calls
