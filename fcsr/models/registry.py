"""Models with fresh weights, by name or from the config in a checkpoint."""

from fcsr import frequency
from fcsr.errors import FcsrError
from fcsr.models.base import MODELS, ContinuousModel
from fcsr.models.edsr import EDSR
from fcsr.models.texture import EstimatorSize


def make(name: str, compact: bool = False, **options) -> ContinuousModel:
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


def from_config(config: dict) -> ContinuousModel:
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
    return kind(encoder, EstimatorSize(**size), **options)
