"""How much JPEG and WebP may lose."""

from dataclasses import dataclass
from typing import Any

from fcsr.errors import ImageError
from fcsr.utils.numbers import as_whole

SUBSAMPLINGS = ("4:4:4", "4:2:2", "4:2:0")
"""Of a JPEG's chroma: at full size, at half the width, at half the width and height."""

_FULL_CHROMA = 90  # the quality from which on chroma is as large as luma, as in ImageMagick


@dataclass(frozen=True)
class Lossy:
    """Quality and chroma subsampling of a lossy file.

    Args:
        quality: 1 to 100. Pillow's own 75 or 80 blurs the very detail that super-resolution is
            about.
        subsampling: of a JPEG's chroma, one of `SUBSAMPLINGS`; by default 4:4:4 from quality 90
            on, else 4:2:0. WebP has 4:2:0 alone.

    Raises:
        ImageError: another quality or subsampling.

    Example:
        >>> from fcsr.images.files.lossy import Lossy
        >>> Lossy().options("JPEG"), Lossy(80).options("WEBP")
        ({'quality': 95, 'subsampling': '4:4:4'}, {'quality': 80})
    """

    quality: int = 95
    subsampling: str | None = None

    def __post_init__(self) -> None:
        if (whole := as_whole(self.quality)) is None or not 1 <= whole <= 100:
            raise ImageError(f"quality is {self.quality!r}; it must be a whole number, 1 to 100")
        if self.subsampling not in (None, *SUBSAMPLINGS):
            known = ", ".join(SUBSAMPLINGS)
            raise ImageError(f"subsampling is {self.subsampling!r}; it must be one of {known}")

    def options(self, name: str) -> dict[str, Any]:
        """What Pillow is told when it writes a file of the format `name`."""
        if name == "JPEG":
            usual = "4:4:4" if self.quality >= _FULL_CHROMA else "4:2:0"
            return {"quality": self.quality, "subsampling": self.subsampling or usual}
        return {"quality": self.quality} if name == "WEBP" else {}
