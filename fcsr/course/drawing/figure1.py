"""Figure 1 of the paper, drawn by code: what LTE, CS and FCS share, and where they part."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from jaxtyping import Float
from matplotlib.patches import Rectangle
from PIL import Image
from torch import Tensor

from fcsr import decoding, frequency, images, models
from fcsr.course.drawing import diagram
from fcsr.course.drawing.mpl import COLOURS
from fcsr.course.language import drawn as _
from fcsr.decoding import ZERO_RESIDUAL
from fcsr.errors import ImageError
from fcsr.inference import render
from fcsr.models import FCS, grid

if TYPE_CHECKING:
    import matplotlib.figure

REGRESSED, CLASSIFIED = COLOURS["blue"], COLOURS["red"]
WIDTH, HEIGHT = 148, 111  # of the drawing, in tenths of an inch
HEADS, OUTPUTS, LOSSES, TARGETS = 75, 95, 116, 138  # the columns' middles
LTE_ROW, CS_ROW, FCS_ROW = 100, 79, 42  # the middle of each model's first row
STEP = 16  # from a row to the next

WAVES = (
    r"$A_j\,\cos\,\pi(\langle F_j,\delta_j\rangle+\varphi)$"
    "\n"
    r"$A_j\,\sin\,\pi(\langle F_j,\delta_j\rangle+\varphi)$"
)


def architectures(
    hr: Image.Image, scale: float = 4, pixel: tuple[int, int] | None = None
) -> "matplotlib.figure.Figure":
    """The three models side by side: what goes in, what comes out, what it is compared with.

    Every picture is real: LR is `hr` made `scale` times smaller, and the models are the compact
    ones that come with fcsr. So are the distributions, of the red of one pixel.

    Args:
        hr: a square photograph; some 64 to 128 pixels are seen best.
        scale: between LR and HR.
        pixel: (row, column) in `hr` whose distributions are drawn; the middle by default.

    Raises:
        ImageError: `hr` is not square, or `pixel` does not lie in it.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> import fcsr
        >>> face = fcsr.images.sample("astronaut").crop((208, 100, 240, 132))
        >>> figure = fcsr.course.figure1.architectures(face)
        >>> any("eq. (1)" in text.get_text() for text in figure.axes[0].texts)
        True
        >>> plt.close(figure)
    """
    import matplotlib.pyplot as plt

    row, column = pixel or (hr.height // 2, hr.width // 2)
    if hr.width != hr.height or not (0 <= row < hr.height and 0 <= column < hr.width):
        size = f"{hr.height} x {hr.width} pixels"
        raise ImageError(f"{size} and the pixel {row, column}: give a square and a pixel in it")
    parts = _example(images.to_tensor(hr), scale, (row, column))
    figure = plt.figure(figsize=(WIDTH / 10, HEIGHT / 10))
    axis = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(0, HEIGHT))
    axis.set_axis_off()
    _shared(axis, parts, models.load("lte-compact").size.ensemble)
    for draw in (_lte, _cs, _fcs):
        draw(axis, parts)
    return figure


@torch.no_grad()
def _example(hr: Float[Tensor, "1 3 h w"], scale: float, pixel: tuple[int, int]) -> dict:
    """Pictures (H, W, 3) in [0, 1] and distributions (256,), by their names in the drawing."""
    height, width = size = (hr.shape[-2], hr.shape[-1])
    small = max(1, round(height / scale)), max(1, round(width / scale))
    lr = images.resize(hr, small).clamp(0, 1)
    lte, cs, fcs = (models.load(f"{name}-compact") for name in ("lte", "cs", "fcs"))
    low, high = frequency.split(hr, cast(FCS, fcs).low_pass)
    pictures = {"LR": lr, "HR": hr, "f": low, "g": high + ZERO_RESIDUAL / 255}
    [pictures["LTE"]] = render(lte, lr, size, progress=False)
    [pictures["CS"]] = render(cs, lr, size, progress=False)
    pictures["FCS"], pictures["low"] = render(fcs, lr, size, [None, _zero], progress=False)
    parts = {name: p[0].permute(1, 2, 0).clamp(0, 1).numpy() for name, p in pictures.items()}

    coord = grid(size, hr.device)[pixel].view(1, 1, 2)
    cell = coord.new_tensor([2 / n for n in size]).view(1, 1, 2)
    parts["p"] = decoding.as_logits(cs(lr, coord, cell))[0, 0, 0].softmax(-1).numpy()
    parts["p_H"] = decoding.as_logits(fcs(lr, coord, cell).high)[0, 0, 0].softmax(-1).numpy()
    parts["one-hot"], parts["one-hot_H"] = (
        np.eye(256)[round(255 * float(parts[name][*pixel, 0]))] for name in ("HR", "g")
    )
    return parts


def _zero(logits: Float[Tensor, "*b classes"]) -> Float[Tensor, "*b"]:
    """A decode for FCS that leaves its low band alone."""
    return torch.full_like(logits[..., 0], ZERO_RESIDUAL)


def _shared(axis, parts: dict, ensemble: str) -> None:
    """From the small image to a hidden vector: the same in all three."""
    diagram.picture(axis, 8, 84, parts["LR"], "LR")
    diagram.arrow(axis, (8, 75), (8, 64.5))
    diagram.box(axis, 8, 58, _("EDSR\nencoder"), width=14, height=12)
    diagram.arrow(axis, (15.5, 58), (21.5, 58))
    axis.text(8, 46, _("coordinate\n$(y, x)$ and\ncell"), **diagram.CENTRED)
    diagram.arrow(axis, (15.5, 46), (21.5, 46))
    axis.text(41, 83.5, _("for each of the 4 features\naround the coordinate"), **diagram.CENTRED)
    one_pass = ensemble == "texture"
    average, mlp = _("average, weighted by area"), "MLP"
    below = ((37, average), (25, mlp)) if one_pass else ((40, mlp), (25, average))
    bottom = 43.5 if one_pass else 34  # of the frame around what is done for each neighbour
    diagram.box(axis, 41, (88 + bottom) / 2, "", width=38, height=88 - bottom)
    boxes = (
        (74, _("amplitudes $A_j$, frequencies $F_j$")),
        (64, _(r"distance $\delta_j$, phase $\varphi$ of the cell")),
        (52, WAVES),
        *below,
    )
    for y, words in boxes:
        diagram.box(axis, 41, y, words, width=35 if y > bottom else 38, height=_height(words))
    for (upper, above), (lower, under) in pairwise(boxes):
        start = bottom if lower < bottom < upper else upper - _height(above) / 2
        diagram.arrow(axis, (41, start), (41, lower + _height(under) / 2))
    for row in (LTE_ROW, CS_ROW, FCS_ROW, FCS_ROW - STEP):
        axis.plot([60, 63.5, 63.5], [25, 25, row], color=diagram.SHARED, linewidth=2)
        diagram.arrow(axis, (63.5, row), (67, row))


def _height(words: str) -> float:
    return 11 if "\n" in words else 7


def _lte(axis, parts: dict) -> None:
    _lane(axis, LTE_ROW, 1, _("LTE: regress"))
    output = partial(diagram.picture, axis, OUTPUTS, LTE_ROW, parts["LTE"], "SR $y$")
    target = partial(diagram.picture, axis, TARGETS, LTE_ROW, parts["HR"], r"HR $\hat y$")
    _row(axis, LTE_ROW, "regress", r"$L_1$: $\Vert y-\hat y\,\Vert_1$", output, target)


def _cs(axis, parts: dict) -> None:
    _lane(axis, CS_ROW, 2, _("CS: classify"))
    output = partial(diagram.bars, axis, OUTPUTS, CS_ROW, parts["p"], _("$y$, 256 levels"))
    target = partial(
        diagram.bars, axis, TARGETS, CS_ROW, parts["one-hot"], r"$\mathbb{1}[\hat y\,]$"
    )
    loss = r"$-\,\mathbb{1}[\hat y\,]^T\log\,y$"
    _row(axis, CS_ROW, "classify", loss, output, target)
    axis.text(LOSSES, CS_ROW + 6, _("eq. (1)"), **diagram.CENTRED)
    _decoded(axis, CS_ROW - STEP, parts["CS"], _("decoded: the mode of each distribution"))


def _fcs(axis, parts: dict) -> None:
    _lane(axis, FCS_ROW, 3, _("FCS: regress low, classify high frequencies"))
    low, high = FCS_ROW, FCS_ROW - STEP
    output = partial(diagram.picture, axis, OUTPUTS, low, parts["low"], "LSR $y_L$")
    target = partial(diagram.picture, axis, TARGETS, low, parts["f"], _(r"low band $f(\hat y)$"))
    _row(axis, low, "regress", r"$+\,\lambda\,\Vert y_L-f(\hat y)\Vert_2^2$", output, target)
    output = partial(diagram.bars, axis, OUTPUTS, high, parts["p_H"], _("HSR $y_H$, 256 levels"))
    target = partial(
        diagram.bars, axis, TARGETS, high, parts["one-hot_H"], r"$\mathbb{1}[g(\hat y)]$"
    )
    loss = r"$-\,\mathbb{1}[g(\hat y)]^T\log\,y_H$"
    _row(axis, high, "classify", loss, output, target)
    axis.text(LOSSES, FCS_ROW - STEP / 2, _("eq. (2)"), **diagram.CENTRED)
    _decoded(axis, FCS_ROW - 2 * STEP, parts["FCS"], _("decoded: $y_L$ + the mode of $y_H$"))


def _lane(axis, row: float, rows: int, name: str) -> None:
    """The background of one model, and its name."""
    bottom = row - STEP * (rows - 1) - 9.5
    size = (WIDTH - 66, row + 9.5 - bottom)
    axis.add_patch(Rectangle((65, bottom), *size, facecolor="#f2f2f2", zorder=-1))
    axis.text(
        66.5, row + 9, name, **diagram.CENTRED | {"ha": "left", "va": "top", "weight": "bold"}
    )


def _row(axis, row: float, kind: str, loss: str, output: Callable, target: Callable) -> None:
    """One head, its output, and the loss between the output and its target."""
    regress = kind == "regress"
    colour = REGRESSED if regress else CLASSIFIED
    words = _("linear: 3\n+ bilinear") if regress else _("linear:\n3 x 256")
    diagram.box(axis, HEADS, row, words, width=14.5, height=8, colour=colour)
    diagram.arrow(axis, (HEADS + 7.5, row), (OUTPUTS - 6, row))
    output(colour=colour)
    diagram.arrow(axis, (OUTPUTS + 6, row), (LOSSES - 10.5, row))
    diagram.box(axis, LOSSES, row, loss, width=20, height=7, colour=colour)
    diagram.arrow(axis, (TARGETS - 6, row), (LOSSES + 10.5, row))
    target()


def _decoded(axis, row: float, picture: np.ndarray, words: str) -> None:
    """The picture that the outputs above it are decoded to."""
    diagram.picture(axis, OUTPUTS, row, picture, "SR")
    axis.text(OUTPUTS + 8, row, words, **diagram.CENTRED | {"ha": "left"})
