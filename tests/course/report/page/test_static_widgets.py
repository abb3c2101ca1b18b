"""What remains of real widgets, and of what is no widget of ours."""

import base64
import io

import ipywidgets
import nbformat
import pytest
import traitlets
from bs4 import BeautifulSoup
from PIL import Image
from tqdm.notebook import tqdm

from fcsr import images
from fcsr.course import stills, widgets
from fcsr.course.report.page.static_widgets import WIDGET_STATE, WIDGET_VIEW, replace_widgets


def outputs(*shown, state=None):
    """What a cell's outputs that showed widgets become, and what was found wrong with them."""
    views = [
        {WIDGET_VIEW: {"model_id": widget.model_id}, "text/plain": "some text"} for widget in shown
    ]
    cell = nbformat.v4.new_code_cell(
        outputs=[nbformat.v4.new_output("display_data", view) for view in views], execution_count=2
    )
    state = state or ipywidgets.Widget.get_manager_state(widgets=None)
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"widgets": {WIDGET_STATE: state}})
    problems = replace_widgets(notebook)
    assert "widgets" not in notebook.metadata
    assert not [output for output in cell.outputs if WIDGET_VIEW in output.get("data", {})]
    nbformat.validate(notebook)
    return cell.outputs, problems


def replaced(widget):
    """The data of the one output that a widget becomes."""
    ([output], problems) = outputs(widget)
    assert problems == []
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
    assert found.text == ("Static preview. Run the notebook in JupyterLab to use the controls.")


def test_a_panel_with_pictures_along_is_buttons(monkeypatch):
    monkeypatch.setenv(stills.WANTED, "1")
    panel = widgets.frequency_splitter(images.sample("coffee").crop((0, 0, 80, 80)))
    panel.controls["width"].value = 2
    found = soup(bundled(panel._repr_mimebundle_()))
    buttons, labels, pictures = found("input"), found("label"), found.select("fieldset img")
    assert found.legend.text == "width (filter Gaussian)"
    assert [label.text for label in labels] == ["0.5", "1", "1.5", "2", "3", "4", "6", "10", "16"]
    assert [label["for"] for label in labels] == [button["id"] for button in buttons]
    assert {(button["type"], button["name"]) for button in buttons} == {("radio", "still-0")}
    [checked] = found("input", checked=True)
    shown = pictures[buttons.index(checked)]["src"].partition(",")[2]
    pixels = [
        Image.open(io.BytesIO(data)).convert("RGB").tobytes()
        for data in (base64.b64decode(shown), panel.picture.value)
    ]
    assert pixels[0] == pixels[1], "without loss"
    assert len({picture["src"] for picture in pictures}) == len(buttons) == 9
    assert "use all controls" not in found.text and "choose a value" in found.small.text


def test_a_widget_that_is_shown_twice_has_buttons_of_its_own_each_time(monkeypatch):
    monkeypatch.setenv(stills.WANTED, "1")
    panel = widgets.frequency_splitter(images.sample("coffee").crop((0, 0, 80, 80)))
    data = panel._repr_mimebundle_()
    shown = [nbformat.v4.new_output("display_data", dict(data)) for _ in range(2)]
    cell = nbformat.v4.new_code_cell(outputs=shown)
    replace_widgets(nbformat.v4.new_notebook(cells=[cell]))
    names = [{b["name"] for b in soup(o.data)("input")} for o in cell.outputs]
    assert len(names) == 2 and not names[0] & names[1]


def bundled(data, problems=0):
    """The data of an output that was shown with pictures along."""
    cell = nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("display_data", data)])
    assert len(replace_widgets(nbformat.v4.new_notebook(cells=[cell]))) == problems
    return cell.outputs[0].data


STILL = {"label": "1", "data": "AA=="}
BUNDLE = {"title": "a", "shown": "1", "format": "webp", "stills": [STILL]}


@pytest.mark.parametrize(
    "change",
    [
        {"stills": []},
        {"stills": 13 * [STILL]},
        {"stills": [{"label": "1"}]},
        {"shown": "2"},
        {"stills": 3},
    ],
)
def test_misshapen_pictures_are_told(change):
    data = {WIDGET_VIEW: {"model_id": "lost"}, stills.MIME: BUNDLE}
    assert soup(bundled(data)).input
    assert soup(bundled(data | {stills.MIME: BUNDLE | change}, problems=1)).small


def test_labels_of_pictures_are_words():
    odd = BUNDLE | {"title": "<b>", "shown": '"<i>', "stills": [STILL | {"label": '"<i>'}]}
    found = soup(bundled({WIDGET_VIEW: {"model_id": '"x'}, stills.MIME: odd}))
    assert (found.legend.text, found.label.text) == ("<b>", '"<i>')
    assert found.img["alt"] == 'the picture for <b>: "<i>'


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
    assert replace_widgets(nbformat.v4.new_notebook(cells=[cell])) == []
    assert "to be used in JupyterLab" in cell.outputs[0].data["text/html"]


