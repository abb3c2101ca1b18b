"""inference"""

from fcsr.inference.upscaling import BICUBIC, render, upscale, upscale_file

__all__ = ["BICUBIC", "render", "upscale", "upscale_file"]
