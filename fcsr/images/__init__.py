"""images"""

from fcsr.images.convert import Unpacked, unpack
from fcsr.images.imresize import imresize
from fcsr.images.io import SAMPLES, from_bytes, load, resize, sample, to_levels, to_pil, to_tensor
from fcsr.images.kinds import Picture
from fcsr.images.region import Box, pair, whole
from fcsr.images.writers import save

__all__ = [
    "SAMPLES",
    "Box",
    "Picture",
    "Unpacked",
    "from_bytes",
    "imresize",
    "load",
    "pair",
    "resize",
    "sample",
    "save",
    "to_levels",
    "to_pil",
    "to_tensor",
    "unpack",
    "whole",
]
