"""Figures: photographs side by side, and what a classifier says of a pixel.

Each function returns a matplotlib figure, large enough to be read from the back of a room.
"""

import itertools

import numpy as np
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from fcsr import images, metrics
from fcsr.errors import ImageError
from fcsr.evaluation.paper import side_by_side
from fcsr.frequency import radial_spectrum
from fcsr.metrics import LPIPS_RANGES

COLOURS = {"red": "#D55E00", "green": "#009E73", "blue": "#0072B2"}  # Okabe and Ito: seen by all
PALETTE = (*COLOURS.values(), "black", "#CC79A7", "#E69F00", "#56B4E9")  # where there are more


def crops(pictures: dict[str, Image.Image], box: tuple[int, int, int], columns: int = 3):
    """The same square of several pictures of one size, each under its name.

    `box` is (top, left, side) in pixels. Pixels are drawn as squares, not smoothed.
    """
    import matplotlib.pyplot as plt

    frame = _frame(box, *pictures.values())
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

    Triangles mark the modes, dashed lines the means, dotted ones the medians, black lines the true
    levels.
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(3, 1, figsize=(9, 6), sharex=True, layout="constrained")
    draw_distribution(figure, axes, probabilities, truth)
    return figure


def draw_distribution(
    figure, axes, probabilities: np.ndarray, truth: tuple[int, int, int] | None
) -> None:
    """What `distribution` shows, on three axes of a figure, one above the other."""
    for axis, (name, colour), p, value in zip(
        axes, COLOURS.items(), probabilities, truth or (None,) * 3, strict=True
    ):
        draw_colour(axis, p, colour, value)
        axis.set_ylabel(f"p({name})", fontsize=13)
    marks = axes[0].get_legend_handles_labels()
    figure.legend(*marks, loc="outside upper right", ncols=4, frameon=False, fontsize=13)
    axes[-1].set_xlabel("level", fontsize=13)


def draw_colour(axis, p: np.ndarray, colour: str, truth: int | None) -> None:
    """One distribution (256,) with its mean, median and mode, and the true level."""
    levels = np.arange(len(p))
    axis.fill_between(levels, p, step="mid", color=colour, alpha=0.7)
    axis.axvline(p @ levels, color=colour, linestyle="--", linewidth=2, label="mean")
    median = np.searchsorted(np.cumsum(p), 0.5)
    axis.axvline(median, color=colour, linestyle=":", linewidth=3, label="median")
    axis.plot(p.argmax(), p.max(), "v", color=colour, markersize=10, label="mode")
    if truth is not None:
        axis.axvline(truth, color="black", linewidth=2, label="truth")
    axis.set_ylim(0, 1.15 * p.max())


def comparison(pictures: dict[str, Image.Image], box: tuple[int, int, int]):
    """Figure 2 of the paper, and what it speaks of: crops, artifacts, frequencies.

    `pictures` are of one size, HR first; `box` is (top, left, side) in pixels. The upper row shows
    the box of each. The middle row marks its artifacts over a pale HR, too dark in blue, too
    bright in red (`metrics.artifact_rate`). The lower row draws its spectrum, and HR's in gray.
    """
    import matplotlib.pyplot as plt

    frame = _frame(box, *pictures.values())
    hr, *_ = pictures.values()
    figure, rows = plt.subplots(
        3, len(pictures), figsize=(3.1 * len(pictures), 9), layout="constrained", squeeze=False
    )
    for (pixels, artifacts, spectrum), (name, sr) in zip(rows.T, pictures.items(), strict=True):
        pixels.imshow(sr.crop(frame), interpolation="nearest")
        pixels.set_title(name, fontsize=14)
        _artifacts(artifacts, sr, hr, frame)
        draw_spectrum(spectrum, _gray(hr.crop(frame)), "darkgray", 3)
        draw_spectrum(spectrum, _gray(sr.crop(frame)), "black", 1.5)
        spectrum.sharey(rows[2, 0])
    for axis in rows[:2].flat:
        axis.set_xticks([])
        axis.set_yticks([])
    for axis, label in zip(rows[:, 0], ("pixels", "artifacts", "power (levels²)"), strict=True):
        axis.set_ylabel(label, fontsize=14)
    return figure


