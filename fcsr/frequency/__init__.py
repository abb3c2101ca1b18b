"""frequency"""

from fcsr.frequency.bandwidth import KINDS, half_power, low_pass
from fcsr.frequency.filters import (
    FILTERS,
    FIXED_POINT,
    BicubicDownUp,
    Box,
    Butterworth,
    Gaussian,
    Ideal,
    LowPass,
    gain,
    split,
)
from fcsr.frequency.spectra import band_energy, radial_spectrum

__all__ = [
    "FILTERS",
    "FIXED_POINT",
    "KINDS",
    "BicubicDownUp",
    "Box",
    "Butterworth",
    "Gaussian",
    "Ideal",
    "LowPass",
    "band_energy",
    "gain",
    "half_power",
    "low_pass",
    "radial_spectrum",
    "split",
]
