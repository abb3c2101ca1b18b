"""Which values are whole or real numbers: Python's, NumPy's and those of other libraries alike."""

import math
import operator
from numbers import Real
from typing import Any


def as_whole(value: Any) -> int | None:
    """An integer of any library as an int; None for all else, also for 2.0, "2" and True.

    Example:
        >>> import numpy
        >>> from fcsr.utils.numbers import as_whole
        >>> as_whole(numpy.int64(2)), as_whole(2.0), as_whole(True)
        (2, None, None)
    """
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None


def is_finite(value: Any, above: float = -math.inf, least: float = -math.inf) -> bool:
    """Whether a value is a real number of any library, finite, `above` one and at `least` another.

    An integer beyond all floats, which no tensor can be multiplied by, is not finite here.

    Example:
        >>> from fcsr.utils.numbers import is_finite
        >>> is_finite(0.5, above=0), is_finite(0, above=0), is_finite(10**400), is_finite("2")
        (True, False, False, False)
    """
    real = as_real(value)
    return real is not None and math.isfinite(real) and real > above and real >= least


def as_real(value: Any) -> float | None:
    """A real number of any library as a float; None for all else, also for "2" and True.

    Example:
        >>> import numpy
        >>> from fcsr.utils.numbers import as_real
        >>> as_real(numpy.float32(0.5)), as_real(2), as_real("2")
        (0.5, 2.0, None)
    """
    if not isinstance(value, Real) or isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:  # an integer beyond all floats
        return math.inf if value > 0 else -math.inf  # type: ignore[operator]
