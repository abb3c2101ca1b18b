"""What draws on matplotlib's axes, and figures as bytes: all without pyplot.

pyplot keeps every figure that it made until someone closes it; a widget draws hundreds.
"""

from dataclasses import fields
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from fcsr import images
from fcsr.course.language import drawn as _
from fcsr.frequency import radial_spectrum

if TYPE_CHECKING:
    import matplotlib.figure

COLOURS = {"red": "#D55E00", "green": "#009E73", "blue": "#0072B2"}
"""Red, green and blue of Okabe and Ito, which the colour-blind tell apart, too."""

PALETTE = (*COLOURS.values(), "black", "#CC79A7", "#E69F00", "#56B4E9")
"""Seven colours, where three are too few."""

DPI = 80  # an inch: PNGs of 100 to 300 kB, which notebooks keep
MIN_DOTS = 128  # dots that an image has at least, each way


def empty(width: float, height: float) -> "matplotlib.figure.Figure":
    """A figure of so many inches that places what is put into it."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DPI, layout="constrained")


def figure(width: float, height: float, rows: int = 1, columns: int = 1):
    """A figure of so many inches, and its axes."""
    result = empty(width, height)
    return result, result.subplots(rows, columns)


def show(axis, image: Float[Tensor, "1 3 h w"], title: str, nearest: bool = False) -> None:
    """An image under its title.

    Pixels are drawn as squares if `nearest`, or if they are few enough to be seen, else smoothed.
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
    """Show only the pixels up to `reach` away from one, and frame it, not too tightly."""
    from matplotlib.patches import Rectangle

    frame = (column - 1, row - 1), 2, 2
    for width, colour in ((4, "black"), (1.5, "white")):
        axis.add_patch(Rectangle(*frame, fill=False, edgecolor=colour, linewidth=width))
    axis.set_xlim(column - reach - 0.5, column + reach + 0.5)
    axis.set_ylim(row + reach + 0.5, row - reach - 0.5)


def draw_distribution(
    figure, axes, probabilities: np.ndarray, truth: tuple[int, int, int] | None
) -> None:
    """What `plots.distribution` shows, on three axes of a figure, one above the other.

    Example:
        >>> import numpy as np
        >>> from fcsr.course.drawing import mpl, plots
        >>> figure, axes = mpl.figure(9, 6, rows=3)
        >>> mpl.draw_distribution(figure, axes, np.eye(256)[[7, 8, 9]], truth=(7, 8, 9))
        >>> axes[0].get_ylabel()
        'p(red)'
    """
    for axis, (name, colour), p, value in zip(
        axes, COLOURS.items(), probabilities, truth or (None,) * 3, strict=True
    ):
        draw_colour(axis, p, colour, value)
        axis.set_ylabel(probability(name), fontsize=13)
    marks = axes[0].get_legend_handles_labels()
    figure.legend(*marks, loc="outside upper right", ncols=4, frameon=False, fontsize=13)
    axes[-1].set_xlabel(_("level"), fontsize=13)


def probability(colour: str) -> str:
    """The probability of a level of a colour, as the name of an axis.

    Example:
        >>> from fcsr.course.drawing import mpl
        >>> mpl.probability("red")
        'p(red)'
    """
    return {"red": _("p(red)"), "green": _("p(green)"), "blue": _("p(blue)")}[colour]


def draw_colour(axis, p: np.ndarray, colour: str, truth: int | None) -> None:
    """One distribution (256,) with its mean, median and mode, and the true level.

    Example:
        >>> import numpy as np
        >>> from fcsr.course.drawing import mpl, plots
        >>> figure, axis = mpl.figure(4, 3)
        >>> plots.draw_colour(axis, np.eye(256)[7], colour="teal", truth=None)
        >>> [line.get_label() for line in axis.lines]
        ['mean', 'median', 'mode']
    """
    levels = np.arange(len(p))
    axis.fill_between(levels, p, step="mid", color=colour, alpha=0.7)
    axis.axvline(p @ levels, color=colour, linestyle="--", linewidth=2, label=_("mean"))
    median = np.searchsorted(np.cumsum(p), 0.5)
    axis.axvline(median, color=colour, linestyle=":", linewidth=3, label=_("median"))
    axis.plot(p.argmax(), p.max(), "v", color=colour, markersize=10, label=_("mode"))
    if truth is not None:
        axis.axvline(truth, color="black", linewidth=2, label=_("truth"))
    axis.set_ylim(0, 1.15 * p.max())


def draw_spectrum(
    axis, levels: Float[Tensor, "1 1 h w"], colour: str, width: float, label: str | None = None
) -> None:
    """The radial spectrum of a gray image or band in levels, as a line `width` points wide.

    Example:
        >>> import torch
        >>> from fcsr.course.drawing import mpl, plots
        >>> figure, axis = mpl.figure(4, 3)
        >>> mpl.draw_spectrum(axis, torch.eye(32).view(1, 1, 32, 32), "teal", width=2)
        >>> len(axis.lines), axis.get_yscale()
        (1, 'log')
    """
    frequency, power = radial_spectrum(levels, bins=24)
    axis.semilogy(frequency, power[0, 0], color=colour, linewidth=width, label=label)
    axis.set_xlabel(_("cycles a pixel"), fontsize=13)


def describe(setting) -> str:
    """A frozen dataclass as it would be written, its numbers to three digits."""
    parts = (f"{field.name}={getattr(setting, field.name):.3g}" for field in fields(setting))
    return f"{type(setting).__name__}({', '.join(parts)})"


def png(figure: "matplotlib.figure.Figure") -> bytes:
    """The figure as a PNG, without matplotlib's alpha channel, which is a tenth of its bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").save(data := BytesIO(), "png")
    return data.getvalue()
