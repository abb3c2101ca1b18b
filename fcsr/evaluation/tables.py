"""Measured rows as tables: with the protocol of their numbers, as means, and as Markdown."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fcsr.evaluation.results import COLUMNS, NAMES, Row
from fcsr.metrics import LPIPS_RANGES, MEASURES, Protocol

if TYPE_CHECKING:
    import pandas

DIGITS = {"psnr": ".2f", "black": ".1f", "bright": ".1f"} | dict.fromkeys(LPIPS_RANGES, ".4f")


def from_rows(rows: Sequence[Row], protocols: Mapping[str, Protocol]) -> "pandas.DataFrame":
    """Rows as a pandas DataFrame; `attrs["protocol"]` explains the protocol of each set."""
    import pandas as pd

    table = pd.DataFrame(rows, columns=COLUMNS)
    datasets: dict[str, list[str]] = {}
    for dataset, protocol in protocols.items():
        datasets.setdefault(protocol.explain(), []).append(dataset)
    lines = (f"{', '.join(names)}. {explained}" for explained, names in datasets.items())
    table.attrs["protocol"] = "\n".join(lines)
    return table


def means(table: "pandas.DataFrame") -> "pandas.DataFrame":
    """The means of images, a row for each set, scale and method: what papers print.

    Args:
        table: what `fcsr.evaluate` gave.

    Returns:
        A pandas DataFrame with the columns dataset, scale, method, decode, images (how many), and
        the measures.

    Example:
        >>> import tempfile
        >>> import fcsr
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("coffee", "rocket"):
        ...         crop = fcsr.images.sample(name).crop((0, 0, 48, 48))
        ...         fcsr.images.save(crop, f"{folder}/{name}.png")
        ...     table = fcsr.evaluate("bicubic", folder, scale=2, progress=False)
        >>> fcsr.evaluation.means(table)[["method", "images"]].to_dict("records")
        [{'method': 'bicubic', 'images': 2}]
    """
    by = [name for name in NAMES if name != "image"]
    groups = table.groupby(by, sort=False)
    result = groups[list(MEASURES)].mean()
    result.insert(0, "images", groups.size())
    result = result.reset_index()
    result.attrs = dict(table.attrs)
    return result


def to_markdown(table: "pandas.DataFrame") -> str:
    """What `means` gave, as Markdown: PSNR to 0.01 dB, LPIPS to 0.0001, artifacts to 0.1.

    The protocol stands above it.

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
    formats = [DIGITS.get(name, "g") for name in table.columns]
    numbers = table.to_markdown(index=False, floatfmt=formats)
    return f"{table.attrs['protocol']}\n\n{numbers}\n"
