"""Figures: photographs side by side, and the distributions that a classifier predicts.

Functions return a matplotlib figure, large enough for the last row of a lecture hall; those that
are called `draw_...` draw on axes of a figure that is there already.
"""

import itertools
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from fcsr.course import previews
from fcsr.course.drawing.mpl import COLOURS, PALETTE, draw_colour, draw_distribution
from fcsr.course.language import drawn as _
from fcsr.evaluation.replication.paper import side_by_side
from fcsr.metrics import LPIPS_RANGES

if TYPE_CHECKING:
    import matplotlib.figure
    import pandas

__all__ = [
    "COLOURS",
    "PALETTE",
    "crops",
    "distribution",
    "draw_colour",
    "heatmap",
    "lpips_ranges",
    "plane",
    "where",
]


def crops(
    pictures: dict[str, Image.Image], box: tuple[int, int, int], columns: int = 3
) -> "matplotlib.figure.Figure":
    """The same square of several pictures of one size, each under its name.

    `box` is (top, left, side) in pixels. Pixels are drawn as squares, not smoothed.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> import fcsr
        >>> from fcsr.course import plots
        >>> hr = fcsr.images.sample("coffee").crop((0, 0, 64, 48))
        >>> figure = plots.crops({"HR": hr, "again": hr}, box=(8, 8, 32))
        >>> [axis.get_title() for axis in figure.axes]
        ['HR', 'again', '']
        >>> plt.close(figure)
    """
    import matplotlib.pyplot as plt

    frame = previews.crop_box(box, *pictures.values())
    rows = -(-len(pictures) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(3.6 * columns, 3.9 * rows), layout="constrained", squeeze=False
    )
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, (name, picture) in zip(axes.flat, pictures.items(), strict=False):
        axis.imshow(picture.crop(frame), interpolation="nearest")
        axis.set_title(name, fontsize=14)
    return figure


def where(picture: Image.Image, box: tuple[int, int, int]) -> "matplotlib.figure.Figure":
    """A whole picture with the square of `crops` marked on it.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> import fcsr
        >>> from fcsr.course import plots
        >>> hr = fcsr.images.sample("coffee").crop((0, 0, 64, 48))
        >>> figure = plots.where(hr, box=(8, 8, 32))
        >>> len(figure.axes[0].patches)  # white, and black on it
        2
        >>> plt.close(figure)
    """
    import matplotlib.pyplot as plt
    from matplotlib.patches import Rectangle

    top, left, side = box
    figure, axis = plt.subplots(figsize=(5, 5 * picture.height / picture.width))
    axis.imshow(picture)
    axis.add_patch(Rectangle((left, top), side, side, fill=False, edgecolor="white", linewidth=3))
    axis.add_patch(Rectangle((left, top), side, side, fill=False, edgecolor="black", linewidth=1))
    axis.set_axis_off()
    return figure


def heatmap(values: np.ndarray, label: str) -> "matplotlib.figure.Figure":
    """A map (H, W) of one number a pixel; dark is low. `label` names its unit.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> import numpy as np
        >>> from fcsr.course import plots
        >>> figure = plots.heatmap(np.zeros((4, 4)), "levels")
        >>> len(figure.axes)  # the map, and its colour bar
        2
        >>> plt.close(figure)
    """
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(5, 4), layout="constrained")
    figure.colorbar(axis.imshow(values, cmap="cividis", interpolation="nearest"), label=label)
    axis.set_axis_off()
    return figure


