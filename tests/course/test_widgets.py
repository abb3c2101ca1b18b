"""Controls move the picture; a browser does the same in tests/browser."""

import datetime
import io

import pytest
from PIL import Image

from fcsr import images
from fcsr.course import stills, views, widgets
from fcsr.errors import ImageError

MOVES = {
    widgets.frequency_splitter: {"kind": "Ideal", "width": 3.0},
    widgets.scale_explorer: {"scale": 7.3, "down": 0.2, "across": 0.7},
    widgets.pixel_inspector: {"row": 10, "column": 20},
    widgets.decode_slider: {"sharpness": views.MODE, "down": 0.2, "across": 0.7},
}
VIEWS = dict(zip(MOVES, (views.Frequencies, views.Scales, views.Pixel, views.Dial), strict=True))


@pytest.fixture(scope="module")
def photograph():
    return images.sample("coffee").crop((180, 80, 360, 260))


@pytest.fixture(params=MOVES, ids=lambda widget: widget.__name__)
def widget(request):
    return request.param


@pytest.fixture
def panel():
    """A cheap panel: the picture is its settings, its view knows its photograph's width."""

    def make(image):
        def view(**settings):
            return repr((image.size, settings)).encode()

        if image.width < 64:
            raise ImageError("too <small>")
        view.limits = {"row": image.width - 1}
        return view

    slider = widgets.ipywidgets.IntSlider(70, 0, 99)
    return widgets.Panel(make, {"row": slider}, Image.new("RGB", (100, 100)))


def test_each_control_redraws(widget, photograph):
    panel = widget(photograph)
    assert set(panel.controls) == set(MOVES[widget])
    for name, value in MOVES[widget].items():
        before = panel.picture.value
        panel.controls[name].value = value
        assert panel.picture.value != before
    assert panel.picture.value == VIEWS[widget](photograph)(**MOVES[widget])


def test_begins_with_the_photograph_given_else_the_first_sample(photograph):
    alone, given = widgets.frequency_splitter(), widgets.frequency_splitter(photograph)
    assert alone.photographs.options == images.SAMPLES
    assert given.photographs.options == ("as given", *images.SAMPLES)
    assert alone.picture.value == views.Frequencies(images.sample(images.SAMPLES[0]))()
    given.photographs.value = images.SAMPLES[0]
    assert given.picture.value == alone.picture.value


def test_pictures_are_brought_along_only_to_pages(panel, monkeypatch):
    assert stills.MIME not in panel._repr_mimebundle_()
    monkeypatch.setenv(stills.WANTED, "1")
    assert stills.MIME not in panel._repr_mimebundle_(), "it has none"
    inspector = widgets.pixel_inspector(Image.new("RGB", (70, 70)))
    assert {"text/plain", stills.MIME} < set(inspector._repr_mimebundle_())


def test_every_widget_has_seven_to_nine_pictures(widget, photograph, monkeypatch):
    monkeypatch.setattr(stills, "bundle", lambda title, pictures, shown: {shown: pictures})
    panel = widget(photograph)
    name, values = panel._stills
    [(shown, pictures)] = stills.draw(lambda **s: s, panel.controls, name, values).items()
    assert 7 <= len(pictures) <= 9
    now = {name: control.value for name, control in panel.controls.items()}
    assert pictures[shown] == now
    assert all(settings | {name: now[name]} == now for settings in pictures.values())


def test_the_inspector_opens_at_the_corner_of_an_eye():
    panel = widgets.pixel_inspector()
    row, column = (panel.controls[name].value for name in ("row", "column"))
    assert abs(row - 74) <= 6 and abs(column - 57) <= 8, "of the cat, in 256 x 256 pixels"
    panel.photographs.value = "rocket"
    assert panel.controls["row"].value > 128, "the sky is above"


def test_a_photograph_brings_its_limits(panel):
    panel.photographs.value = "coffee"
    assert panel.controls["row"].max == images.sample("coffee").width - 1
    assert panel.picture.value == b"((600, 400), {'row': 70})"
    upload(panel, "narrow.png", png(64, 80))
    assert panel.controls["row"].max == 63
    assert panel.picture.value == b"((64, 80), {'row': 63})"


def test_uploads_take_the_menu_s_first_place(panel):
    for name in ("mine.png", "other.png"):
        upload(panel, name, png(200, 150))
        assert panel.photographs.options[:3] == (name, "as given", images.SAMPLES[0])
        assert panel.photographs.value == name
        assert b"(200, 150)" in bytes(panel.picture.value)
        assert panel.upload.value == (), "or the notebook would keep the file"
    panel.photographs.value = "as given"
    assert b"(100, 100)" in bytes(panel.picture.value)
    panel.photographs.value = "other.png"
    assert b"(200, 150)" in bytes(panel.picture.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"words", "x.png is not an image"), (None, "too &lt;small&gt;")],
    ids=["no image", "small"],
)
def test_a_bad_upload_is_told_and_changes_nothing(panel, data, words):
    before, menu = panel.picture.value, panel.photographs.options
    upload(panel, "x.png", data or png(32, 32))
    assert words in panel.message.value
    assert (panel.picture.value, panel.photographs.options) == (before, menu)
    panel.controls["row"].value = 5
    assert panel.message.value == ""
    assert panel.picture.value != before


def png(width, height):
    Image.new("RGB", (width, height), "teal").save(data := io.BytesIO(), "png")
    return data.getvalue()


def upload(panel, name, data):
    now = datetime.datetime.now(datetime.UTC)
    file = {"name": name, "type": "image/png", "size": len(data), "last_modified": now}
    panel.upload.value = ({**file, "content": memoryview(data)},)
