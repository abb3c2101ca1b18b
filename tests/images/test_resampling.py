"""Resizing is as Pillow's, and a part of a resized image is what the whole one has there."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fcsr import images
from fcsr.errors import ImageError
from fcsr.images import Region
from fcsr.images.resampling import resize_region

SIDE = st.integers(1, 40)


@pytest.mark.parametrize("size", [(137, 201), (700, 513)])
def test_resize_agrees_with_pillow(size):
    # one channel of mode F, because Pillow rounds and clamps 8-bit pixels between its two passes
    channel = images.to_tensor(images.sample("astronaut"))[:, 1:2]
    theirs = Image.fromarray(channel[0, 0].numpy()).resize(size[::-1], Image.Resampling.BICUBIC)
    ours = images.resize(channel, size)[0, 0].numpy()
    np.testing.assert_allclose(ours, np.asarray(theirs), atol=1e-4)


def test_resize_to_nothing_is_refused():
    with pytest.raises(ImageError, match=r"cannot resize to \(0, 4\)"):
        images.resize(torch.zeros(1, 3, 4, 4), (0, 4))


@given(SIDE, SIDE, SIDE, SIDE, st.data())
def test_a_box_of_the_resized(photograph, height, width, new_height, new_width, data):
    image, wanted = photograph(height, width, batch=2), (new_height, new_width)
    top, left = (data.draw(st.integers(0, n - 1)) for n in wanted)
    bottom = data.draw(st.integers(top + 1, new_height))
    right = data.draw(st.integers(left + 1, new_width))
    region = Region(top, left, bottom, right)
    result = resize_region(lambda b: b.cut(image), (height, width), wanted, region)
    expected = region.cut(images.resize(image, wanted))
    torch.testing.assert_close(result, expected, rtol=0, atol=5e-6)


def test_autocast_makes_nothing_of_it_transparent():
    opaque = torch.ones(1, 1, 9, 12)
    with torch.autocast("cpu", torch.bfloat16):
        result = resize_region(lambda b: b.cut(opaque), (9, 12), (30, 40), Region(0, 0, 30, 40))
    torch.testing.assert_close(result, torch.ones(1, 1, 30, 40), rtol=0, atol=1e-6)


def test_no_more_is_cut_than_matters(photograph):
    image, cuts = photograph(100, 100), []
    resize_region(
        lambda b: (cuts.append(b), b.cut(image))[1],
        (100, 100),
        (400, 400),
        Region(200, 40, 240, 80),
    )
    [region] = cuts
    assert max(region.size) <= 10 + 2 * 3
