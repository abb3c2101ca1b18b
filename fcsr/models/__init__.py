"""models"""

from fcsr.models.base import ContinuousModel, Encoded, Estimate
from fcsr.models.checkpoints import available, describe, fingerprint, load, save, transfer
from fcsr.models.edsr import EDSR
from fcsr.models.models import CS, FCS, LTE, MODELS, Bands, from_config, make
from fcsr.models.official_lte import load_official_lte
from fcsr.models.prior import LaplacePrior
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
    "ContinuousModel",
    "Encoded",
    "Estimate",
    "EstimatorSize",
    "LaplacePrior",
    "Neighbours",
    "TextureEstimator",
    "TextureMaps",
    "available",
    "bilinear",
    "describe",
    "find_neighbours",
    "fingerprint",
    "from_config",
    "grid",
    "load",
    "load_official_lte",
    "make",
    "save",
    "transfer",
]
