"""How close SR is to HR and to LR, by which protocol, and the control: noise."""

from fcsr.metrics.consistency import lr_psnr
from fcsr.metrics.full_reference import Artifacts, artifact_rate, psnr, ssim
from fcsr.metrics.lattice import lattice
from fcsr.metrics.measures import (
    DEFAULT_METRICS,
    MEASURES,
    METRICS,
    better,
    columns,
    digits,
    prepare,
)
from fcsr.metrics.noise import add_noise, add_noise_to_psnr
from fcsr.metrics.perceptual import (
    DISTS_MIN_SIDE,
    LPIPS_MIN_SIDE,
    LPIPS_RANGES,
    PROPER_RANGE,
    dists,
    lpips,
)
from fcsr.metrics.protocols import BENCHMARK, DIV2K, Protocol, protocol_of

__all__ = [
    "BENCHMARK",
    "DEFAULT_METRICS",
    "DISTS_MIN_SIDE",
    "DIV2K",
    "LPIPS_MIN_SIDE",
    "LPIPS_RANGES",
    "MEASURES",
    "METRICS",
    "PROPER_RANGE",
    "Artifacts",
    "Protocol",
    "add_noise",
    "add_noise_to_psnr",
    "artifact_rate",
    "better",
    "columns",
    "digits",
    "dists",
    "lattice",
    "lpips",
    "lr_psnr",
    "prepare",
    "protocol_of",
    "psnr",
    "ssim",
]
