"""Parts of an image."""

import pytest
import torch

from fcsr.images import Region, pair, whole
from fcsr.models import bilinear, grid


def test_a_box_cuts_rows_and_columns_and_its_size_says_how_many():
    image = torch.arange(2 * 5 * 7).view(2, 5, 7)
    region = Region(1, 2, 4, 7)
    assert torch.equal(region.cut(image), image[:, 1:4, 2:7])
    assert region.size == (3, 5)
    assert whole((5, 7)).cut(image).equal(image)


def test_a_cut_is_a_view():
    image = torch.zeros(1, 5, 7)
    Region(1, 2, 3, 4).cut(image).fill_(1)
    assert image.sum() == 4


def test_a_box_grows_up_to_the_border():
    assert Region(2, 3, 4, 6).grown(2, (9, 9)) == Region(0, 1, 6, 8)
    assert Region(1, 0, 4, 6).grown(3, (6, 7)) == Region(0, 0, 6, 7)


def test_within_counts_from_the_outer_box():
    image = torch.arange(90).view(9, 10)
    outer, inner = Region(2, 1, 9, 9), Region(3, 4, 6, 8)
    assert torch.equal(inner.within(outer).cut(outer.cut(image)), inner.cut(image))


@pytest.mark.parametrize("region", [Region(1, 2, 8, 5), Region(1, 2, 4, 9), Region(0, 0, 1, 2)])
def test_halves_are_the_box_parted_along_its_longer_side(region):
    first, second = region.halves()
    image = torch.zeros(9, 9)
    for half in (first, second):
        half.cut(image).add_(1)
    assert (region.cut(image) == 1).all() and image.sum() == region.area == first.area + second.area
    assert abs(first.area - second.area) <= min(region.size)


def test_a_square_is_halved_into_an_upper_and_a_lower_part():
    assert Region(1, 2, 5, 6).halves() == (Region(1, 2, 3, 6), Region(3, 2, 5, 6))


def test_a_coordinate_is_located_within_a_box(photograph):
    image, region = photograph(9, 11), Region(2, 3, 8, 10)
    coord = grid((90, 110), region=Region(25, 35, 75, 95)).reshape(1, -1, 2)
    part = bilinear(region.cut(image), region.locate(coord, (9, 11)))
    torch.testing.assert_close(part, bilinear(image, coord), rtol=0, atol=1e-5)
    assert torch.equal(whole((9, 11)).locate(coord, (9, 11)), coord)


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
def test_a_pair_is_of_the_kind_of_what_it_stands_beside(kind):
    like = torch.empty(4, 2, dtype=kind)
    assert torch.equal(pair(like, 0.1, 3), like.new_tensor([0.1, 3]))
    assert pair(like.to("meta"), 1, 2).device.type == "meta"
