"""What goes wrong where Pillow reads, in words."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, UnidentifiedImageError

from fcsr.errors import ImageError


@contextmanager
def pillow_errors(name: str) -> Iterator[None]:
    """Where Pillow reads image data: whatever goes wrong becomes an ImageError about `name`."""
    try:
        with warnings.catch_warnings():
            # of large photographs; those that are twice as large are an error
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            yield
    except Image.DecompressionBombError as error:
        cure = "cut it into parts or, if you trust it, raise PIL.Image.MAX_IMAGE_PIXELS in Python"
        raise ImageError(f"{name} has too many pixels ({error}); {cure}") from error
    except UnidentifiedImageError as error:
        cure = "give a PNG, JPEG or other image file"
        raise ImageError(f"{name} is not an image that Pillow can read; {cure}") from error
    except MemoryError as error:
        cure = "close other programs, or cut it into parts"
        raise ImageError(f"{name} needs more memory than there is; {cure}") from error
    except Exception as error:  # on corrupt bytes Pillow raises anything, even SyntaxError
        cause = f"{type(error).__name__}: {error}"
        raise ImageError(f"{name} is corrupt or truncated ({cause}); get it anew") from error
