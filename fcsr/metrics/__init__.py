"""metrics"""

from fcsr.metrics.full_reference import (
    LPIPS_RANGES,
    LPIPS_SMALLEST,
    PROPER_RANGE,
    Artifacts,
    artifact_rate,
    lpips,
    psnr,
    ssim,
)
from fcsr.metrics.noise import add_grain, grain_to
from fcsr.metrics.protocols import BENCHMARK, DIV2K, MEASURES, Protocol, protocol_of

__all__ = [
    "BENCHMARK",
    "DIV2K",
    "LPIPS_RANGES",
    "LPIPS_SMALLEST",
    "MEASURES",
    "PROPER_RANGE",
    "Artifacts",
    "Protocol",
    "add_grain",
    "artifact_rate",
    "grain_to",
    "lpips",
    "protocol_of",
    "psnr",
    "ssim",
]
