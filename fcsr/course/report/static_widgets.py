"""What a page without scripts shows of widgets: their pictures, or a note.

A notebook keeps the state of its widgets in its metadata, with the PNG or JPEG of each
`ipywidgets.Image`. A progress bar becomes the words that it ended with.
"""

import html

from nbformat import NotebookNode

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
NOTE = "<small>A widget, to be used in JupyterLab.</small>"
REFERENCE = "IPY_MODEL_"  # how a widget's state names another widget


def replace_widgets(notebook: NotebookNode) -> None:
    """Replace each widget of an nbformat 4 notebook by its last picture, else by a note, in place.

    Example:
        >>> from nbformat.v4 import new_code_cell, new_notebook, new_output
        >>> from fcsr.course.report.static_widgets import WIDGET_VIEW, replace_widgets
        >>> output = new_output("display_data", {WIDGET_VIEW: {"model_id": "a1"}})
        >>> replace_widgets(new_notebook(cells=[new_code_cell(outputs=[output])]))
        >>> print(output.data["text/html"])
        <div class="course-widget"><small>A widget, to be used in JupyterLab.</small></div>
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
            else:
                still = _pictures(view["model_id"], state) or NOTE
                output.data["text/html"] = f'<div class="course-widget">{still}</div>'


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


def _pictures(model_id: str, state: dict) -> str:
    """The pictures of a widget and of those within it, as HTML; "" if there is none."""
    model = state.get(model_id.removeprefix(REFERENCE), {})
    if model.get("model_name") == "ImageModel":
        return _image(model)
    return "".join(_pictures(child, state) for child in model.get("state", {}).get("children", []))


def _image(model: dict) -> str:
    data = next((b["data"] for b in model.get("buffers", []) if b["path"] == ["value"]), "")
    source = f"data:image/{model['state']['format']};base64,{data}"
    return data and f'<img alt="what the widget showed last" src="{html.escape(source)}">'
