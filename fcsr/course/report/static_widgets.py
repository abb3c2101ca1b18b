"""Widgets as they stood when a notebook was saved, in plain HTML, which needs no script.

A notebook keeps the state of its widgets in its metadata. A picture becomes a picture, a slider or
a menu its name and its value, a progress bar the words that it ended with.
"""

import html
from collections.abc import Callable

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
NOTE = "<small>A widget as it stood; in JupyterLab it answers.</small>"
REFERENCE = "IPY_MODEL_"  # how a widget's state names another widget


def replace_widgets(notebook: dict) -> None:
    """Replace each widget of an nbformat 4 notebook by what it showed last, in place.

    What shows nothing without a kernel, an upload button or an unknown widget, leaves nothing; a
    widget of which nothing at all is left keeps its text.
    """
    state = notebook.metadata.pop("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            view = output.get("data", {}).pop(WIDGET_VIEW, None)
            if view is None:
                continue
            if (progress := _progress(view["model_id"], state)) is not None:
                # Jupyter saves a widget's text when it appears: every bar would stand at 0 %.
                output.data["text/plain"] = progress
            elif still := _still(view["model_id"], state):
                output.data["text/html"] = f'<div class="course-widget">{still}{NOTE}</div>'


def _progress(model_id: str, state: dict) -> str | None:
    """The last words of a tqdm bar, "" if it has hidden itself; None for any other widget."""
    models = {f"{REFERENCE}{key}": value for key, value in state.items()}
    box = state.get(model_id, {}).get("state", {})
    parts = [models[child] for child in box.get("children", [])]
    if not any(part["model_name"] == "FloatProgressModel" for part in parts):
        return None
    if models[box["layout"]]["state"].get("visibility") == "hidden":
        return ""
    words = [part["state"]["value"] for part in parts if part["model_name"] == "HTMLModel"]
    return " ".join(html.unescape(word).replace("\u2007", " ").strip() for word in words)


def _still(model_id: str, state: dict) -> str:
    """HTML of one widget and of those within it."""
    model = state.get(model_id.removeprefix(REFERENCE), {})
    kind, values = model.get("model_name"), model.get("state", {})
    if kind in ("VBoxModel", "HBoxModel", "BoxModel"):
        return "".join(_still(child, state) for child in values["children"])
    if kind == "ImageModel":
        return _picture(model)
    if kind == "HTMLModel":
        return values["value"] and f"<p>{values['value']}</p>"
    reading = READINGS.get(kind)
    if reading is None:
        return ""
    name, value = html.escape(values["description"]), html.escape(reading(values))
    return f"<label>{name} <output>{value}</output></label>"


def _picture(model: dict) -> str:
    data = next((b["data"] for b in model.get("buffers", []) if b["path"] == ["value"]), "")
    source = f"data:image/{model['state']['format']};base64,{data}"
    return data and f'<img alt="what the widget showed" src="{html.escape(source)}">'


def _number(values: dict) -> str:
    """As the widget's readout shows it; its format is d3's, which is Python's for these."""
    return format(values["value"], values.get("readout_format", ""))


def _choice(values: dict) -> str:
    index = values["index"]
    return "" if index is None else values["_options_labels"][index]


READINGS: dict[str, Callable[[dict], str]] = {
    "DropdownModel": _choice,
    "FloatSliderModel": _number,
    "IntSliderModel": _number,
    "SelectionSliderModel": _choice,
}
