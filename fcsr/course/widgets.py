"""Widgets for the notebooks: controls above, one picture below, and anyone's own photograph.

Each function returns a `Panel`; a notebook shows it where it ends a cell. What a panel draws is a
view of `fcsr.course.views`: `views.Scales(photograph)(scale=3.7)` is the same picture as a PNG,
for print. For the pages of a report, where no kernel answers, it brings pictures at some settings
along (`fcsr.course.stills`).
"""

import html
from collections.abc import Callable
from typing import Any

import ipywidgets
from PIL import Image

from fcsr import frequency, images
from fcsr.course import stills, views
from fcsr.course.language import _
from fcsr.errors import FcsrError

GIVEN = _("as given")  # what the menu calls the photograph that a notebook handed over

View = Callable[..., bytes]


class Panel(ipywidgets.VBox):
    """Controls, and the picture that `make(photograph)(**settings)` draws for their values.

    Args:
        make: a view of `fcsr.course.views`, or what gives one.
        controls: by the name of the setting that each is for.
        photograph: to begin with; the first of `images.SAMPLES` by default.
        stills: a setting, and the values of it for which a report shows pictures; the other
            settings stay as they are.

    Attributes:
        photographs, upload: the menu, and the button for one's own.
        message: what went wrong, in HTML, else empty; the picture then stays as it was.
        picture: the PNG.

    Raises:
        FcsrError: what `make` raises for the first photograph.

    Example:
        >>> import fcsr
        >>> import ipywidgets
        >>> from fcsr.course import views, widgets
        >>> photograph = fcsr.images.sample("coffee").crop((200, 100, 264, 164))
        >>> width = ipywidgets.FloatSlider(1.5, min=0.5, max=16)
        >>> panel = widgets.Panel(views.Frequencies, {"width": width}, photograph)
        >>> before = panel.picture.value
        >>> width.value = 4.0
        >>> panel.picture.value != before
        True
    """

    def __init__(
        self,
        make: Callable[[Image.Image], View],
        controls: dict[str, ipywidgets.ValueWidget],
        photograph: Image.Image | None = None,
        stills: tuple[str, stills.Values] | None = None,
    ):
        self._make = make
        self._stills = stills
        self._view: View | None = None
        self._own = {} if photograph is None else {GIVEN: photograph}
        self._uploaded: dict[str, Image.Image] = {}
        self.controls = controls
        self.photographs = ipywidgets.Dropdown(
            options=[*self._own, *images.SAMPLES], description=_("photograph"), style=_STYLE
        )
        self.upload = ipywidgets.FileUpload(accept="image/*", description=_("your own"))
        self.message = ipywidgets.HTML()
        whole = {"max_width": "100%", "align_self": "flex-start"}  # at its own size or smaller
        self.picture = ipywidgets.Image(format="png", layout=whole)
        choice = ipywidgets.HBox([self.photographs, self.upload])
        super().__init__([choice, *controls.values(), self.message, self.picture])
        self._show(make(self._chosen()))
        self.photographs.observe(self._change, "value")
        self.upload.observe(self._receive, "value")
        for control in controls.values():
            control.observe(self._draw, "value")

    def _chosen(self) -> Image.Image:
        name = self.photographs.value
        own = self._own | self._uploaded
        return own[name] if name in own else images.sample(name)

    def _show(self, view: View) -> None:
        self._view = None  # so that controls that are cut short do not draw the old one
        for name, largest in getattr(view, "limits", {}).items():
            self.controls[name].max = largest
        for name, value in getattr(view, "start", {}).items():
            self.controls[name].value = value
        self._view = view
        self._draw()

    def _draw(self, _=None) -> None:
        if self._view is not None:
            self.message.value = ""
            settings = {name: control.value for name, control in self.controls.items()}
            self.picture.value = self._view(**settings)

    def _repr_mimebundle_(self, **kwargs) -> dict[str, Any]:
        """What a notebook shows; where it becomes a page, with pictures at some settings."""
        data = super()._repr_mimebundle_(**kwargs)
        if self._stills and self._view is not None and stills.wanted():
            data[stills.MIME] = stills.draw(self._view, self.controls, *self._stills)
        return data

    def _change(self, _) -> None:
        """Show the photograph that was chosen in the menu."""
        self._show(self._make(self._chosen()))

    def _receive(self, _) -> None:
        """Show the photograph that was uploaded, or why that cannot be."""
        if not self.upload.value:
            return
        [file] = self.upload.value
        self.upload.value = ()  # notebooks keep what is in it
        try:
            photograph = images.from_bytes(bytes(file["content"]), file["name"])
            view = self._make(photograph)
        except FcsrError as error:
            self.message.value = f'<span style="color: #b3261e">{html.escape(str(error))}</span>'
            return
        self._uploaded = {file["name"]: photograph}
        self.photographs.unobserve(self._change, "value")  # it is shown below
        self.photographs.options = [file["name"], *self._own, *images.SAMPLES]
        self.photographs.observe(self._change, "value")
        self._show(view)


