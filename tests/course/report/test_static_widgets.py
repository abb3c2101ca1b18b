"""What remains of real widgets, and of what is no widget of ours."""

import base64
import io

import ipywidgets
import nbformat
import pytest
from bs4 import BeautifulSoup
from PIL import Image
from tqdm.notebook import tqdm

from fcsr import images
from fcsr.course import widgets
from fcsr.course.report.static_widgets import WIDGET_STATE, WIDGET_VIEW, replace_widgets


def replaced(widget):
    """The data of an output that showed `widget`, once its notebook's widgets are replaced."""
    data = {WIDGET_VIEW: {"model_id": widget.model_id}, "text/plain": "some text"}
    output = nbformat.v4.new_output("display_data", data)
    cell = nbformat.v4.new_code_cell(outputs=[output])
    state = {WIDGET_STATE: ipywidgets.Widget.get_manager_state(widgets=None)}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"widgets": state})
    replace_widgets(notebook)
    assert "widgets" not in notebook.metadata and WIDGET_VIEW not in output.data
    return output.data


def soup(data):
    return BeautifulSoup(data["text/html"], "html.parser")


def test_a_panel_shows_its_picture_and_none_of_its_controls():
    panel = widgets.frequency_splitter(images.sample("coffee").crop((0, 0, 80, 80)))
    panel.controls["width"].value = 2.25
    found = soup(replaced(panel))
    kind, picture = found.img["src"].split(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(picture) == panel.picture.value
    assert found.text == ""


def test_jpegs_stay_jpegs():
    Image.new("RGB", (8, 8)).save(data := io.BytesIO(), "jpeg")
    picture = ipywidgets.Image(value=data.getvalue(), format="jpeg")
    assert soup(replaced(picture)).img["src"].startswith("data:image/jpeg;base64,/9j/")


@pytest.mark.parametrize(
    "widget", [ipywidgets.IntSlider, ipywidgets.VBox, ipywidgets.Image, ipywidgets.Output]
)
def test_a_widget_without_a_picture_is_a_note(widget):
    assert soup(replaced(widget())).small.text == "A widget, to be used in JupyterLab."


def test_a_widget_without_state_is_a_note():
    data = {WIDGET_VIEW: {"model_id": "lost"}, "text/plain": "some text"}
    cell = nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("display_data", data)])
    replace_widgets(nbformat.v4.new_notebook(cells=[cell]))
    assert "to be used in JupyterLab" in cell.outputs[0].data["text/html"]


def test_a_progress_bar_is_text():
    bar = tqdm(range(3), desc="work", display=False)
    for _ in bar:
        pass
    data = replaced(bar.container)
    assert data["text/plain"].startswith("work: 100% 3/3 [")
    assert "text/html" not in data
