"""Tables as Markdown, to print and to keep: numbers with their intervals and their protocol."""

from typing import TYPE_CHECKING

import numpy as np

from fcsr import metrics
from fcsr.evaluation.tables import BY, measures_of

if TYPE_CHECKING:
    import pandas

INTERVALS = (
    "In brackets: 95 % bootstrap intervals of the means, over the images; of few images they are "
    "too narrow: of 5, they hold the true mean in some 80 to 85 % of cases, not 95."
)

COMPARED = (
    "The others against {base}, image by image. Differences are theirs less {base}'s; times lower: "
    "how many times as high {base}'s mean is as theirs. In brackets: 95 % bootstrap intervals "
    "over the images. better: in how many images. p: Wilcoxon's signed-rank test, two-sided; of n "
    "images it is never below 2^(1-n), of 5 images 0.0625. p (Holm): the same, corrected for all "
    "{tests} rows."
)


def to_markdown(means: "pandas.DataFrame", comparison: "pandas.DataFrame | None" = None) -> str:
    """What `means` gave as Markdown, its protocol above it, and below it what `compare` gave.

    PSNR to 0.01 dB, LPIPS to 0.0001, artifacts to 0.1; behind each mean its interval, if there is
    one.

    Example:
        >>> import pandas as pd
        >>> import fcsr
        >>> means = pd.DataFrame({"dataset": ["Set5"], "psnr": [32.214], "lpips": [0.17442]})
        >>> means.attrs["protocol"] = "Y, 4 pixels shaved."
        >>> print(fcsr.evaluation.to_markdown(means).strip())
        Y, 4 pixels shaved.
        <BLANKLINE>
        | dataset   |   psnr |   lpips |
        |:----------|-------:|--------:|
        | Set5      |  32.21 |  0.1744 |
    """
    notes = [means.attrs["protocol"]]
    if any(means[c].notna().any() for c in means.columns if c.endswith("_low")):
        notes.append(INTERVALS)
    text = "\n\n".join([*notes, _means(means)]) + "\n"
    if comparison is None:
        return text
    head = COMPARED.format(base=comparison.attrs["base"], tests=len(comparison))
    return f"{text}\n{head}\n\n{_comparison(comparison)}\n"


def _means(means: "pandas.DataFrame") -> str:
    measures = measures_of(means)
    ends = {f"{measure}_{end}" for measure in measures for end in ("low", "high")}
    shown = {
        column: (
            _cells(means, column, [_format(column)] * len(means))
            if column in measures
            else [_text(value) for value in means[column]]
        )
        for column in means.columns
        if column not in ends
    }
    return _lines(shown, right={*measures, "scale", "images"})


def _comparison(comparison: "pandas.DataFrame") -> str:
    signed = [f"+z{_format(measure)}" for measure in comparison["measure"]]
    counts = zip(comparison["better"], comparison["images"], strict=True)
    numbers = {
        "difference": _cells(comparison, "difference", signed),
        "times lower": _cells(comparison, "times", [".2f"] * len(comparison)),
        "better": [f"{better} of {images}" for better, images in counts],
        "p": [f"{p:.2g}" for p in comparison["p"]],
        "p (Holm)": [f"{p:.2g}" for p in comparison["p_holm"]],
    }
    names = {name: [_text(v) for v in comparison[name]] for name in (*BY, "measure")}
    return _lines(names | numbers, right={"scale", *numbers})


def _cells(table: "pandas.DataFrame", column: str, formats: list[str]) -> list[str]:
    """A column's numbers, each with its interval behind it; empty where there is no number."""
    numbers = table[[n for n in (column, f"{column}_low", f"{column}_high") if n in table]]
    texts = []
    for form, (number, *ends) in zip(formats, numbers.to_numpy(float), strict=True):
        text = "" if np.isnan(number) else f"{number:{form}}"
        interval = ", ".join(f"{end:{form}}" for end in ends if not np.isnan(end))
        texts.append(f"{text} [{interval}]" if interval else text)
    return texts


def _format(measure: str) -> str:
    return f".{metrics.digits(measure)}f"


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _lines(columns: dict[str, list[str]], right: set[str]) -> str:
    """Columns of texts as a Markdown table; those of numbers to the right."""
    import pandas as pd

    sides = ["right" if name in right else "left" for name in columns]
    # texts that look like numbers, as names of sets may, stay what they are
    return pd.DataFrame(columns).to_markdown(index=False, disable_numparse=True, colalign=sides)
