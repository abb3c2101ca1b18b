"""Which files are embedded, and what is said of pictures that are none."""

import base64
import io

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from fcsr.course.report import pictures
from fcsr.errors import FcsrError


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "project" / "notebooks"
    folder.mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(tmp_path / "outside.png")
    Image.new("RGB", (8, 8)).save(tmp_path / "project" / "a b.png")
    (tmp_path / "project" / "drawing.svg").write_text("<svg/>")
    (tmp_path / "project" / "words.txt").write_text("words")
    (tmp_path / "project" / "words.png").write_text("words")
    (folder / "link.png").symlink_to(tmp_path / "outside.png")
    (folder / "loop.png").symlink_to(folder / "loop.png")
    return folder


@pytest.mark.parametrize(
    ("name", "kind"), [("../a%20b.png", "image/png"), ("../drawing.svg", "image/svg+xml")]
)
def test_what_lies_in_the_project_is_embedded(folder, monkeypatch, name, kind):
    assert pictures.embed(name, folder).startswith(f"data:{kind};base64,")
    monkeypatch.chdir(folder.parent)
    assert pictures.embed(name, folder.relative_to(folder.parent)).startswith(f"data:{kind}")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("/etc/hostname", "lies outside the project's folder"),
        ("../../outside.png", "lies outside the project's folder"),
        ("link.png", "lies outside the project's folder"),
        ("../words.txt", "is not named as a picture is"),
        ("../words.png", "is no picture of a kind that Pillow knows"),
        ("..", "cannot be read: Is a directory"),
        ("gone.png", "cannot be read: No such file"),
        ("x" * 300 + ".png", "x{80} cannot be read: File name too long"),
        ("a%00.png", "cannot be read: embedded null byte"),
        ("loop.png", "cannot be read: .*(loop|Too many levels)"),
    ],
)
def test_all_else_is_not(folder, name, message):
    with pytest.raises(FcsrError, match=message):
        pictures.embed(name, folder)


def notebook(*data):
    outputs = [new_output("display_data", {"image/png": text}) for text in data]
    return new_notebook(cells=[new_code_cell(outputs=outputs, execution_count=3)])


def encoded(image):
    image.save(buffer := io.BytesIO(), "png")
    return base64.b64encode(buffer.getvalue()).decode()


SMALL = encoded(Image.new("RGB", (900, 300), "teal"))
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
