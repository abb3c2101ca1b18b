"""The pictures of a page: found below the project, checked, and made into data URIs."""

import base64
import mimetypes
import warnings
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import DataHandler, Request
from xml.etree.ElementTree import Element

from nbformat import NotebookNode
from PIL import Image

from fcsr.course.report.page import drawings
from fcsr.errors import FcsrError

DRAWING = "image/svg+xml"
SHOWN = ("image/png", "image/jpeg")  # what outputs hold, as base64
THUMBNAIL = (640, 400)  # width and height at most, in pixels


def embed(name: str | Element, kind: str, folder: Path, attachments: Mapping[str, Any]) -> str:
    """What a notebook names, to be shown, as a data URI.

    Args:
        name: as the notebook has it: relative to its folder, `attachment:` and one of its cell's
            attachments, or a data URI; or the drawing itself, as a parser of HTML has found it.
        kind: `image`, `video` or `audio`.
        folder: the notebook's folder; the folder above it is the project's, and only what lies in
            that is embedded.
        attachments: of the cell, by name; of each its data in base64, by MIME type.

    Raises:
        FcsrError: it lies elsewhere, there is no such file or attachment, or it is no picture.
    """
    if isinstance(name, Element):
        return data_uri(drawings.to_xml(name), DRAWING)
    found: str | None
    try:
        match _scheme(name):
            case "data":
                data, found = _in_uri(name)
            case "attachment":
                data, found = _attached(name.partition(":")[2], attachments)
            case _:
                data, found = _in_project(name, folder), mimetypes.guess_type(unquote(name))[0]
    except FcsrError:
        raise
    except (OSError, RuntimeError, TypeError, ValueError) as error:  # a loop of links, say
        raise FcsrError(f"{name[:80]} cannot be read: {_reason(error)}") from error
    if kind == "image":
        return _picture(name, data, found)
    if found is None or not found.startswith(("audio/", "video/")):
        raise FcsrError(f"{name[:80]} is not named as a sound or a video is")
    return data_uri(data, found)


def _scheme(name: str) -> str:
    try:
        return urlsplit(name).scheme
    except ValueError:
        return ""


def _in_uri(uri: str) -> tuple[bytes, str]:
    """The bytes that lie in a data URI, and their MIME type."""
    with DataHandler().data_open(Request(uri)) as opened:
        return opened.read(), opened.headers.get_content_type()


def _attached(name: str, attachments: Mapping[str, Any]) -> tuple[bytes, str]:
    found = attachments.get(name) or attachments.get(unquote(name))
    if not found:
        raise FcsrError(f"its cell has no attachment {name[:80]}; paste it again, or name a file")
    kind = next((kind for kind in (DRAWING, *SHOWN) if kind in found), next(iter(found)))
    return base64.b64decode(found[kind]), kind


def _in_project(name: str, folder: Path) -> bytes:
    path = Path(folder, unquote(name))
    if not path.resolve().is_relative_to(folder.resolve().parent):
        raise FcsrError(f"{name} lies outside the project's folder")
    return path.read_bytes()


def _picture(name: str, data: bytes, kind: str | None) -> str:
    if kind is None or not kind.startswith("image/"):
        raise FcsrError(f"{name[:80]} is not named as a picture is")
    try:
        return _whole(data, kind)
    except FcsrError as error:
        raise FcsrError(f"{name[:80]} cannot be shown: {error}") from error


def _whole(data: bytes | str, kind: str) -> str:
    """A picture that a browser can show, as a data URI; raises FcsrError for any other."""
    if kind == DRAWING:
        return data_uri(drawings.well_formed(data), kind)
    data = data if isinstance(data, bytes) else base64.b64decode(data)
    _check(data)
    return data_uri(data, kind)


def data_uri(data: bytes, kind: str) -> str:
    """The bytes of a file of a MIME type, as an address that holds them."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def unreadable(notebook: NotebookNode) -> list[str]:
    """What is wrong with the pictures among the outputs, each with its cell."""
    found = []
    for cell in notebook.cells:
        for kind, data in _pictures(cell, (*SHOWN, DRAWING)):
            try:
                _whole(data, kind)
            except (FcsrError, AttributeError, TypeError, ValueError) as error:
                found.append(f"In [{cell.execution_count}]: a picture cannot be shown: {error}")
    return found


def thumbnail(notebook: NotebookNode) -> str | None:
    """The first figure, else the first PNG, made small, as a data URI."""
    for cell in sorted(notebook.cells, key=lambda cell: "figure" not in cell.metadata):
        for _, data in _pictures(cell, ("image/png",)):
            try:
                _check(png := base64.b64decode(data))
            except (FcsrError, TypeError, ValueError):  # of which `unreadable` tells
                continue
            figure = Image.open(BytesIO(png))
            figure.thumbnail(THUMBNAIL)
            figure.save(small := BytesIO(), "png")
            return data_uri(small.getvalue(), "image/png")
    return None


def _pictures(cell: NotebookNode, kinds: tuple[str, ...]) -> list[tuple[str, str]]:
    """The outputs of some MIME types, each after its type."""
    outputs = [output.get("data", {}) for output in cell.get("outputs", [])]
    return [(kind, data[kind]) for data in outputs for kind in kinds if kind in data]


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
