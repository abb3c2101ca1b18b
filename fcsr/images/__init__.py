"""Pictures in and out of files, as tensors, and resampled. Nothing here knows a model."""

from fcsr.images.contents import Contents
from fcsr.images.convert import Unpacked, unpack
from fcsr.images.imresize import imresize
from fcsr.images.io import SAMPLES, from_bytes, load, read, sample, to_levels, to_pil, to_tensor
from fcsr.images.kinds import Picture
from fcsr.images.region import Region, pair, whole
from fcsr.images.resampling import resize
from fcsr.images.writers import save

__all__ = [
    "SAMPLES",
    "Contents",
    "Picture",
    "Region",
    "Unpacked",
    "from_bytes",
    "imresize",
    "load",
    "pair",
    "read",
    "resize",
    "sample",
    "save",
    "to_levels",
    "to_pil",
    "to_tensor",
    "unpack",
    "whole",
]
