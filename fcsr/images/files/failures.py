"""Reading and writing that fail: one kind of error, with the file's name and what to do."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from fcsr.errors import FcsrError, ImageError
from fcsr.utils.files import atomic_write


@contextmanager
def pillow_errors(name: str) -> Iterator[None]:
    """Whatever goes wrong where Pillow reads image data becomes an ImageError about `name`."""
    try:
        with warnings.catch_warnings():
            # Pillow warns of large photographs, and twice as large ones raise the error below;
            # and of damaged EXIF, which `metadata.kept_of` reports
            warnings.simplefilter("ignore")
            yield
    except ImageError:
        raise
    except Image.DecompressionBombError as error:
        cure = "cut it into parts (in Python, PIL.Image.MAX_IMAGE_PIXELS is the limit)"
        raise ImageError(f"{name} has too many pixels ({error}); {cure}") from error
    except UnidentifiedImageError as error:
        cure = "give a PNG, JPEG, WebP, TIFF, GIF, BMP, PPM, AVIF or JPEG 2000"
        raise ImageError(f"{name} is not an image that fcsr reads; {cure}") from error
    except MemoryError as error:
        cure = "close other programs, or cut it into parts"
        raise ImageError(f"{name} needs more memory than there is; {cure}") from error
    except Exception as error:  # on corrupt bytes Pillow raises anything, even SyntaxError
        cause = f"{type(error).__name__}: {error}"
        raise ImageError(f"{name} is corrupt or truncated ({cause}); get it anew") from error


@contextmanager
def drafting(path: str | os.PathLike) -> Iterator[Path]:
    """`atomic_write`, whose failures to write become an ImageError about `path`."""
    try:
        with atomic_write(path) as draft:
            yield draft
    except FcsrError:
        raise  # from the code that makes the image
    except (OSError, ValueError, MemoryError) as error:
        cause = getattr(error, "strerror", None) or error
        raise ImageError(f"{path} cannot be written ({cause})") from error
