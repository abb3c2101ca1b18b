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


def settled(widget):
    """The data of an output that showed `widget`, once its notebook is settled."""
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


def readings(data):
    return [" ".join(label.text.split()) for label in soup(data).select("label")]


def test_a_panel_shows_its_controls_and_its_picture():
    panel = widgets.frequency_splitter(images.sample("coffee").crop((0, 0, 80, 80)))
    panel.controls["width"].value = 2.25
    data = settled(panel)
    assert readings(data) == ["photograph as given", "filter Gaussian", "width 2.25"]
    kind, picture = soup(data).img["src"].split(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(picture) == panel.picture.value
    assert "as it stood" in soup(data).text


def test_controls_are_read_as_they_read_themselves():
    controls = [
        ipywidgets.IntSlider(3, description="row"),
        ipywidgets.SelectionSlider(options=[("<one>", 1), ("two", 2)], description="a & b"),
        ipywidgets.Dropdown(options=["a"], value=None, description="nothing"),
    ]
    box = ipywidgets.HBox([ipywidgets.VBox(controls), ipywidgets.HTML("<b>oh</b>")])
    assert readings(settled(box)) == ["row 3", "a & b <one>", "nothing"]
    assert soup(settled(box)).b.text == "oh"


def test_jpegs_stay_jpegs():
    Image.new("RGB", (8, 8)).save(data := io.BytesIO(), "jpeg")
    picture = ipywidgets.Image(value=data.getvalue(), format="jpeg")
    assert soup(settled(picture)).img["src"].startswith("data:image/jpeg;base64,/9j/")


@pytest.mark.parametrize(
    "widget", [ipywidgets.FileUpload, ipywidgets.VBox, ipywidgets.Image, ipywidgets.Output]
)
def test_what_shows_nothing_keeps_its_text(widget):
    assert settled(widget()) == {"text/plain": "some text"}


def test_a_widget_without_state_keeps_its_text():
    data = {WIDGET_VIEW: {"model_id": "lost"}, "text/plain": "some text"}
    cell = nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("display_data", data)])
    replace_widgets(nbformat.v4.new_notebook(cells=[cell]))
    assert cell.outputs[0].data == {"text/plain": "some text"}


def test_a_progress_bar_is_text():
    bar = tqdm(range(3), desc="work", display=False)
    for _ in bar:
        pass
    data = settled(bar.container)
    assert data["text/plain"].startswith("work: 100% 3/3 [")
    assert "text/html" not in data
