"""fcsr: super-resolution as classification. LTE, CS and FCS, to teach with and to start from."""

from fcsr import data, decoding, errors, frequency, images, losses, metrics, protocols, spectra
from fcsr.checkpoints import load
from fcsr.encoders import EDSR
from fcsr.errors import FcsrError
from fcsr.evaluation import evaluate
from fcsr.inference import upscale
from fcsr.models import CS, FCS, LTE
from fcsr.official import load_official_lte
from fcsr.recipe import Recipe
from fcsr.training import train

__version__ = "0.1.0"

__all__ = [
    "CS",
    "EDSR",
    "FCS",
    "LTE",
    "FcsrError",
    "Recipe",
    "data",
    "decoding",
    "errors",
    "evaluate",
    "frequency",
    "images",
    "load",
    "load_official_lte",
    "losses",
    "metrics",
    "protocols",
    "spectra",
    "train",
    "upscale",
]