def test_a_progress_bar_is_text():
    bar = tqdm(range(3), desc="work", display=False)
    for _ in bar:
        pass
    data = replaced(bar.container)
    assert data["text/plain"].startswith("work: 100% 3/3 [")
    assert "text/html" not in data


def test_a_progress_bar_that_has_hidden_itself_shows_nothing():
    bar = tqdm(range(3), desc="work", display=False)
    bar.container.layout.visibility = "hidden"
    assert outputs(bar.container) == ([], [])
    box = ipywidgets.VBox([bar.container, ipywidgets.Label("below")])
    assert soup(replaced(box)).text == "below"


def png():
    Image.new("RGB", (8, 8)).save(data := io.BytesIO(), "png")
    return data.getvalue()


def test_words_beside_a_picture_stay():
    words = [
        ipywidgets.Label("1 < 2", description="a:"),
        ipywidgets.HTML("<b>bold</b>", description="b:"),
        ipywidgets.HTMLMath("$x$"),
        ipywidgets.HTML("unseen", layout={"visibility": "hidden"}),
        ipywidgets.Label("unseen", layout={"display": "none"}),
    ]
    picture = ipywidgets.Image(value=png())
    found = soup(replaced(ipywidgets.VBox([ipywidgets.HBox(words), picture])))
    assert [div.text for div in found.div("div")] == ["a: 1 < 2", "b: bold", "$x$"]
    assert found.b and found.img


def test_tabs_keep_their_titles():
    tabs = ipywidgets.Tab([ipywidgets.Label("one"), ipywidgets.IntSlider()], titles=["A", "B & C"])
    assert soup(replaced(tabs)).get_text(" ") == "A one B & C"


def test_what_an_output_widget_holds_becomes_outputs():
    caught = [
        nbformat.v4.new_output("stream", text="printed\n"),
        nbformat.v4.new_output("display_data", {"image/png": "AAAA"}),
        nbformat.v4.new_output("error", ename="E", evalue="v", traceback=["E: v"]),
    ]
    output = ipywidgets.Output(outputs=caught)
    picture = ipywidgets.Image(value=png())
    first, *between, last = outputs(ipywidgets.VBox([picture, output, ipywidgets.Label("end")]))[0]
    assert soup(first.data).img and soup(last.data).text == "end"
    assert between == caught


def test_widgets_within_an_output_widget_are_shown():
    view = {WIDGET_VIEW: {"model_id": ipywidgets.Label("within").model_id}}
    output = ipywidgets.Output(outputs=[nbformat.v4.new_output("display_data", view)])
    assert soup(replaced(output)).text == "within"


def test_films_and_sounds_are_played():
    box = ipywidgets.VBox(
        [ipywidgets.Video(value=b"film", format="mp4"), ipywidgets.Audio(value=b"sound")]
    )
    found = soup(replaced(box))
    assert found.video["src"] == f"data:video/mp4;base64,{base64.b64encode(b'film').decode()}"
    assert found.audio["src"].startswith("data:audio/mp3;base64,")


def test_a_picture_may_lie_elsewhere():
    picture = ipywidgets.Image.from_url("https://example.org/a.png")
    assert soup(replaced(picture)).img["src"] == "https://example.org/a.png"


def test_a_widget_of_another_package_is_a_note_beside_what_is_shown():
    class Foreign(ipywidgets.DOMWidget):
        _view_module = traitlets.Unicode("elsewhere").tag(sync=True)

    box = ipywidgets.VBox([Foreign(), ipywidgets.Label("beside")])
    assert soup(replaced(box)).get_text("|") == "A widget, to be used in JupyterLab.|beside"


@pytest.mark.parametrize(
    "change",
    [
        {"state": {"outputs": [{"output_type": "stream"}]}},
        {"state": {"outputs": 3}},
        {"state": {}},
        {"state": None},
        {"model_name": "LabelModel", "state": {"value": 3}},
        {"model_name": "ImageModel", "state": {"format": None}, "buffers": [{}]},
        {"model_name": "VBoxModel", "state": {"children": [3]}},
    ],
)
def test_a_misshapen_widget_is_told_and_the_others_are_shown(change):
    odd, label = ipywidgets.Output(), ipywidgets.Label("fine")
    state = ipywidgets.Widget.get_manager_state(widgets=None)
    state["state"][odd.model_id] |= change
    (note, fine), [problem] = outputs(odd, label, state=state)
    assert soup(note.data).small and soup(fine.data).text == "fine"
    assert problem.startswith("In [2]: a widget cannot be shown: ")


def test_a_box_within_itself_is_shown_once():
    box = ipywidgets.VBox([ipywidgets.Label("inside")])
    state = ipywidgets.Widget.get_manager_state(widgets=None)
    state["state"][box.model_id]["state"]["children"] *= 2
    state["state"][box.model_id]["state"]["children"].append(f"IPY_MODEL_{box.model_id}")
    ([output], []) = outputs(box, state=state)
    assert soup(output.data).text == "inside"
