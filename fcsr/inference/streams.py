"""A picture from standard input, and one to standard output."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fcsr.errors import ImageError
from fcsr.images import Contents
from fcsr.images.files.contents import parse

INPUT, OUTPUT = "standard input", "standard output"


def read_input() -> Contents:
    """`fcsr.images.read`, of standard input."""
    stream = _bytes_of(sys.stdin, INPUT, "send a picture: fcsr upscale - OUT < picture.jpg")
    return parse(stream.read(), INPUT)


@contextmanager
def to_output(suffix: str) -> Iterator[Path]:
    """Yield a file to write; when it is complete, it goes to standard output."""
    stream = _bytes_of(sys.stdout, OUTPUT, "send it elsewhere: fcsr upscale IN - > picture.png")
    with tempfile.TemporaryDirectory(prefix="fcsr-") as folder:
        path = Path(folder, f"result{suffix}")
        yield path
        try:
            with path.open("rb") as file:
                shutil.copyfileobj(file, stream)
            stream.flush()
        except BrokenPipeError:  # as when head has seen enough
            raise
        except OSError as error:
            raise ImageError(f"{OUTPUT} cannot be written ({error.strerror})") from error


def _bytes_of(stream: Any, name: str, cure: str) -> Any:
    if stream is None or not hasattr(stream, "buffer"):
        raise ImageError(f"{name} takes no pictures here; name a file")
    if stream.isatty():
        raise ImageError(f"{name} is a terminal; {cure}")
    return stream.buffer
