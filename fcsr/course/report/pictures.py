"""The pictures of a page: found below the project, checked, and made into data URIs."""

import base64
import mimetypes
import warnings
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

from nbformat import NotebookNode
from PIL import Image

from fcsr.errors import FcsrError

SHOWN = ("image/png", "image/jpeg")  # what outputs hold, as base64
THUMBNAIL = (640, 400)  # width and height at most, in pixels


def embed(name: str, folder: Path) -> str:
    """A picture that a notebook names, as a data URI.

    Args:
        name: as the notebook has it, relative to its folder.
        folder: the notebook's folder; the folder above it is the project's, and only what lies in
            that is embedded.

    Raises:
        FcsrError: it lies elsewhere, there is no such file, or it is no picture.
    """
    path = Path(folder, unquote(name))
    try:
        if not path.resolve().is_relative_to(folder.resolve().parent):
            raise FcsrError(f"{name} lies outside the project's folder")
        data = path.read_bytes()
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a null character
        if isinstance(error, FcsrError):
            raise
        raise FcsrError(f"{name[:80]} cannot be read: {_reason(error)}") from error
    kind, _ = mimetypes.guess_type(path)
    if kind is None or not kind.startswith("image/"):
        raise FcsrError(f"{name} is not named as a picture is")
    if kind != "image/svg+xml":
        _check(data)
    return data_uri(data, kind)


def data_uri(data: bytes, kind: str) -> str:
    """The bytes of a file of a MIME type, as an address that holds them."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def unreadable(notebook: NotebookNode) -> list[str]:
    """What is wrong with the pictures among the outputs, each with its cell."""
    found = []
    for cell in notebook.cells:
        for data in _pictures(cell, SHOWN):
            try:
                _check(base64.b64decode(data))
            except (FcsrError, TypeError, ValueError) as error:
                found.append(f"In [{cell.execution_count}]: a picture cannot be shown: {error}")
    return found


def thumbnail(notebook: NotebookNode) -> str | None:
    """The first figure, else the first PNG, made small, as a data URI."""
    for cell in sorted(notebook.cells, key=lambda cell: "figure" not in cell.metadata):
        for data in _pictures(cell, ("image/png",)):
            try:
                _check(png := base64.b64decode(data))
            except (FcsrError, TypeError, ValueError):  # of which `unreadable` tells
                continue
            figure = Image.open(BytesIO(png))
            figure.thumbnail(THUMBNAIL)
            figure.save(small := BytesIO(), "png")
            return data_uri(small.getvalue(), "image/png")
    return None


def _pictures(cell: NotebookNode, kinds: tuple[str, ...]) -> list[str]:
    outputs = [output.get("data", {}) for output in cell.get("outputs", [])]
    return [data[kind] for data in outputs for kind in kinds if kind in data]


def _check(data: bytes) -> None:
    """Raise FcsrError for what is no picture, damaged, or larger than Pillow opens."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            Image.open(BytesIO(data)).verify()
    except Image.UnidentifiedImageError as error:
        raise FcsrError("it is no picture of a kind that Pillow knows") from error
    except Exception as error:  # which Pillow has many of for damaged files
        raise FcsrError(_reason(error)) from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
