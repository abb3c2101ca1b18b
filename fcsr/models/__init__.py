"""LTE, CS and FCS (Figure 1): their parts, fresh models, and trained ones."""

from fcsr.models.base import MODELS, ContinuousModel
from fcsr.models.cs import CS
from fcsr.models.edsr import EDSR
from fcsr.models.encoded import Encoded, Estimate
from fcsr.models.fcs import FCS, Bands
from fcsr.models.lte import LTE
from fcsr.models.onnx_files import export
from fcsr.models.precision import Precision, resolve_precision
from fcsr.models.prior import LaplacePrior
from fcsr.models.saved.checkpoints import (
    Card,
    available,
    describe,
    fingerprint,
    load,
    save,
    transfer,
)
from fcsr.models.saved.official_lte import load_official_lte
from fcsr.models.saved.registry import check_config, from_config, make
from fcsr.models.texture import (
    EstimatorSize,
    Neighbours,
    TextureEstimator,
    TextureMaps,
    bilinear,
    find_neighbours,
    grid,
)

__all__ = [
    "CS",
    "EDSR",
    "FCS",
    "LTE",
    "MODELS",
    "Bands",
    "Card",
    "ContinuousModel",
    "Encoded",
    "Estimate",
    "EstimatorSize",
    "LaplacePrior",
    "Neighbours",
    "Precision",
    "TextureEstimator",
    "TextureMaps",
    "available",
    "bilinear",
    "check_config",
    "describe",
    "export",
    "find_neighbours",
    "fingerprint",
    "from_config",
    "grid",
    "load",
    "load_official_lte",
    "make",
    "resolve_precision",
    "save",
    "transfer",
]
