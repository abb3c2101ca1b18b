"""Close-ups: single pixels of a photograph, and the distributions that are predicted for them."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from fcsr import images
from fcsr.course.drawing import mpl, plots
from fcsr.errors import ImageError

if TYPE_CHECKING:
    import matplotlib.figure

REACH = 8  # how many pixels around the one in the middle are shown


def pixels(
    pictures: dict[str, Image.Image],
    places: dict[str, tuple[int, int]],
    probabilities: Float[Tensor, "places 3 levels"],
) -> "matplotlib.figure.Figure":
    """A row for each place: its neighbourhood in each picture, then its three distributions.

    `pictures` are of one size, HR first: its levels are the truth that black lines mark. `places`
    are named (row, column); `probabilities` has the distributions of their red, green and blue.

    Raises ImageError for a place outside of the pictures.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> import fcsr
        >>> import torch
        >>> from fcsr.course import closeups
        >>> hr = fcsr.images.sample("coffee").crop((0, 0, 64, 48))
        >>> figure = closeups.pixels({"HR": hr}, {"here": (20, 30)}, torch.ones(1, 3, 256) / 256)
        >>> [axis.get_title() for axis in figure.axes]
        ['HR', 'p(red)', 'p(green)', 'p(blue)']
        >>> plt.close(figure)
    """
    import matplotlib.pyplot as plt

    hr, *_ = pictures.values()
    shown = len(pictures)
    figure, rows = plt.subplots(
        len(places), shown + 3, figsize=(3 * (shown + 3), 3.3 * len(places)), squeeze=False,
        layout="constrained", width_ratios=[1] * shown + [1.15] * 3,
    )  # fmt: skip
    for axes, (place, spot), p in zip(rows, places.items(), probabilities.numpy(), strict=True):
        _check_inside(place, spot, hr)
        for axis, (name, picture) in zip(axes[:shown], pictures.items(), strict=True):
            mpl.show(axis, images.to_tensor(picture), name, nearest=True)
            mpl.zoom(axis, *spot, reach=REACH)
        axes[0].set_ylabel(place, fontsize=15)
        draw(axes[shown:], p, tuple(np.asarray(hr)[spot].tolist()))
    marks = rows[0, -1].get_legend_handles_labels()
    figure.legend(*marks, loc="outside lower right", ncols=4, frameon=False, fontsize=14)
    return figure


def draw(axes, p: np.ndarray, truth: tuple[int, int, int]) -> None:
    """Distributions (3, levels) on three axes side by side.

    Example:
        >>> import numpy as np
        >>> from fcsr.course.drawing import closeups, mpl
        >>> figure, axes = mpl.figure(9, 3, columns=3)
        >>> closeups.draw(axes, np.eye(256)[[7, 8, 9]], truth=(7, 8, 9))
        >>> axes[2].get_title()
        'p(blue)'
    """
    for axis, colour, of_colour, value in zip(axes, plots.COLOURS, p, truth, strict=True):
        plots.draw_colour(axis, of_colour, plots.COLOURS[colour], value)
        axis.set_title(mpl.probability(colour), fontsize=14)
        axis.set_xticks([0, 128, 255])
        axis.tick_params(labelsize=12)


def _check_inside(place: str, spot: tuple[int, int], hr: Image.Image) -> None:
    row, column = spot
    if not (0 <= row < hr.height and 0 <= column < hr.width):
        raise ImageError(
            f"{place}: no pixel ({row}, {column}) in {hr.height} x {hr.width} pixels; give "
            "(row, column)"
        )
