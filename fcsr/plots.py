"""Figures: photographs side by side, and what a classifier says of a pixel.

Each function returns a matplotlib figure, large enough to be read from the back of a room.
"""

import numpy as np
from PIL import Image

COLOURS = {"red": "#D55E00", "green": "#009E73", "blue": "#0072B2"}  # Okabe and Ito: seen by all


def crops(pictures: dict[str, Image.Image], box: tuple[int, int, int], columns: int = 3):
    """The same square of several pictures of one size, each under its name.

    `box` is (top, left, side) in pixels. Pixels are drawn as squares, not smoothed.
    """
    import matplotlib.pyplot as plt

    top, left, side = box
    rows = -(-len(pictures) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(3.6 * columns, 3.9 * rows), layout="constrained", squeeze=False
    )
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, (name, picture) in zip(axes.flat, pictures.items(), strict=False):
        axis.imshow(picture.crop((left, top, left + side, top + side)), interpolation="nearest")
        axis.set_title(name, fontsize=14)
    return figure


def where(picture: Image.Image, box: tuple[int, int, int]):
    """A whole picture with the square of `crops` marked on it."""
    import matplotlib.pyplot as plt
    from matplotlib.patches import Rectangle

    top, left, side = box
    figure, axis = plt.subplots(figsize=(5, 5 * picture.height / picture.width))
    axis.imshow(picture)
    axis.add_patch(Rectangle((left, top), side, side, fill=False, edgecolor="white", linewidth=3))
    axis.add_patch(Rectangle((left, top), side, side, fill=False, edgecolor="black", linewidth=1))
    axis.set_axis_off()
    return figure


def heatmap(values: np.ndarray, label: str):
    """A map (H, W) of one number a pixel; dark is low. `label` names its unit."""
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(5, 4), layout="constrained")
    figure.colorbar(axis.imshow(values, cmap="cividis", interpolation="nearest"), label=label)
    axis.set_axis_off()
    return figure


def distribution(probabilities: np.ndarray, truth: tuple[int, int, int] | None = None):
    """The 256-way distributions (3, 256) of one pixel's red, green and blue.

    Dashed lines mark the means, triangles the modes, black lines the true levels.
    """
    import matplotlib.pyplot as plt

    levels = np.arange(probabilities.shape[-1])
    figure, axes = plt.subplots(3, 1, figsize=(9, 6), sharex=True, layout="constrained")
    for axis, (name, colour), p, value in zip(
        axes, COLOURS.items(), probabilities, truth or (None,) * 3, strict=True
    ):
        axis.fill_between(levels, p, step="mid", color=colour, alpha=0.7)
        axis.axvline(p @ levels, color=colour, linestyle="--", label="mean")
        axis.plot(p.argmax(), p.max(), "v", color=colour, markersize=9, label="mode")
        if value is not None:
            axis.axvline(value, color="black", linewidth=2, label="truth")
        axis.set_ylabel(f"p({name})")
        axis.legend(loc="upper left", ncols=3)
    axes[-1].set_xlabel("level")
    return figure
