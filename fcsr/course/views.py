"""What the widgets show: a view takes a photograph once and draws it at any setting.

The slow work is done when a view is made (`Scales(photograph)`); called with settings
(`view(scale=3.7)`), it returns the bytes of a PNG, the same for the same settings. So a notebook
shows the widget and, for print, `IPython.display.Image(view(...))` beside it.

Of a photograph the largest square in its middle is taken, and shrunk where it is larger than the
view's `largest`; crop it before, `image.crop((left, top, right, bottom))`, to choose another part.
"""

import functools
import math

import torch
import torch.nn.functional as F
from PIL import Image

from fcsr import decoding, frequency, images, metrics
from fcsr.course import previews
from fcsr.course.drawing import mpl, plots
from fcsr.course.language import drawn as _
from fcsr.errors import FcsrError, ImageError
from fcsr.frequency import half_power, low_pass
from fcsr.images import Region
from fcsr.inference import render

MODE = math.inf
"""The sharpness that stands for the mode."""


class Frequencies:
    """A photograph's low band, its high band around mid-gray, and the spectra of all three.

    Example:
        >>> import fcsr
        >>> view = fcsr.course.views.Frequencies(fcsr.images.sample("coffee").crop((0, 0, 64, 64)))
        >>> view(kind="Box", width=2.0)[:4]
        b'\\x89PNG'
    """

    largest = 512

    def __init__(self, photograph: Image.Image):
        self._hr = images.to_tensor(previews.square(photograph, self.largest))

    def __call__(self, kind: str = "Gaussian", width: float = 1.5) -> bytes:
        """PNG of the split by `frequency.low_pass(kind, width)`, which may raise FcsrError."""
        f = low_pass(kind, width)
        low, high = frequency.split(self._hr, f)
        figure, (left, middle, right) = mpl.figure(13, 4.7, columns=3)
        mpl.show(left, low, _("low"))
        mpl.show(middle, high + 0.5, _("high, around mid-gray"))
        blue, red = plots.COLOURS["blue"], plots.COLOURS["red"]
        for name, band, colour, line in (
            (_("image"), self._hr, "darkgray", 6),
            (_("low"), low, blue, 3),
            (_("high"), high, red, 3),
        ):
            mpl.draw_spectrum(right, 255 * band.mean(1, keepdim=True), colour, line, name)
        right.axvline(half_power(width), color="black", linestyle=":", label=_("half power"))
        right.set_ylim(1e-4, 2e4)
        right.set_title(_("spectra: power (levels²)"), fontsize=14)
        right.legend(loc="lower left", fontsize=12)
        figure.suptitle(f"f = {mpl.describe(f)}", fontsize=15)
        return mpl.png(figure)


class Scales:
    """One spot of a small image at any scale: its pixels, the photograph, and four upscalers.

    The small image has a quarter of the photograph's height and width, so at x4 the photograph
    has just the pixels that are queried.

    Example:
        >>> import fcsr
        >>> view = fcsr.course.views.Scales(fcsr.images.sample("coffee").crop((0, 0, 64, 64)))
        >>> view(scale=2.5)[:4]
        b'\\x89PNG'
    """

    largest = 512

    def __init__(self, photograph: Image.Image):
        self._hr, self._lr = previews.pair(photograph, self.largest)
        self._encoded = {
            name: previews.encode(f"{name}-compact", self._lr) for name in ("lte", "cs", "fcs")
        }

    def __call__(self, scale: float = 4.0, down: float = 0.5, across: float = 0.5) -> bytes:
        """PNG of at most `previews.WINDOW` pixels a side of the image made `scale` times as large.

        `down` and `across` say where, from 0 (top, left) to 1. Raises FcsrError for a scale that
        is not from 1 to 8 and for a place outside.
        """
        if not 1 <= scale <= 8:
            raise FcsrError(f"scale is {scale}; this view goes from 1 to 8")
        small = self._lr.shape[-1]
        side = round(scale * small)
        window = previews.window(side, down, across)
        panels = {
            _("LR, {side} x {side}").format(side=small): F.interpolate(
                self._lr, (side, side), mode="nearest-exact"
            ),
            _("the photograph"): images.resize(self._hr, (side, side)),
            _("bicubic"): images.resize(self._lr, (side, side)),
        }
        panels = {name: window.cut(whole) for name, whole in panels.items()}
        for name, (model, encoded) in self._encoded.items():
            panels[name.upper()] = previews.decode(
                model, previews.estimate(model, encoded, side, window)
            )
        figure, axes = mpl.figure(12, 8.7, rows=2, columns=3)
        for axis, (name, panel) in zip(axes.flat, panels.items(), strict=True):
            mpl.show(axis, panel, name)
        title = _("x{scale:.2f}, {small} → {side} pixels a side")
        figure.suptitle(title.format(scale=scale, small=small, side=side), fontsize=15)
        return mpl.png(figure)


