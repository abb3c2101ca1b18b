"""Figure 2 of the paper, and what its text is about: crops, their artifacts and their spectra."""

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from torch import Tensor

from fcsr import images, metrics
from fcsr.course import previews
from fcsr.course.drawing.mpl import draw_spectrum
from fcsr.course.language import drawn as _

if TYPE_CHECKING:
    import matplotlib.figure


def comparison(
    pictures: dict[str, Image.Image], box: tuple[int, int, int]
) -> "matplotlib.figure.Figure":
    """Figure 2 of the paper, and what its caption is about: crops, artifacts, frequencies.

    `pictures` are of one size, HR first; `box` is (top, left, side) in pixels. The upper row shows
    the box of each. The middle row marks its artifacts over a pale HR, too dark in blue, too
    bright in red (`metrics.artifact_rate`). The lower row draws its spectrum, and HR's in gray.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> import fcsr
        >>> from fcsr.course import figure2
        >>> hr = fcsr.images.sample("coffee").crop((0, 0, 64, 48))
        >>> figure = figure2.comparison({"HR": hr, "SR": hr}, box=(0, 0, 40))
        >>> figure.axes[3].get_xlabel()  # no artifacts in HR itself
        'black 0.0, bright 0.0 ‰'
        >>> plt.close(figure)
    """
    import matplotlib.pyplot as plt

    frame = previews.crop_box(box, *pictures.values())
    hr = next(iter(pictures.values()))
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
    labels = _("pixels"), _("artifacts"), _("power (levels²)")
    for axis, label in zip(rows[:, 0], labels, strict=True):
        axis.set_ylabel(label, fontsize=14)
    return figure


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
    rates = _("black {black:.1f}, bright {bright:.1f} ‰").format(black=black, bright=bright)
    axis.set_xlabel(rates, fontsize=12)


def _gray(picture: Image.Image) -> Tensor:
    return 255 * images.to_tensor(picture.convert("L"))[:, :1]
