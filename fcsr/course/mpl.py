"""Figures as bytes: matplotlib without pyplot, for pictures that are drawn again and again.

pyplot keeps every figure that it made until someone closes it; a widget draws hundreds.
"""

from dataclasses import fields
from io import BytesIO

import numpy as np
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from fcsr import images

DPI = 80  # an inch: PNGs of 100 to 300 kB, which notebooks keep
MIN_DOTS = 128  # dots that an image has at least, each way


def empty(width: float, height: float):
    """A figure of so many inches that places what is put into it."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DPI, layout="constrained")


def figure(width: float, height: float, rows: int = 1, columns: int = 1):
    """A figure of so many inches, and its axes."""
    result = empty(width, height)
    return result, result.subplots(rows, columns)


def show(axis, image: Float[Tensor, "1 3 h w"], title: str, nearest: bool = False) -> None:
    """An image under its title.

    Pixels are drawn as squares if `nearest`, or if there is room for all of them, else smoothed.
    """
    squares = nearest or image.shape[-1] <= MIN_DOTS
    axis.imshow(
        np.asarray(images.to_pil(image)), interpolation="nearest" if squares else "antialiased"
    )
    axis.set_title(title, fontsize=14)
    axis.set_xticks([])
    axis.set_yticks([])


def ring(axis, row: int, column: int) -> None:
    """A ring around a pixel, white on black."""
    for width, colour in ((5, "black"), (2, "white")):
        axis.plot(column, row, "o", markersize=16, fillstyle="none", color=colour, mew=width)


def zoom(axis, row: int, column: int, reach: int) -> None:
    """Look only at the pixels up to `reach` away from one, and frame it, not too tightly."""
    from matplotlib.patches import Rectangle

    frame = (column - 1, row - 1), 2, 2
    for width, colour in ((4, "black"), (1.5, "white")):
        axis.add_patch(Rectangle(*frame, fill=False, edgecolor=colour, linewidth=width))
    axis.set_xlim(column - reach - 0.5, column + reach + 0.5)
    axis.set_ylim(row + reach + 0.5, row - reach - 0.5)


def describe(setting) -> str:
    """A frozen dataclass as it would be written, its numbers to three digits."""
    parts = (f"{field.name}={getattr(setting, field.name):.3g}" for field in fields(setting))
    return f"{type(setting).__name__}({', '.join(parts)})"


def png(figure) -> bytes:
    """The figure as a PNG, without matplotlib's alpha channel, which is a tenth of its bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").save(data := BytesIO(), "png")
    return data.getvalue()
