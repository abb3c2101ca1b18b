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
