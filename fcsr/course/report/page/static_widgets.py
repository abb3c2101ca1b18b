"""What a page without scripts shows of widgets: the pictures and words in them, or a note.

A notebook keeps the state of its widgets in its metadata, with the PNG or JPEG of each
`ipywidgets.Image`. A progress bar becomes the words that it ended with, what an `Output` holds
becomes outputs of the cell, and controls are left out. An output that has pictures at some
settings beside its widget (`fcsr.course.stills`) becomes these, with a button for each.
"""

import base64
import html
import itertools
from collections.abc import Iterator

import nbformat
from nbformat import NotebookNode

from fcsr.course import stills
from fcsr.course.language import _
from fcsr.course.report.execution import in_words
from fcsr.course.report.page import buttons
from fcsr.course.report.page.embedded import to_html

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
CLASS = "course-widget"  # of what stands in a widget's place
STANDARD = "@jupyter-widgets/"  # the boxes and controls of ipywidgets
REFERENCE = "IPY_MODEL_"  # how a widget's state names another widget

Piece = str | NotebookNode
"""HTML, or an output."""


def replace_widgets(notebook: NotebookNode) -> list[str]:
    """Replace each widget of an nbformat 4 notebook by what it holds, else by a note, in place.

    Returns:
        What is wrong with widgets, each with its cell; a note stands in their place, too.

    Example:
        >>> from nbformat.v4 import new_code_cell, new_notebook, new_output
        >>> from fcsr.course.report.page.static_widgets import WIDGET_VIEW, replace_widgets
        >>> output = new_output("display_data", {WIDGET_VIEW: {"model_id": "a1"}})
        >>> cell = new_code_cell(outputs=[output])
        >>> replace_widgets(new_notebook(cells=[cell]))
        []
        >>> print(cell.outputs[0].data["text/html"])
        <div class="course-widget"><small>A widget, to be used in JupyterLab.</small></div>
    """
    state = notebook.metadata.pop("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    problems = []
    numbers = itertools.count()
    for cell in notebook.cells:
        outputs = []
        for output in cell.get("outputs", []):
            if WIDGET_VIEW not in output.get("data", {}):
                outputs.append(output)
                continue
            try:
                pieces = _pieces(output.data, state, next(numbers))
            except Exception as error:  # its state may be anything
                where = f"In [{cell.get('execution_count')}]"
                problems.append(f"{where}: a widget cannot be shown: {in_words(error)}")
                pieces = []
            outputs += _outputs(pieces, output)
        if "outputs" in cell:
            cell.outputs = outputs
    return problems


def _pieces(data: NotebookNode, state: dict, number: int) -> list[Piece]:
    """What an output's widget shows: pictures to choose from, or what is in its state.

    The `number` tells apart the outputs of a page, which may show one widget twice.
    """
    if stills.MIME in data:
        return [buttons.to_html(data[stills.MIME], f"still-{number}")]
    widgets = _Widgets(state)
    pieces = widgets.pieces(data[WIDGET_VIEW]["model_id"])
    pictured = any(isinstance(piece, str) and "<img" in piece for piece in pieces)
    return [*pieces, _caption()] if pictured and widgets.has_controls else pieces


def _note() -> str:
    return _small(_("A widget, to be used in JupyterLab."))


def _caption() -> str:
    return _small(_("Static preview. Run the notebook in JupyterLab to use the controls."))


def _small(words: str) -> str:
    return f"<small>{html.escape(words)}</small>"


def _outputs(pieces: list[Piece], output: NotebookNode) -> Iterator[NotebookNode]:
    """Outputs that show these pieces in place of one that showed a widget."""
    for _kind, group in itertools.groupby(pieces or [_note()], type):
        together = list(group)
        if shown := "".join(piece for piece in together if isinstance(piece, str)):
            data = {"text/html": f'<div class="{CLASS}">{shown}</div>'}
            yield NotebookNode(output | {"data": NotebookNode(data)})
        yield from (piece for piece in together if not isinstance(piece, str))


class _Widgets:
    """The widgets of a notebook, as far as one of its outputs shows them, each once."""

    def __init__(self, state: dict):
        self.has_controls = False  # that are left out
        self._state = state
        self._seen: set[str] = set()

    def pieces(self, model_id: str) -> list[Piece]:
        """What a widget and those within it show; of one that is hidden, a piece of nothing."""
        name = model_id.removeprefix(REFERENCE)
        if name in self._seen or name not in self._state:
            return []
        self._seen.add(name)
        model = self._state[name]
        own = model["state"]
        if self._is_hidden(own):
            return [""]
        match model["model_name"]:
            case "ImageModel" | "VideoModel" | "AudioModel":
                return _shown(model)
            case "LabelModel":
                return _words(own, html.escape(own["value"]))
            case "HTMLModel" | "HTMLMathModel":
                return _words(own, own["value"])
            case "OutputModel":
                return [piece for output in own["outputs"] for piece in self._captured(output)]
        if progress := self._progress(own):
            return [_display(progress)]
        if "children" in own:
            return self._within(own)
        self.has_controls = True
        return [] if own.get("_view_module", "").startswith(STANDARD) else [_note()]

    def _within(self, own: dict) -> list[Piece]:
        """What the children of a box show, with the titles that those of tabs have."""
        found: list[Piece] = []
        for child, title in itertools.zip_longest(own["children"], own.get("titles", ())):
            found += [f"<p><b>{html.escape(title)}</b></p>"] if title else []
            found += self.pieces(child) if child else []
        return found

    def _captured(self, output: dict) -> list[Piece]:
        """What an output shows that a widget holds."""
        if WIDGET_VIEW in output.get("data", {}):
            return self.pieces(output["data"][WIDGET_VIEW]["model_id"])
        node = nbformat.from_dict(output)
        nbformat.validate(node, ref="output", version=4)
        return [node]

    def _is_hidden(self, own: dict) -> bool:
        layout = self._state.get(str(own.get("layout")).removeprefix(REFERENCE), {})
        style = layout.get("state", {})
        return style.get("visibility") == "hidden" or style.get("display") == "none"

    def _progress(self, own: dict) -> str | None:
        """The last words of a tqdm bar; None for any other widget."""
        parts = [self._state[child.removeprefix(REFERENCE)] for child in own.get("children", [])]
        if not any(part["model_name"] == "FloatProgressModel" for part in parts):
            return None
        # Jupyter saves a widget's text when it appears: every bar would stand at 0 %.
        words = [part["state"]["value"] for part in parts if part["model_name"] == "HTMLModel"]
        return " ".join(html.unescape(word).replace("\u2007", " ").strip() for word in words)


def _display(text: str) -> NotebookNode:
    return nbformat.v4.new_output("display_data", {"text/plain": text})


def _words(own: dict, value: str) -> list[Piece]:
    """The words of a widget, after its description; none if there are none."""
    words = f"{html.escape(own.get('description') or '')} {value}".strip()
    return [f"<div>{words}</div>"] if words else []


def _shown(model: dict) -> list[Piece]:
    """A picture, a video or a sound."""
    data = next((b["data"] for b in model.get("buffers", []) if b["path"] == ["value"]), "")
    kind, form = model["model_name"].removesuffix("Model").lower(), model["state"]["format"]
    verb = "showed" if kind == "image" else "played"
    source = f"data:{kind}/{form};base64,{data}"
    if form == "url":
        source = base64.b64decode(data).decode()
    return [to_html(kind, source, f"what the widget {verb} last")] if data else []
