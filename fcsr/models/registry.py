"""Models by the names of their classes: fresh ones, and those that a checkpoint describes."""

from fcsr import frequency
from fcsr.errors import FcsrError
from fcsr.models.base import MODELS, ContinuousModel
from fcsr.models.edsr import EDSR
from fcsr.models.texture import EstimatorSize


def make(name: str, compact: bool = False, **options) -> ContinuousModel:
    """A model with fresh weights by its name, `"lte"`, `"cs"` or `"fcs"`: paper-size or compact.

    Args:
        name: of a class of the package, in any case of letters.
        compact: the small variant that trains on a laptop.
        options: those of its class.

    Raises:
        FcsrError: no such model.
    """
    kinds = {known.lower(): kind for known, kind in MODELS.items() if "." not in known}
    if name.lower() not in kinds:
        raise FcsrError(f'there is no model "{name}"; choose from {", ".join(kinds)}')
    kind = kinds[name.lower()]
    return kind.compact(**options) if compact else kind(EDSR.baseline(), **options)


def from_config(config: dict) -> ContinuousModel:
    """A model with fresh weights from what `model.config` gave.

    Raises:
        UndefinedClassError: the class of the model, or of its filter, is not defined here.
    """
    options = dict(config)
    kind = MODELS.find(options.pop("model"))
    encoder = EDSR(**options.pop("encoder"))
    size = options.pop("size")
    size = size | {"hidden": tuple(size["hidden"])}  # JSON made a list of it
    if "low_pass" in options:
        options["low_pass"] = frequency.from_config(options["low_pass"])
    return kind(encoder, EstimatorSize(**size), **options)
