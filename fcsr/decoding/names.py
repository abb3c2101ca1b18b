"""Decodes by name, as options and saved models have them, and the names of decodes, for tables."""

import functools
from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from fcsr.decoding import decodes
from fcsr.errors import FcsrError

Decode = Callable[[Any], Float[Tensor, "*b"]]
"""A function of a distribution, or one of your own, of logits (…, 256)."""

NAMED: dict[str, Decode] = {
    "mode": decodes.mode,
    "mean": decodes.mean,
    "median": decodes.median,
    "smoothed": functools.partial(decodes.smoothed_mode, width=8.0),  # few artifacts: notebook 07
    "component": decodes.component,
}


def resolve(decode: str | Decode) -> Decode:
    """The decode of that name in `NAMED`, else an FcsrError; a function of one's own gets logits.

    >>> import fcsr
    >>> fcsr.decoding.resolve("mean") is fcsr.decoding.mean
    True
    """
    if callable(decode):
        return decode if _is_ours(decode) else lambda given: decode(decodes.as_logits(given))
    if decode not in NAMED:
        known = ", ".join(f'"{name}"' for name in NAMED)
        raise FcsrError(f'unknown decode "{decode}": give {known} or a function of the logits')
    return NAMED[decode]


def check_name(decode: str) -> None:
    """Raise FcsrError unless it is a name in `NAMED`: a function cannot be saved with a model.

    >>> import fcsr
    >>> fcsr.decoding.check_name("mean")
    """
    if callable(decode):
        known = ", ".join(NAMED)
        raise FcsrError(f"decode is {label(decode)}, which cannot be saved; give one of {known}")
    resolve(decode)


def label(decode: str | Decode) -> str:
    """What tables call a decode; the generator of a sample is no part of it.

    >>> import fcsr, functools
    >>> fcsr.decoding.label(functools.partial(fcsr.decoding.sharpened_mean, sharpness=4.0))
    'sharpened_mean(sharpness=4.0)'
    """
    if isinstance(decode, str):
        return decode
    if isinstance(decode, functools.partial):
        settings = (
            f"{name}={value}"
            for name, value in decode.keywords.items()
            if not isinstance(value, torch.Generator)
        )
        return f"{label(decode.func)}({', '.join(settings)})"
    return getattr(decode, "__qualname__", type(decode).__name__)


def _is_ours(decode: Decode) -> bool:
    while isinstance(decode, functools.partial):
        decode = decode.func
    return getattr(decode, "__module__", None) == decodes.__name__
