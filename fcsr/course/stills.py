"""Pictures of a widget at a few settings, for a page in which no kernel answers.

A widget that a notebook shows may bring them along as one more MIME type of its output; the report
makes buttons of them. `fcsr report` asks for them by an environment variable of its kernels: else
none are drawn, so that notebooks do not grow.
"""

import base64
import os
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

from PIL import Image

MIME = "application/vnd.fcsr.stills+json"
WANTED = "FCSR_STILLS"  # set for kernels whose notebooks become pages
MOST = 12  # that a page has buttons for
FORMAT = "webp"  # without loss, for artifacts of one pixel are what these pictures show

Values = Sequence | Callable[[Any], Sequence]
"""Of a setting; or what gives them, from the value that the setting has."""


def wanted() -> bool:
    """Whether this kernel's notebook becomes a page."""
    return bool(os.environ.get(WANTED))


def draw(
    view: Callable[..., bytes], controls: Mapping[str, Any], name: str, values: Values
) -> dict[str, Any]:
    """The pictures that a view draws at some values of one setting, as `bundle` has them.

    Args:
        view: from the settings to a PNG.
        controls: by the name of the setting that each is for, a widget with a `value`.
        name: of the setting that is changed; the others stay as they are.
        values: of it; those that its control does not reach are left out, and its own is added.

    Example:
        >>> import io
        >>> import ipywidgets
        >>> from PIL import Image
        >>> from fcsr.course import stills
        >>> def view(level):
        ...     Image.new("L", (8, 8), level).save(data := io.BytesIO(), "png")
        ...     return data.getvalue()
        >>> controls = {"level": ipywidgets.IntSlider(7, 0, 255, description="gray level")}
        >>> made = stills.draw(view, controls, "level", (0, 128, 256))
        >>> made["title"], made["shown"], [still["label"] for still in made["stills"]]
        ('gray level', '7', ['0', '7', '128'])
    """
    control = controls[name]
    settings = {other: control.value for other, control in controls.items()}
    now = settings.pop(name)
    asked = values(now) if callable(values) else values
    within = {now, *(value for value in asked if _is_within(control, value))}
    labels = {_label(control, value): value for value in sorted(within)}
    others = ", ".join(f"{controls[other].description} {v}" for other, v in settings.items())
    title = f"{control.description} ({others})" if others else control.description
    pictures = {label: view(**settings, **{name: value}) for label, value in labels.items()}
    return bundle(title, pictures, shown=_label(control, now))


def _is_within(control: Any, value: Any) -> bool:
    return not hasattr(control, "max") or control.min <= value <= control.max


def _label(control: Any, value: Any) -> str:
    """A value as its control shows it."""
    options = dict(getattr(control, "options", ()))
    named = (label for label, option in options.items() if option == value)
    return next(named, f"{value:g}")


def bundle(title: str, pictures: Mapping[str, bytes], shown: str) -> dict[str, Any]:
    """Pictures as JSON, to be put into an output's data under `MIME`.

    Args:
        title: what the labels are values of.
        pictures: by its label, each as a PNG; `MOST` at most.
        shown: the label of the one to begin with.

    Example:
        >>> import io
        >>> from PIL import Image
        >>> from fcsr.course import stills
        >>> Image.new("RGB", (8, 8)).save(data := io.BytesIO(), "png")
        >>> made = stills.bundle("width", {"1.5": data.getvalue()}, shown="1.5")
        >>> made["title"], made["shown"], [still["label"] for still in made["stills"]]
        ('width', '1.5', ['1.5'])
    """
    made = [{"label": label, "data": _small(png)} for label, png in pictures.items()]
    return {"title": title, "shown": shown, "format": FORMAT, "stills": made}


def _small(png: bytes) -> str:
    """A picture in base64, smaller by a third and the same to the last bit."""
    Image.open(BytesIO(png)).save(data := BytesIO(), FORMAT, lossless=True)
    return base64.b64encode(data.getvalue()).decode()
