"""An image at any size, in bounded memory."""

from fcsr.inference.upscaling import BICUBIC, render, upscale, upscale_file

__all__ = [
    "BICUBIC",
    "render",
    "upscale",
    "upscale_file",
]
