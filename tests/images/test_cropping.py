"""A crop is all of the photograph, or an error."""

import numpy as np
import pytest
from PIL import Image

from fcsr import images
from fcsr.errors import ImageError

PHOTOGRAPH = Image.fromarray(np.arange(6 * 8, dtype=np.uint8).reshape(6, 8))


def test_rows_and_columns():
    found = np.asarray(images.crop(PHOTOGRAPH, top=1, left=3, height=2, width=4))
    assert found.tolist() == [[11, 12, 13, 14], [19, 20, 21, 22]]


def test_a_square_and_all_of_it():
    assert images.crop(PHOTOGRAPH, 0, 2, 6).size == (6, 6)
    assert images.crop(PHOTOGRAPH, 0, 0, 6, 8).tobytes() == PHOTOGRAPH.tobytes()


@pytest.mark.parametrize(
    "place", [(-1, 0, 2, 2), (0, -1, 2, 2), (5, 0, 2, 2), (0, 7, 2, 2), (0, 0, 0, 2), (6, 0, 1, 1)]
)
def test_what_leaves_the_photograph_is_no_crop(place):
    with pytest.raises(ImageError, match=r"leave the photograph, which has 6 x 8; choose"):
        images.crop(PHOTOGRAPH, *place)
