"""Upscaling an image to any size, in bounded memory."""

from fcsr.inference.batch import Upscaled, upscale_files
from fcsr.inference.files import upscale_file
from fcsr.inference.jobs import Job
from fcsr.inference.picture_tiles import BICUBIC
from fcsr.inference.planning import plan
from fcsr.inference.upscaling import render, upscale

__all__ = [
    "BICUBIC",
    "Job",
    "Upscaled",
    "plan",
    "render",
    "upscale",
    "upscale_file",
    "upscale_files",
]