def _frame(box: tuple[int, int, int], *pictures: Image.Image) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of a box that must lie in all pictures."""
    top, left, side = box
    width, height = (min(lengths) for lengths in zip(*(p.size for p in pictures), strict=True))
    if min(top, left) < 0 or side < 1 or top + side > height or left + side > width:
        raise ImageError(
            f"a square of {side} pixels at ({top}, {left}) does not lie in {height} x {width} "
            "pixels; give (top, left, side) within the picture"
        )
    return left, top, left + side, top + side


def _artifacts(axis, sr: Image.Image, hr: Image.Image, frame: tuple[int, int, int, int]) -> None:
    """HR, pale, with SR's artifacts on it and their number per thousand below."""
    left, top, right, bottom = frame
    found = metrics.artifact_rate(images.to_tensor(sr), images.to_tensor(hr)).map.numpy()
    found = found[top:bottom, left:right]
    canvas = 255 - (255 - np.asarray(hr.crop(frame).convert("L").convert("RGB"))) // 3
    canvas[found < 0] = (0, 0, 255)
    canvas[found > 0] = (255, 0, 0)
    axis.imshow(canvas, interpolation="nearest")
    black, bright = (1000 * (found == sign).mean() for sign in (-1, 1))
    axis.set_xlabel(f"black {black:.1f}, bright {bright:.1f} ‰", fontsize=12)


def _gray(picture: Image.Image) -> Tensor:
    return 255 * images.to_tensor(picture.convert("L"))[:, :1]


def draw_spectrum(
    axis, levels: Float[Tensor, "1 1 h w"], colour: str, width: float, label: str | None = None
) -> None:
    """The radial spectrum of a gray image or band in levels, as a line `width` points wide."""
    frequency, power = radial_spectrum(levels, bins=24)
    axis.semilogy(frequency, power[0, 0], color=colour, linewidth=width, label=label)
    axis.set_xlabel("cycles a pixel", fontsize=13)


def lpips_ranges():
    """The paper's LPIPS cells (markers) on those of IMDN in three input ranges (lines)."""
    import matplotlib.pyplot as plt

    both = side_by_side()
    places = np.arange(len(both))
    figure, axis = plt.subplots(figsize=(12, 6), layout="constrained")
    for (column, (low, high)), colour in zip(LPIPS_RANGES.items(), COLOURS.values(), strict=True):
        label = f"IMDN, [{low:g}, {high:g}]"
        axis.plot(places, both[column], color=colour, linewidth=6, alpha=0.4, label=label)
    for name, marker in {"Baseline": "o", "CS": "v", "FCS": "^"}.items():
        axis.plot(places, both[name], f"k{marker}", markersize=7, label=f"paper, {name}")
    axis.set_xticks(places, [f"{dataset}\nx{scale}" for dataset, scale in both.index], fontsize=12)
    axis.set_yscale("log")
    axis.set_ylabel("LPIPS (lower is better)", fontsize=13)
    axis.legend(ncols=2, fontsize=12)
    return figure


def plane(points, control):
    """Distortion against perception: methods as points, and the path that a control takes.

    Both are DataFrames with the columns psnr (dB) and lpips. What lies below the path is better
    than what the control gives at the same PSNR.
    """
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(8, 6), layout="constrained")
    path = control.sort_values("psnr")
    axis.plot(path["psnr"], path["lpips"], color="gray", label="Baseline + noise")
    for (name, point), marker, colour in zip(
        points.iterrows(), itertools.cycle("osD^vP"), itertools.cycle(PALETTE)
    ):
        axis.plot(point["psnr"], point["lpips"], marker, color=colour, markersize=11, label=name)
    axis.set_xlabel("PSNR in dB (higher is better)", fontsize=13)
    axis.set_ylabel("LPIPS (lower is better)", fontsize=13)
    axis.legend(fontsize=12, loc="lower right")
    return figure
