"""Filters of different kinds that are equally wide, to be compared with each other."""

import math
from collections.abc import Callable

from fcsr.errors import FcsrError
from fcsr.frequency import filters
from fcsr.frequency.filters import LowPass


def half_power(sigma: float) -> float:
    """The frequency, in cycles a pixel, at which a Gaussian of that sigma halves the power."""
    return math.sqrt(math.log(2)) / (2 * math.pi * sigma)


KINDS: dict[str, Callable[[float], LowPass]] = {
    "Gaussian": filters.Gaussian,
    "Box": lambda sigma: filters.Box(max(1, round((math.sqrt(12 * sigma**2 + 1) - 1) / 2))),
    "Ideal": lambda sigma: filters.Ideal(half_power(sigma)),
    "Butterworth": lambda sigma: filters.Butterworth(half_power(sigma)),
    "BicubicDownUp": lambda sigma: filters.BicubicDownUp(0.5 / half_power(sigma)),
}


def low_pass(kind: str, width: float) -> LowPass:
    """The filter of that kind which is as wide as a Gaussian of `width` pixels (its sigma).

    As wide means: for Ideal and Butterworth a cutoff at the frequency where the Gaussian halves
    the power, for BicubicDownUp a small image whose highest frequency that is, for Box about
    the same standard deviation, as far as whole pixels allow. Raises FcsrError for an unknown kind
    and for a width not from 0.5 to 16.
    """
    if kind not in KINDS:
        raise FcsrError(f'there is no filter "{kind}"; choose from {", ".join(KINDS)}')
    if not 0.5 <= width <= 16:
        raise FcsrError(f"width is {width}; give 0.5 to 16 pixels")
    return KINDS[kind](width)
