"""Every pixel of a result is made once, of what it needs."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fcsr.inference import tiling
from fcsr.models import find_neighbours, grid

SIZES = st.tuples(*[st.integers(1, 40)] * 2)


@given(SIZES, SIZES, st.integers(1, 9), st.integers(1, 30), st.integers(1, 300))
def test_every_pixel_is_of_one_tile_that_has_its_neighbours(size, wanted, tile, longest, most):
    made, positions, end = torch.zeros(wanted), grid(wanted), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiling, "MAX_TILE_SIDE", longest)
        patch.setattr(tiling, "MAX_STRIP_PIXELS", most)
        for strip, regions in tiling.strips(size, wanted, tile):
            assert strip.top == end and strip.size[1] == wanted[1]
            assert strip.area <= max(most, wanted[1])
            end = strip.bottom
            for region in regions:
                assert max(region.size) <= longest
                region.cut(made).add_(1)
                lr = tiling.needed(region, size, wanted)
                coord = positions[region.top : region.bottom, region.left : region.right].reshape(
                    1, -1, 2
                )
                index = find_neighbours(coord, size).index
                rows, columns = index // size[1], index % size[1]
                assert ((lr.top <= rows) & (rows < lr.bottom)).all()
                assert ((lr.left <= columns) & (columns < lr.right)).all()
                assert lr.top >= rows.min() - 2 and lr.left >= columns.min() - 2  # and little more
                assert lr.bottom <= rows.max() + 3 and lr.right <= columns.max() + 3
    assert (made == 1).all()


@pytest.mark.parametrize(("n", "count"), [(255, 1), (383, 1), (385, 2), (700, 3)])
def test_tiles_are_of_about_256_pixels(n, count):
    tiles = [tiles for _, tiles in tiling.strips((n, n), (n, n))]
    assert len(tiles) == len(tiles[0]) == count


def test_a_row_of_tiles_is_bounded_however_wide_the_result():
    for wanted in ((12_000, 16_000), (60_000, 60_000), (10, 2**25)):
        strips = [strip for strip, _ in tiling.strips((3000, 4000), wanted)]
        assert max(strip.area for strip in strips) <= tiling.MAX_STRIP_PIXELS
        assert sum(strip.size[0] for strip in strips) == wanted[0]
