"""Boxes, arrows and small pictures: what a drawing of an architecture is made of.

Things stand with their middle at (x, y), in the units of the axis.
"""

import numpy as np
from matplotlib.patches import BoxStyle, FancyBboxPatch, Rectangle

SHARED = "#444444"  # the colour of what all models have in common
THUMB = 11  # the side of a picture
CENTRED = {"ha": "center", "va": "center", "fontsize": 15}  # text


def picture(axis, x, y, pixels: np.ndarray, caption: str, colour: str = SHARED) -> None:
    """Pixels (H, W, 3) in [0, 1] as squares, framed."""
    half = THUMB / 2
    extent = (x - half, x + half, y - half, y + half)
    axis.imshow(pixels, extent=extent, interpolation="nearest", aspect="auto")
    _frame(axis, x, y, caption, colour)


def bars(axis, x, y, p: np.ndarray, caption: str, colour: str = SHARED) -> None:
    """A distribution over 256 levels, its highest bar as high as the frame allows."""
    places = x + THUMB * (np.arange(256) / 255 - 0.5)
    heights = 0.9 * THUMB * p / p.max()
    axis.vlines(places, y - THUMB / 2, y - THUMB / 2 + heights, color=colour, linewidth=1)
    _frame(axis, x, y, caption, colour)


def box(axis, x, y, text: str, width, height, colour: str = SHARED) -> None:
    """Text in a box with round corners."""
    corner = (x - width / 2 + 0.5, y - height / 2 + 0.5)
    style = BoxStyle("Round", pad=0.5)
    patch = FancyBboxPatch(corner, width - 1, height - 1, boxstyle=style, linewidth=2)
    patch.set(facecolor="white", edgecolor=colour)
    axis.add_patch(patch)
    axis.text(x, y, text, **CENTRED)


def arrow(axis, start: tuple[float, float], end: tuple[float, float]) -> None:
    """An arrow from one place to another."""
    style = {"arrowstyle": "-|>", "color": SHARED, "linewidth": 2, "shrinkA": 0, "shrinkB": 0}
    axis.annotate("", end, start, arrowprops=style)


def _frame(axis, x, y, caption: str, colour: str) -> None:
    corner = (x - THUMB / 2, y - THUMB / 2)
    axis.add_patch(Rectangle(corner, THUMB, THUMB, fill=False, edgecolor=colour, linewidth=2))
    axis.text(x, y - THUMB / 2 - 1.6, caption, **CENTRED)