def distribution(
    probabilities: np.ndarray, truth: tuple[int, int, int] | None = None
) -> "matplotlib.figure.Figure":
    """The 256-way distributions (3, 256) of one pixel's red, green and blue.

    Triangles mark the modes, dashed lines the means, dotted ones the medians, black lines the true
    levels.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> import numpy as np
        >>> from fcsr.course import plots
        >>> figure = plots.distribution(np.eye(256)[[7, 8, 9]], truth=(7, 8, 9))
        >>> len(figure.axes)
        3
        >>> plt.close(figure)
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(3, 1, figsize=(9, 6), sharex=True, layout="constrained")
    draw_distribution(figure, axes, probabilities, truth)
    return figure


def lpips_ranges() -> "matplotlib.figure.Figure":
    """The paper's LPIPS cells (markers) on those of IMDN in three input ranges (lines).

    Example:
        >>> import matplotlib.pyplot as plt
        >>> from fcsr.course import plots
        >>> figure = plots.lpips_ranges()
        >>> len(figure.axes[0].lines)
        6
        >>> plt.close(figure)
    """
    import matplotlib.pyplot as plt

    both = side_by_side()
    places = np.arange(len(both))
    figure, axis = plt.subplots(figsize=(12, 6), layout="constrained")
    for (column, (low, high)), colour in zip(LPIPS_RANGES.items(), COLOURS.values(), strict=True):
        label = f"IMDN, [{low:g}, {high:g}]"
        axis.plot(places, both[column], color=colour, linewidth=6, alpha=0.4, label=label)
    for name, marker in {"Baseline": "o", "CS": "v", "FCS": "^"}.items():
        axis.plot(
            places,
            both[name],
            f"k{marker}",
            markersize=7,
            label=_("paper, {name}").format(name=name),
        )
    axis.set_xticks(places, [f"{dataset}\nx{scale}" for dataset, scale in both.index], fontsize=12)
    axis.set_yscale("log")
    axis.set_yticks([0.02, 0.05, 0.1, 0.2, 0.4], labels=["0.02", "0.05", "0.1", "0.2", "0.4"])
    axis.set_yticks([], minor=True)
    axis.set_ylabel(_("LPIPS (lower is better)"), fontsize=13)
    axis.legend(ncols=2, fontsize=12)
    return figure


def plane(
    points: "pandas.DataFrame",
    control: "pandas.DataFrame",
    published: "pandas.DataFrame",
    matched: "pandas.DataFrame",
) -> "matplotlib.figure.Figure":
    """Distortion against perception: methods as points, and what noise does to LTE.

    All have the columns psnr (dB) and lpips. `control` is LTE with the same noise in all images,
    ever more of it; what lies below this curve is better than noise at the same PSNR. `matched`
    is LTE with noise image by image, as much as a method's PSNR takes. The points of others,
    `published`, may be none, and so may `matched`.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> import pandas as pd
        >>> from fcsr.course import plots
        >>> points = pd.DataFrame({"psnr": [30.0], "lpips": [0.2]}, index=["CS"])
        >>> noise = pd.DataFrame({"psnr": [29.0, 31.0], "lpips": [0.3, 0.25]})
        >>> others = pd.DataFrame({"psnr": [30.4], "lpips": [0.06]}, index=["SPSR"])
        >>> figure = plots.plane(points, noise, published=others, matched=noise[:0])
        >>> [line.get_label() for line in figure.axes[0].lines]
        ['LTE + the same noise in all images', 'CS', 'published']
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['SPSR']
        >>> plt.close(figure)
    """
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(11, 7), layout="constrained")
    path = control.sort_values("psnr")
    label = _("LTE + the same noise in all images")
    axis.plot(path["psnr"], path["lpips"], "o-", color="gray", label=label)
    for (name, point), marker, colour in zip(
        points.iterrows(), itertools.cycle("osD^vP"), itertools.cycle(PALETTE)
    ):
        axis.plot(point["psnr"], point["lpips"], marker, color=colour, markersize=11, label=name)
    for (name, point), marker in zip(matched.iterrows(), itertools.cycle("sv")):
        [line] = axis.plot(point["psnr"], point["lpips"], marker, color="gray", label=name)
        line.set(markerfacecolor="white", markeredgewidth=2, markersize=10)
    if len(published):
        others = published["psnr"], published["lpips"]
        axis.plot(
            *others, "x", color="gray", markersize=12, markeredgewidth=2, label=_("published")
        )
    _names(axis, published)
    axis.margins(0.12)
    axis.set_xlabel(_("PSNR in dB (higher is better)"), fontsize=13)
    axis.set_ylabel(_("LPIPS (lower is better)"), fontsize=13)
    figure.legend(fontsize=12, ncols=3, loc="outside lower center")
    return figure


def _names(axis, points: "pandas.DataFrame") -> None:
    """The names of points beside them: on the outer side, to keep apart."""
    for name, point in points.iterrows():
        side = -1 if point["psnr"] < points["psnr"].median() else 1
        axis.annotate(
            name,
            (point["psnr"], point["lpips"]),
            xytext=(11 * side, 0),
            textcoords="offset points",
            ha="right" if side < 0 else "left",
            va="center",
            fontsize=12,
        )
