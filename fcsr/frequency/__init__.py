"""Low and high frequencies: the filters of section 2.1, and spectra."""

from fcsr.frequency.bands import FIXED_POINT, KINDS, gain, half_power, low_pass, split
from fcsr.frequency.filters import (
    FILTERS,
    BicubicDownUp,
    Box,
    Butterworth,
    Gaussian,
    Ideal,
    LowPass,
    from_config,
    to_config,
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
    "from_config",
    "gain",
    "half_power",
    "low_pass",
    "radial_spectrum",
    "split",
    "to_config",
]
