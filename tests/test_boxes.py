"""fcsr.boxes: parts of an image."""

import torch

from fcsr.boxes import Box, whole


def test_a_box_cuts_rows_and_columns_and_its_size_says_how_many():
    image = torch.arange(2 * 5 * 7).view(2, 5, 7)
    box = Box(1, 2, 4, 7)
    assert torch.equal(box.cut(image), image[:, 1:4, 2:7])
    assert box.size == (3, 5)
    assert whole((5, 7)).cut(image).equal(image)


def test_a_cut_is_a_view():
    image = torch.zeros(1, 5, 7)
    Box(1, 2, 3, 4).cut(image).fill_(1)
    assert image.sum() == 4


def test_a_box_grows_up_to_the_border():
    assert Box(2, 3, 4, 6).grown(2, (9, 9)) == Box(0, 1, 6, 8)
    assert Box(1, 0, 4, 6).grown(3, (6, 7)) == Box(0, 0, 6, 7)


def test_within_counts_from_the_outer_box():
    image = torch.arange(90).view(9, 10)
    outer, inner = Box(2, 1, 9, 9), Box(3, 4, 6, 8)
    assert torch.equal(inner.within(outer).cut(outer.cut(image)), inner.cut(image))
