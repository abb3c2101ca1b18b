"""Which files are embedded, and what is said of pictures that are none."""

import base64
import io
import mimetypes
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from fcsr.course.report.page import drawings, pictures
from fcsr.errors import FcsrError

WAV = mimetypes.guess_type("a.wav")[0]


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "project" / "notebooks"
    folder.mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(tmp_path / "outside.png")
    Image.new("RGB", (8, 8)).save(tmp_path / "project" / "a b.png")
    (tmp_path / "project" / "drawing.svg").write_text("<svg/>")
    (tmp_path / "project" / "words.txt").write_text("words")
    (tmp_path / "project" / "words.png").write_text("words")
    (tmp_path / "project" / "words.svg").write_text("words")
    (tmp_path / "project" / "a.wav").write_text("words")
    (folder / "link.png").symlink_to(tmp_path / "outside.png")
    (folder / "loop.png").symlink_to(folder / "loop.png")
    return folder


def embed(name, folder, kind="image", attachments=()):
    return pictures.embed(name, kind, folder, dict(attachments))


@pytest.mark.parametrize(
    ("name", "kind"),
    [("../a%20b.png", "image/png"), ("../drawing.svg", "image/svg+xml"), ("../a.wav", WAV)],
)
def test_what_lies_in_the_project_is_embedded(folder, monkeypatch, name, kind):
    what = "audio" if kind == WAV else "image"
    assert embed(name, folder, what).startswith(f"data:{kind};base64,")
    monkeypatch.chdir(folder.parent)
    assert embed(name, folder.relative_to(folder.parent), what).startswith(f"data:{kind}")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("/etc/hostname", "lies outside the project's folder"),
        ("../../outside.png", "lies outside the project's folder"),
        ("link.png", "lies outside the project's folder"),
        ("../words.txt", "is not named as a picture is"),
        ("../a.wav", "is not named as a picture is"),
        ("../words.png", "words.png cannot be shown: it is no picture of a kind that Pillow knows"),
        ("../words.svg", "words.svg cannot be shown: it is no SVG"),
        ("..", "cannot be read: Is a directory"),
        ("gone.png", "cannot be read: No such file"),
        ("x" * 300 + ".png", "x{80} cannot be read: File name too long"),
        ("a%00.png", "cannot be read: embedded null byte"),
        ("loop.png", "cannot be read: .*(loop|Too many levels)"),
        ("data:image/png;base64,AAAA", "data:image/png;base64,AAAA cannot be shown: it is no pic"),
        ("data:image/svg+xml,words", "cannot be shown: it is no SVG"),
        ("data:text/html,words", "is not named as a picture is"),
        ("data:words", "cannot be read"),
        ("attachment:gone.png", "its cell has no attachment gone.png; paste it again, or name"),
        ("http://[", "cannot be read"),
    ],
)
def test_all_else_is_not(folder, name, message):
    with pytest.raises(FcsrError, match=message):
        embed(name, folder)


def test_only_sounds_and_videos_are_played(folder):
    assert embed("data:video/mp4;base64,AAAA", folder, "video") == "data:video/mp4;base64,AAAA"
    for name in ("data:text/html,words", "../words.txt", "../a b.png"):
        with pytest.raises(FcsrError, match="is not named as a sound or a video is"):
            embed(name, folder, "video")


@pytest.mark.parametrize("name", ["a.png", "a%20b.png", "a b.png", "%ED%95%9C.png", "한.png"])
def test_attachments_are_embedded_by_any_spelling_of_their_names(folder, name):
    attachments = {key: {"image/png": SMALL} for key in ("a.png", "a b.png", "한.png")}
    assert embed(f"attachment:{name}", folder, "image", attachments) == SMALL_URI
    with pytest.raises(FcsrError, match="cannot be shown: "):
        embed("attachment:a.png", folder, "image", {"a.png": {"image/png": HALF}})
    for broken in ({}, ["image/png"], {"image/png": 3}, {"image/png": "A"}):
        with pytest.raises(FcsrError):
            embed("attachment:a.png", folder, "image", {"a.png": broken})


def test_drawings_are_well_formed_or_refused():
    latin = '<?xml version="1.0" encoding="latin-1"?>'
    as_it_is = f'<!DOCTYPE svg><svg xmlns="{drawings.NAMESPACE}"><text>\xe9</text></svg>'
    assert drawings.well_formed(latin + as_it_is) == as_it_is.encode()
    mended = drawings.well_formed("<SVG><text>\xe9\x01\ud800</SVG>")
    assert ElementTree.fromstring(mended).find(f"{{{drawings.NAMESPACE}}}text").text == "\xe9"
    laughs = "".join(f'<!ENTITY a{i} "{10 * f"&a{i - 1};"}">' for i in range(1, 20))
    laughing = as_it_is.replace("\xe9", "&a19;")
    bomb = laughing.replace("svg>", f'svg [<!ENTITY a0 "ha">{laughs}]>', 1)
    assert len(drawings.well_formed(bomb)) < 10_000


WORDS = ["<svg", "<SVG>", ">", "</svg>", "<g ", "a:b=1 ", "xmlns=q ", "xmlns:xlink='x' ", "'", '"']
WORDS += ["<!--", "-->", "--", "<![CDATA[", "]]>", "&#0;", "<a:b>", "<foreignObject>", "<p>", "="]
WORDS += ["<math>", "<style>", "</style>", "<title>", "<?php ?>", "\x00", "\ud800", "x", "/", "1"]


@given(st.lists(st.sampled_from(WORDS), max_size=25).map("".join))
def test_drawings_of_anything_are_xml(words):
    root = ElementTree.fromstring(drawings.well_formed(f"<svg>{words}"))
    assert root.tag == drawings.SVG


def notebook(*data):
    outputs = [new_output("display_data", {"image/png": text}) for text in data]
    return new_notebook(cells=[new_code_cell(outputs=outputs, execution_count=3)])


def encoded(image):
    image.save(buffer := io.BytesIO(), "png")
    return base64.b64encode(buffer.getvalue()).decode()


SMALL = encoded(Image.new("RGB", (900, 300), "teal"))
SMALL_URI = f"data:image/png;base64,{SMALL}"
HUGE = encoded(Image.new("1", (20_000, 10_000)))
LARGE = encoded(Image.new("1", (10_000, 10_000)))
HALF = base64.b64encode(base64.b64decode(SMALL)[:60]).decode()


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("data", ["AAAA", "", "A", "ÿ", HALF, HUGE, LARGE])
def test_a_picture_that_cannot_be_shown_is_told_and_passed_over(data):
    [problem] = pictures.unreadable(notebook(data, SMALL))
    assert problem.startswith("In [3]: a picture cannot be shown: ")
    assert " at 0x" not in problem
    _, shown = pictures.thumbnail(notebook(data, SMALL)).split(",")
    assert Image.open(io.BytesIO(base64.b64decode(shown))).size == (640, 213)


def test_without_a_picture_there_is_no_thumbnail():
    assert pictures.thumbnail(notebook()) is None
    assert pictures.thumbnail(notebook("AAAA")) is None
    assert pictures.unreadable(notebook(SMALL)) == []


@pytest.mark.parametrize(("svg", "wrong"), [("words", True), ("<SVG><g></SVG>", False)])
def test_a_drawing_that_cannot_be_shown_is_told(svg, wrong):
    output = new_output("display_data", {"image/svg+xml": svg})
    cells = [new_code_cell(outputs=[output], execution_count=3)]
    told = ["In [3]: a picture cannot be shown: it is no SVG"] if wrong else []
    assert pictures.unreadable(new_notebook(cells=cells)) == told
