"""Pictures of a widget at some settings, one of which is seen: radio buttons choose, and CSS.

The page's style (`templates/notebook/index.html.j2`) shows the picture whose button is checked.
"""

import html
from collections.abc import Mapping
from typing import Any

from fcsr.course.language import _
from fcsr.course.stills import MOST


def to_html(stills: Mapping[str, Any], group: str) -> str:
    """The pictures of `fcsr.course.stills.bundle` with a button for each.

    Args:
        stills: what the bundle holds.
        group: a name of the buttons that no others in the page have.

    Raises:
        ValueError: there is no picture, or there are more than `stills.MOST`.
        KeyError: it is no such bundle.

    Example:
        >>> from fcsr.course.report.page import buttons
        >>> pictures = [{"label": "1", "data": "AA=="}, {"label": "2", "data": "AA=="}]
        >>> stills = {"title": "width", "shown": "2", "format": "webp", "stills": pictures}
        >>> print(buttons.to_html(stills, "w").partition("<small>")[0].replace("><", ">\\n<"))
        <fieldset class="course-stills">
        <legend>width</legend>
        <input type="radio" name="w" id="w-0">
        <label for="w-0">1</label>
        <input type="radio" name="w" id="w-1" checked>
        <label for="w-1">2</label>
        <div>
        <img alt="the picture for width: 1" src="data:image/webp;base64,AA==">
        <img alt="the picture for width: 2" src="data:image/webp;base64,AA==">
        </div>
        </fieldset>
    """
    pictures = stills["stills"]
    if not 0 < len(pictures) <= MOST:
        raise ValueError(f"{len(pictures)} pictures; a page shows 1 to {MOST}")
    title, kind = (html.escape(str(stills[key])) for key in ("title", "format"))
    group = html.escape(group)
    labels = [html.escape(str(picture["label"])) for picture in pictures]
    shown = labels.index(html.escape(str(stills["shown"])))
    parts = [f'<fieldset class="course-stills"><legend>{title}</legend>']
    for number, label in enumerate(labels):
        checked = " checked" if number == shown else ""
        parts.append(
            f'<input type="radio" name="{group}" id="{group}-{number}"{checked}>'
            f'<label for="{group}-{number}">{label}</label>'
        )
    parts.append("<div>")
    for label, picture in zip(labels, pictures, strict=True):
        source = f"data:image/{kind};base64,{html.escape(str(picture['data']))}"
        parts.append(f'<img alt="the picture for {title}: {label}" src="{source}">')
    caption = _("Static preview: choose a value. Run the notebook in JupyterLab for all controls.")
    parts.append(f"</div></fieldset><small>{caption}</small>")
    return "".join(parts)
