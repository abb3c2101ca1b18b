"""Upscaling an image to any size, in bounded memory."""

from fcsr.inference.picture_tiles import BICUBIC
from fcsr.inference.upscaling import render, upscale, upscale_file

__all__ = [
    "BICUBIC",
    "render",
    "upscale",
    "upscale_file",
]