def frequency_splitter(photograph: Image.Image | None = None) -> Panel:
    """Part a photograph by any filter of any width: `views.Frequencies`.

    Without a photograph it begins with the first of `images.SAMPLES`, as all widgets do.

    Example:
        >>> import fcsr
        >>> photograph = fcsr.images.sample("coffee").crop((200, 100, 264, 164))
        >>> panel = fcsr.course.widgets.frequency_splitter(photograph)
        >>> sorted(panel.controls)
        ['kind', 'width']
    """
    controls = {
        "kind": ipywidgets.Dropdown(
            options=list(frequency.KINDS), description=_("filter"), style=_STYLE
        ),
        "width": _slider(_("width"), 1.5, 0.5, 16, 0.25),
    }
    widths = (0.5, 1, 1.5, 2, 3, 4, 6, 10, 16)
    return Panel(views.Frequencies, controls, photograph, ("width", widths))


def scale_explorer(photograph: Image.Image | None = None) -> Panel:
    """Zoom in on one spot without steps, models side by side: `views.Scales`.

    Example:
        >>> import fcsr
        >>> photograph = fcsr.images.sample("coffee").crop((200, 100, 264, 164))
        >>> panel = fcsr.course.widgets.scale_explorer(photograph)
        >>> sorted(panel.controls)
        ['across', 'down', 'scale']
    """
    controls = {"scale": _slider(_("scale"), 4, 1, 8, 0.1), **_spot()}
    return Panel(views.Scales, controls, photograph, ("scale", (1.5, 2, 2.7, 3, 3.7, 4, 5, 6, 8)))


def pixel_inspector(photograph: Image.Image | None = None) -> Panel:
    """Pick a pixel and see the distributions that CS predicts for it: `views.Pixel`.

    It begins where the photograph has most contrast: without one, at the corner of a cat's eye.

    Example:
        >>> import fcsr
        >>> photograph = fcsr.images.sample("coffee").crop((200, 100, 264, 164))
        >>> panel = fcsr.course.widgets.pixel_inspector(photograph)
        >>> sorted(panel.controls)
        ['column', 'row']
    """
    controls = {
        name: ipywidgets.IntSlider(
            64, 0, views.Pixel.largest - 1, description=words, style=_STYLE, layout=_LONG
        )
        for name, words in {"row": _("row"), "column": _("column")}.items()
    }
    across_an_edge = ("row", lambda at: range(at - 8, at + 9, 2))
    return Panel(views.Pixel, controls, photograph or images.sample("chelsea"), across_an_edge)


def decode_slider(photograph: Image.Image | None = None) -> Panel:
    """Decode CS and FCS by a dial from the mean to the mode: `views.Dial`.

    Example:
        >>> import fcsr
        >>> photograph = fcsr.images.sample("coffee").crop((200, 100, 264, 164))
        >>> panel = fcsr.course.widgets.decode_slider(photograph)
        >>> sorted(panel.controls)
        ['across', 'down', 'sharpness']
    """
    steps = (1.4, 2, 2.8, 4, 5.6, 8, 11, 16, 32)
    sharpness = ipywidgets.SelectionSlider(
        options=[(_("1, the mean"), 1), *((str(t), t) for t in steps), (_("the mode"), views.MODE)],
        description=_("sharpness t"),
        style=_STYLE,
        layout=_LONG,
    )
    some = (1, 1.4, 2, 2.8, 4, 5.6, 8, 16, views.MODE)
    return Panel(views.Dial, {"sharpness": sharpness, **_spot()}, photograph, ("sharpness", some))


_STYLE = {"description_width": "90px"}
_LONG = {"width": "420px"}


def _slider(name: str, value: float, least: float, most: float, step: float):
    return ipywidgets.FloatSlider(
        value, min=least, max=most, step=step, description=name, style=_STYLE, layout=_LONG
    )


def _spot() -> dict[str, ipywidgets.FloatSlider]:
    """Where a window lies in its image."""
    names = {"down": _("down"), "across": _("across")}
    return {name: _slider(words, 0.5, 0, 1, 0.02) for name, words in names.items()}
