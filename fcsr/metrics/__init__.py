"""How close SR is to HR, by which protocol, and the control: noise."""

from fcsr.metrics.full_reference import (
    LPIPS_MIN_SIDE,
    LPIPS_RANGES,
    PROPER_RANGE,
    Artifacts,
    artifact_rate,
    lpips,
    psnr,
    ssim,
)
from fcsr.metrics.noise import add_noise, add_noise_to_psnr
from fcsr.metrics.protocols import BENCHMARK, DIV2K, MEASURES, Protocol, protocol_of

__all__ = [
    "BENCHMARK",
    "DIV2K",
    "LPIPS_MIN_SIDE",
    "LPIPS_RANGES",
    "MEASURES",
    "PROPER_RANGE",
    "Artifacts",
    "Protocol",
    "add_noise",
    "add_noise_to_psnr",
    "artifact_rate",
    "lpips",
    "protocol_of",
    "psnr",
    "ssim",
]
