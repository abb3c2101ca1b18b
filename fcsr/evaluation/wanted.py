"""What is to be measured, and the error that says what could not be."""

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fcsr.errors import CheckpointError, EvaluationError, FcsrError
from fcsr.metrics import DEFAULT_METRICS, METRICS, prepare

if TYPE_CHECKING:
    import pandas

WITHOUT_LPIPS = ("psnr", "ssim", "artifacts")
"""What is measured by default where LPIPS is not installed."""


def several(value: Any) -> list:
    """A list of what is one or several: a string is one."""
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]


def choose_metrics(metrics: str | Sequence[str] | None, warn: bool = True) -> list[str]:
    """The metrics to measure, in the order of `METRICS`, their networks loaded.

    What is missing would else be missed when the first image is made. `warn`: say so if LPIPS is
    left out.
    """
    if metrics is None:
        try:
            return choose_metrics(DEFAULT_METRICS)
        except CheckpointError:
            raise
        except FcsrError as error:
            if warn:
                without = f"measuring {', '.join(WITHOUT_LPIPS)}, and no LPIPS: {error}"
                warnings.warn(without, stacklevel=3)
            return choose_metrics(WITHOUT_LPIPS)
    asked = several(metrics)
    if not asked:
        raise FcsrError(f"metrics is empty; give some of {', '.join(METRICS)}")
    prepare(asked)
    return [name for name in METRICS if name in asked]


def raise_failures(failures: Sequence[str], images: int, table: "pandas.DataFrame") -> None:
    """Raise EvaluationError if some of so many images could not be measured."""
    if failures:
        others = "; all others were" if len(failures) < images else ""
        what = f"{len(failures)} of {images} images could not be measured{others}"
        raise EvaluationError("\n  ".join([f"{what}. Mend or remove:", *failures]), table)
