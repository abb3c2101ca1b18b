"""fcsr: super-resolution as classification. LTE, CS and FCS, to teach with and to start from."""

from fcsr import data, decoding, errors, frequency, images, losses, metrics
from fcsr.errors import FcsrError
from fcsr.evaluation import evaluate
from fcsr.inference import render, upscale
from fcsr.models import CS, EDSR, FCS, LTE, available, load, load_official_lte
from fcsr.training import Recipe, train

__version__ = "0.1.0"

__all__ = [
    "CS",
    "EDSR",
    "FCS",
    "LTE",
    "FcsrError",
    "Recipe",
    "available",
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
    "render",
    "train",
    "upscale",
]