class Pixel:
    """What CS predicts for one pixel: three distributions over 256 levels, and their decodings.

    Example:
        >>> import fcsr
        >>> view = fcsr.course.views.Pixel(fcsr.images.sample("coffee").crop((0, 0, 64, 64)))
        >>> view(row=10, column=20)[:4]
        b'\\x89PNG'
    """

    largest = 256

    def __init__(self, photograph: Image.Image):
        self._hr, lr = previews.pair(photograph, self.largest)
        side = self._hr.shape[-1]
        self.limits = {"row": side - 1, "column": side - 1}
        self.start = dict(zip(("row", "column"), previews.most_contrast(self._hr), strict=True))
        self._model, self._encoded = previews.encode("cs-compact", lr)
        [self._mode] = render(self._model, lr, (side, side), progress=False)

    def __call__(self, row: int = 64, column: int = 64) -> bytes:
        """PNG of HR and of CS with the pixel marked, and of the pixel's distributions.

        Raises ImageError for a pixel outside.
        """
        side = self._hr.shape[-1]
        if not (0 <= row < side and 0 <= column < side):
            raise ImageError(f"no pixel ({row}, {column}) in {side} x {side} pixels")
        window = Region(row, column, row + 1, column + 1)
        with torch.no_grad():
            estimate = previews.estimate(self._model, self._encoded, side, window)
            logits = decoding.as_logits(self._model.outputs(estimate))[0, 0]  # (3, 256)
        figure = mpl.empty(14, 6.4)
        ((left, right),) = figure.subfigures(1, 2, squeeze=False, width_ratios=(1, 1.15))
        place = _("row {row}, column {column}").format(row=row, column=column)
        left.suptitle(place, fontsize=15)
        pictures = {"HR": self._hr, _("CS, mode"): self._mode}
        for (whole, near), (name, image) in zip(left.subplots(2, 2), pictures.items(), strict=True):
            mpl.show(whole, image, name)
            mpl.ring(whole, row, column)
            mpl.show(near, image, _("{name}, near by").format(name=name), nearest=True)
            mpl.zoom(near, row, column, reach=10)
        axes = right.subplots(3, 1, sharex=True)
        truth = tuple(images.to_levels(self._hr)[0, :, row, column].tolist())
        mpl.draw_distribution(right, axes, logits.softmax(-1).numpy(), truth)
        for axis, text in zip(axes, previews.decoded_levels(logits, truth), strict=True):
            axis.set_title(text, loc="left", fontsize=13)
        return mpl.png(figure)


class Dial:
    """A square by CS and FCS, decoded at any sharpness from the mean to the mode, beside HR.

    Example:
        >>> import fcsr
        >>> view = fcsr.course.views.Dial(fcsr.images.sample("coffee").crop((0, 0, 64, 64)))
        >>> view(sharpness=fcsr.course.views.MODE)[:4]
        b'\\x89PNG'
    """

    largest = 256

    def __init__(self, photograph: Image.Image):
        self._hr, lr = previews.pair(photograph, self.largest)
        self._encoded = {name: previews.encode(f"{name}-compact", lr) for name in ("cs", "fcs")}
        # Only the last square is kept: to turn the dial there needs nothing but the heads.
        self._at = functools.lru_cache(maxsize=1)(self._estimates)

    def __call__(self, sharpness: float = 1.0, down: float = 0.5, across: float = 0.5) -> bytes:
        """PNG of HR, CS and FCS with PSNR and LPIPS, at most `previews.WINDOW` pixels a side.

        `sharpness` is that of `decoding.sharpened_mean`, 1 for the mean; `MODE`, infinity, is the
        mode. `down` and `across` say where, from 0 to 1. Raises FcsrError for a sharpness not
        above 0 and for a place outside.
        """
        decode = functools.partial(decoding.sharpened_mean, sharpness=sharpness)
        name = _("mode") if sharpness == MODE else f"t = {sharpness:.3g}"
        window, estimates = self._at(down, across)
        hr = window.cut(self._hr)
        figure, axes = mpl.figure(13, 5, columns=3)
        mpl.show(axes[0], hr, "HR")
        for axis, ((model, _encoded), estimate) in zip(
            axes[1:], zip(self._encoded.values(), estimates, strict=True), strict=True
        ):
            sr = previews.decode(model, estimate, "mode" if sharpness == MODE else decode)
            mpl.show(axis, sr, f"{type(model).__name__}, {name}")
            psnr, lpips = metrics.psnr(sr, hr, channel="y"), metrics.lpips(sr, hr)
            axis.set_xlabel(f"{psnr:.1f} dB, LPIPS {lpips:.3f}", fontsize=14)
        return mpl.png(figure)

    def _estimates(self, down: float, across: float) -> tuple:
        window = previews.window(self._hr.shape[-1], down, across)
        return window, [
            previews.estimate(*pair, self._hr.shape[-1], window) for pair in self._encoded.values()
        ]
