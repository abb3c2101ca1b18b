"""Pictures as tensors, resampled, and in `files`. Nothing here knows a model."""

from fcsr.images.convert import Unpacked, to_tensor, unpack
from fcsr.images.cropping import crop
from fcsr.images.files.contents import Contents
from fcsr.images.files.readers import SAMPLES, from_bytes, load, read, sample
from fcsr.images.files.writers import save
from fcsr.images.imresize import imresize
from fcsr.images.kinds import Picture
from fcsr.images.levels import to_levels, to_pil
from fcsr.images.region import Region, pair, whole
from fcsr.images.resampling import resize

__all__ = [
    "SAMPLES",
    "Contents",
    "Picture",
    "Region",
    "Unpacked",
    "crop",
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
