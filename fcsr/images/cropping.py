"""A part of a photograph, all of which is there."""

from PIL import Image

from fcsr.errors import ImageError


def crop(
    photograph: Image.Image, top: int, left: int, height: int, width: int | None = None
) -> Image.Image:
    """A rectangle of a photograph, in pixels; a square if there is no `width`.

    Pillow's own `crop` fills with black what lies beyond the photograph.

    Raises:
        ImageError: the rectangle leaves the photograph, or has no pixel.

    Example:
        >>> import fcsr
        >>> fcsr.images.crop(fcsr.images.sample("coffee"), top=50, left=150, height=120).size
        (120, 120)
    """
    width = height if width is None else width
    bottom, right = top + height, left + width
    if not (0 <= top < bottom <= photograph.height and 0 <= left < right <= photograph.width):
        raise ImageError(
            f"{height} x {width} pixels from row {top} and column {left} on leave the photograph, "
            f"which has {photograph.height} x {photograph.width}; choose other places or sides"
        )
    return photograph.crop((left, top, right, bottom))
