"""What can be measured: models, ways to decode their distributions, and controls.

A method is written as in `fcsr evaluate --model`: a model's name or path (`cs`); after a colon
how its distributions are decoded (`cs:mean`); after an at sign the method that it is a control
for (`lte@cs` is LTE with Gaussian noise added until its PSNR is that of CS).
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from fcsr import decoding, models
from fcsr.decoding import Decode
from fcsr.errors import FcsrError
from fcsr.inference import BICUBIC, render, upscale
from fcsr.metrics import add_noise_to_psnr
from fcsr.models import ContinuousModel
from fcsr.utils.device import find_device

Model = ContinuousModel | str | Path
Load = Callable[[str], ContinuousModel | None]  # None is bicubic interpolation


@dataclass(frozen=True)
class Method:
    """One way to make SR of LR; `name` and `decode` are what tables call it.

    Example:
        >>> from fcsr.evaluation.methods import parse
        >>> [method] = parse(["cs-compact:mean"])
        >>> method.name, method.decode
        ('cs-compact', 'mean')
    """

    name: str
    decode: str
    weights: str  # a fingerprint of what SR depends on besides LR
    model: ContinuousModel | None = None  # None is bicubic interpolation
    decoder: str | Decode | None = None  # None where there is nothing to decode


@dataclass(frozen=True)
class Control:
    """`base` with noise added until its PSNR is that of `target`.

    Example:
        >>> from fcsr.evaluation.methods import parse
        >>> [control] = parse(["lte-compact@cs-compact"])
        >>> control.base.name, control.target.name, control.target.decode
        ('lte-compact', 'cs-compact', 'mode')
    """

    name: str
    base: Method
    target: Method

    @property
    def decode(self) -> str:
        return self.base.decode

    @property
    def weights(self) -> str:
        return f"{self.base.weights}@{self.target.weights}"


def parse(
    models: Iterable[Model],
    decode: str | Decode | None = None,
    device: str | torch.device | None = None,
) -> list[Method | Control]:
    """The methods that are meant by models, or by names as at the top of this module.

    A model is called by its class. `decode` is for all that have distributions and do not say
    how to decode them. `device` is where those run that are given by their names.

    Raises:
        CheckpointError: no such model.
        FcsrError: an unknown decode or device, a decode for a model that has no distributions, or
            two methods of one name.

    Example:
        >>> from fcsr.evaluation.methods import parse
        >>> [(method.name, method.decode) for method in parse(["bicubic", "cs-compact"], "mean")]
        [('bicubic', ''), ('cs-compact', 'mean')]
    """
    # `cs:mode` and `cs:mean` shall share one model
    load = cache(partial(_load, find_device(device)))
    methods = [_parse(model, decode, load) for model in models]
    if decode is not None and not any(part.decode for m in methods for part in _parts(m)):
        way = decoding.label(decode)
        raise FcsrError(f"decode is {way}, but RGB is all that there is: nothing to decode")
    names = [(method.name, method.decode) for method in methods]
    for name in names:
        if names.count(name) > 1:
            raise FcsrError(
                f"{full_name(*name)} is given twice; a table needs "
                "names that differ: measure models of one class in two calls"
            )
    return methods


def full_name(name: str, decode: str) -> str:
    """A method's name and decode in one: `cs:mean`, or `lte`, which has nothing to decode."""
    return f"{name}:{decode}" if decode else name


def super_resolve(
    methods: Sequence[Method | Control],
    lr: Float[Tensor, "1 3 h w"],
    size: tuple[int, int],
    psnr: Callable[[Tensor], float],
) -> list[Float[Tensor, "1 3 H W"]]:
    """SR by each method; a model whose output is decoded in several ways is queried once.

    `psnr` measures an SR, for the controls.

    Example:
        >>> import torch
        >>> from fcsr.evaluation.methods import parse, super_resolve
        >>> lr = torch.zeros(1, 3, 8, 8)
        >>> [sr] = super_resolve(parse(["bicubic"]), lr, (20, 24), psnr=lambda sr: 0.0)
        >>> sr.shape
        torch.Size([1, 3, 20, 24])
    """
    made = _render([part for method in methods for part in _parts(method)], lr, size)
    return [
        add_noise_to_psnr(made[method.base], psnr(made[method.target]), psnr)
        if isinstance(method, Control)
        else made[method]
        for method in methods
    ]


def _parts(method: Method | Control) -> list[Method]:
    return [method.base, method.target] if isinstance(method, Control) else [method]


def _render(methods: list[Method], lr: Tensor, size: tuple[int, int]) -> dict[Method, Tensor]:
    made: dict[Method, Tensor] = {}
    for model in dict.fromkeys(method.model for method in methods):
        of_model = list(dict.fromkeys(m for m in methods if m.model is model))
        if model is None:
            images = [upscale(lr, size=size, model=BICUBIC, progress=False)]
        else:
            device = next(model.parameters()).device
            decoders = [method.decoder for method in of_model]
            images = render(model, lr.to(device), size, decoders, progress=False)
        made |= zip(of_model, images, strict=True)
    return made


def _parse(model: Model, decode: str | Decode | None, load: Load) -> Method | Control:
    if isinstance(model, ContinuousModel):
        return _method(type(model).__name__.lower(), model, None, decode)
    spec = str(model)
    base, at, target = spec.partition("@")
    if at and not (os.path.isfile(spec) or os.path.isfile(spec.rpartition(":")[0])):
        return _control(_parse_name(base, decode, load), _parse(target, decode, load), target)
    return _parse_name(spec, decode, load)


def _parse_name(spec: str, decode: str | Decode | None, load: Load) -> Method:
    """A method that is no control: `cs`, `cs:mean`, or a path, which may have a colon in it."""
    if os.path.isfile(spec):  # Path.is_file would raise for a name that no disk can hold
        return _method(spec, load(spec), None, decode)
    name, colon, way = spec.rpartition(":")
    if not os.path.isfile(name):
        name, colon, way = spec.partition(":")
    return _method(name, load(name), way if colon else None, decode)


def _control(base: Method, target: Method | Control, spec: str) -> Control:
    """`spec` is what the user wrote for `target`; an unusual decode is part of the name."""
    if isinstance(target, Control):
        raise FcsrError(f"{base.name}@{spec} is a control for a control; give one of a model")
    unusual = target.decoder != (target.model.default_decode if target.model else None)
    decode = target.decode if unusual or spec != target.name else ""
    return Control(f"{base.name}@{full_name(target.name, decode)}", base, target)


def _method(
    name: str, model: ContinuousModel | None, way: str | None, decode: str | Decode | None
) -> Method:
    """`way` is for this model, `decode` for all that have distributions."""
    if model is None:
        if way is not None:
            raise FcsrError(f"decode is {way}, but bicubic gives RGB: it has nothing to decode")
        return Method(name, "", "")
    decoder: str | Decode | None = way
    if way is None and model.default_decode is not None:
        decoder = decode or model.default_decode
    model.check_decode(decoder)
    label = "" if decoder is None else decoding.label(decoder)
    return Method(name, label, models.fingerprint(model), model, decoder)


def _load(device: torch.device, name: str) -> ContinuousModel | None:
    return None if name == BICUBIC else models.load(name, device)
