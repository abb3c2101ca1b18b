"""Models with fresh weights, by name or from the config in a checkpoint."""

import inspect
import json
from typing import Any

import torch

from fcsr import frequency
from fcsr.errors import CheckpointError, FcsrError
from fcsr.models.base import MODELS, ContinuousModel
from fcsr.models.edsr import EDSR
from fcsr.models.texture import EstimatorSize


def make(name: str, compact: bool = False, **options: Any) -> ContinuousModel:
    """A model with fresh weights by its name, `"lte"`, `"cs"` or `"fcs"`, in any case.

    Args:
        name: the name of a class of the package; an FcsrError lists them if there is no such.
        compact: make the small variant that trains on a laptop, not the paper's size.
        options: those of the class.

    >>> import fcsr
    >>> fcsr.models.make("cs", compact=True, decode="mean").default_decode
    'mean'
    """
    kinds = {known.lower(): kind for known, kind in MODELS.items() if "." not in known}
    if name.lower() not in kinds:
        raise FcsrError(f'there is no model "{name}"; choose from {", ".join(kinds)}')
    kind: type[ContinuousModel] = kinds[name.lower()]
    return kind.compact(**options) if compact else kind(EDSR.baseline(), **options)


def from_config(config: dict[str, Any]) -> ContinuousModel:
    """A model with fresh weights from the `config` of another.

    Raises UndefinedClassError if the class of the model, or of its filter, is not defined here.

    >>> import fcsr
    >>> fcsr.models.from_config(fcsr.FCS.compact(weight=100.0).config).weight
    100.0
    """
    options = dict(config)
    kind = MODELS.find(options.pop("model"))
    encoder = EDSR(**options.pop("encoder"))
    size = options.pop("size")
    size = size | {"hidden": tuple(size["hidden"])}  # JSON made a list of it
    if "low_pass" in options:
        options["low_pass"] = frequency.from_config(options["low_pass"])
    return kind(encoder, size=EstimatorSize(**size), **options)


def check_config(model: ContinuousModel) -> None:
    """Check that `from_config` makes the same model again, so that it can be saved and loaded.

    Raises CheckpointError if not; the message names the option and the cure.

    >>> import fcsr
    >>> fcsr.models.check_config(fcsr.CS.compact(prior=False))
    """
    if problem := _problem(model):
        raise CheckpointError(f"{type(model).__qualname__} cannot be saved: {problem}")


def _problem(model: ContinuousModel) -> str | None:
    kind, config = type(model), model.config
    if "<locals>" in str(config):
        return "define its class, and its filter's, at the top level of a module or script"
    for option in inspect.signature(kind).parameters.values():
        several = option.kind in (option.VAR_POSITIONAL, option.VAR_KEYWORD)
        if not several and option.name not in {"encoder", *config}:
            return f"add '{option.name}', which __init__ takes, to config"
    for key, value in config.items():
        try:
            json.dumps(value)
        except (TypeError, ValueError) as error:
            return f"'{key}' in config must be a number, a text, or a list or dict of such: {error}"
    places = [weight.data_ptr() for weight in model.state_dict().values() if weight.numel()]
    if len(set(places)) < len(places):
        return "some of its weights are the same tensor; keep each under one name"
    try:
        with torch.device("meta"):  # which takes no memory
            again = from_config(json.loads(json.dumps(config)))
    except Exception as error:  # __init__ may raise anything
        return f"from_config(config) fails; does __init__ take what is in config? {error!r}"
    made, own = _facts(again), _facts(model)
    changed = [name for name in made | own if made.get(name) != own.get(name)]
    return f"a model made from config has another {', '.join(changed)}" if changed else None


def _facts(model: ContinuousModel) -> dict[str, str]:
    """The class, the options and the weights' shapes, as texts."""
    options = {key: json.dumps(value) for key, value in model.config.items()}
    shapes = {name: str(weight.shape) for name, weight in model.state_dict().items()}
    return {"class": MODELS.name(type(model))} | options | shapes
