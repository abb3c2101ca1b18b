"""Neighbours, weights and texture against slow code that follows the definition."""

import math
from fractions import Fraction
from itertools import product

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from fcsr.images import Region
from fcsr.models import (
    EstimatorSize,
    TextureEstimator,
    TextureMaps,
    bilinear,
    find_neighbours,
    grid,
)

SIZE = st.tuples(st.integers(1, 12), st.integers(1, 12))


def centre(pixel: int, n: int) -> Fraction:
    return -1 + Fraction(2 * pixel + 1, n)


def slow_neighbours(y: Fraction, x: Fraction, size: tuple[int, int]):
    """(row, column, offset, weight) of each of the four, one after the other, without rounding."""
    found = []
    for down, right in product((-1, 1), (-1, 1)):
        pixels, offsets = [], []
        for position, n, side in ((y, size[0], down), (x, size[1], right)):
            # half a pixel up or down; whoever lies on the line between two counts to the lower
            pixel = math.floor((position + Fraction(side, n) + 1) * n / 2)
            pixel = min(max(pixel, 0), n - 1)
            pixels.append(pixel)
            offsets.append((position - centre(pixel, n)) * n)
        found.append((*pixels, offsets))
    areas = [abs(dy * dx) for _, _, (dy, dx) in found]
    opposite = [areas[3], areas[2], areas[1], areas[0]]
    # where clamped neighbours coincide with the query there is no area: rounding has the say
    weights = [area / sum(areas) if sum(areas) else None for area in opposite]
    return [(*entry, weight) for entry, weight in zip(found, weights, strict=True)]


@pytest.fixture
def estimator():
    torch.manual_seed(0)
    return TextureEstimator(features=8, outputs=5, size=EstimatorSize(6, (7, 9))).double()


@pytest.fixture
def single():
    torch.manual_seed(0)
    size = EstimatorSize(6, (7, 9), ensemble="texture")
    return TextureEstimator(features=8, outputs=5, size=size).double()


@given(SIZE)
def test_grid_is_the_centres_of_the_pixels(size):
    coords = grid(size)
    assert coords.shape == (*size, 2)
    for row, column in product(range(size[0]), range(size[1])):
        expected = (float(centre(row, size[0])), float(centre(column, size[1])))
        assert coords[row, column].tolist() == pytest.approx(expected, abs=1e-6)


@given(SIZE, st.tuples(st.integers(1, 12), st.integers(1, 12)))
@example((3, 4), (9, 12))
def test_neighbours_are_those_of_the_definition(size, queried):
    """Any image, any number of queries: up, down, and x3, whose queries lie on exact ties."""
    coord = grid(queried).flatten(0, 1)[None]
    neighbours = find_neighbours(coord, size)
    for q, (row, column) in enumerate(product(range(queried[0]), range(queried[1]))):
        slow = slow_neighbours(centre(row, queried[0]), centre(column, queried[1]), size)
        for j, (top, left, offset, weight) in enumerate(slow):
            assert neighbours.index[j, 0, q] == top * size[1] + left
            assert neighbours.offset[j, 0, q].tolist() == pytest.approx(
                [float(d) for d in offset], abs=1e-5
            )
            if weight is not None:
                assert neighbours.weight[j, 0, q].item() == pytest.approx(float(weight), abs=1e-5)


@given(SIZE, st.integers(0, 1000))
def test_weights_add_up_to_one_anywhere(size, seed):
    coord = torch.rand(2, 50, 2, generator=torch.Generator().manual_seed(seed)) * 2 - 1
    weight = find_neighbours(coord, size).weight
    assert (weight >= 0).all()
    torch.testing.assert_close(weight.sum(0), torch.ones(2, 50))


def test_neighbours_are_counted_within_a_box():
    coord = grid((20, 24))[5:15, 6:18].reshape(1, -1, 2)
    apart, region = find_neighbours(coord, (10, 12)), Region(1, 2, 9, 11)
    within = find_neighbours(coord, (10, 12), region)
    numbers = torch.arange(120).view(10, 12)
    assert torch.equal(region.cut(numbers).flatten()[within.index], numbers.flatten()[apart.index])
    assert torch.equal(within.weight, apart.weight)


def test_a_part_of_the_grid_is_the_part_of_it():
    assert torch.equal(grid((5, 7), region=Region(1, 2, 4, 7)), grid((5, 7))[1:4, 2:7])


def test_inside_the_weights_are_bilinear():
    """A quarter of a pixel right of and an eighth below the centre of pixel (2, 3) of (5, 8)."""
    y, x = centre(2, 5) + Fraction(2, 5) / 8, centre(3, 8) + Fraction(2, 8) / 4
    neighbours = find_neighbours(torch.tensor([[[float(y), float(x)]]]), (5, 8))
    assert neighbours.index.flatten().tolist() == [19, 20, 27, 28]
    expected = [7 / 8 * 3 / 4, 7 / 8 / 4, 3 / 4 / 8, 1 / 8 / 4]
    assert neighbours.weight.flatten().tolist() == pytest.approx(expected, abs=1e-5)


def test_texture_by_hand():
    """One pixel, two waves: two cosines, then two sines."""
    waves = [[2.0, 3.0], [5.0, 7.0], [0.1, 0.3], [0.2, 0.4]]
    offset, phase = torch.tensor([[[0.5, -0.25]]]), torch.tensor([[[0.05, 0.15]]])
    maps, index = (
        TextureMaps(*torch.tensor(waves).view(4, 1, 1, 1, 2)),
        torch.zeros(1, 1, dtype=torch.long),
    )
    texture = TextureEstimator.texture(maps, index, offset, phase).flatten().tolist()
    first = math.pi * (0.1 * 0.5 - 0.2 * 0.25 + 0.05)
    second = math.pi * (0.3 * 0.5 - 0.4 * 0.25 + 0.15)
    expected = [
        *(2 * math.cos(first), 3 * math.cos(second)),
        *(5 * math.sin(first), 7 * math.sin(second)),
    ]
    assert texture == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("channel", range(6))
def test_frequency_channels_come_in_pairs_of_y_and_x(channel):
    torch.manual_seed(0)
    estimator = TextureEstimator(features=8, outputs=5, size=EstimatorSize(6, (6,)))
    features, index = torch.randn(1, 8, 2, 2), torch.tensor([[3]])
    phase = torch.rand(1, 1, 3)
    before = estimator.maps(features)
    with torch.no_grad():
        estimator.frequency.bias[channel] += 0.3
    after = estimator.maps(features)
    for axis in (0, 1):  # only y, or only x, differs from the neighbour's
        offset = torch.zeros(1, 1, 2)
        offset[..., axis] = 0.4
        seen = [estimator.texture(maps, index, offset, phase) for maps in (before, after)]
        moved = set((seen[0] != seen[1]).flatten().nonzero().flatten().tolist())
        expected = {channel // 2, 3 + channel // 2} if axis == channel % 2 else set()
        assert moved == expected


def test_one_head_for_the_average_is_four_heads_averaged(estimator):
    """Published LTE: MLP and head for each neighbour, then the average; ours: one head, last."""
    maps = estimator.maps(torch.randn(2, 8, 5, 4).double())
    coord = torch.rand(2, 30, 2).double() * 2 - 1
    cell = torch.rand(2, 30, 2).double()
    phase = estimator.phase(cell * torch.tensor([5, 4]))
    plain = torch.zeros(2, 30, 5).double()
    for index, offset, weight in zip(*find_neighbours(coord, (5, 4)), strict=True):
        texture = estimator.texture(maps, index, offset, phase)
        plain += weight[..., None] * estimator.head(estimator.mlp(texture))
    ours = estimator.head(estimator(maps, coord, cell))
    torch.testing.assert_close(ours, plain, rtol=0, atol=1e-9)


def test_a_single_pass_reads_the_average_texture(single):
    maps = single.maps(torch.randn(2, 8, 5, 4).double())
    coord = torch.rand(2, 30, 2).double() * 2 - 1
    cell = torch.rand(2, 30, 2).double()
    phase = single.phase(cell * torch.tensor([5, 4]))
    neighbours = find_neighbours(coord, (5, 4))
    textures = [single.texture(maps, i, o, phase) for i, o, _ in zip(*neighbours, strict=True)]
    average = torch.einsum("nbq,nbqw->bqw", neighbours.weight, torch.stack(textures))
    torch.testing.assert_close(single(maps, coord, cell), single.mlp(average), rtol=0, atol=1e-9)


@pytest.mark.parametrize("ensemble", ["hidden", "texture"])
def test_each_query_is_answered_alone(ensemble, request):
    """Not by its place, by its company, or by the other images of the batch."""
    estimator = request.getfixturevalue("estimator" if ensemble == "hidden" else "single")
    maps = estimator.maps(torch.randn(2, 8, 5, 4).double())
    coord, cell = torch.rand(2, 9, 2).double() * 2 - 1, torch.rand(2, 9, 2).double()
    together = estimator(maps, coord, cell)
    for b, q in product(range(2), range(9)):
        alone = TextureMaps(*(channels[b : b + 1] for channels in maps))
        answer = estimator(alone, coord[b : b + 1, q : q + 1], cell[b : b + 1, q : q + 1])
        torch.testing.assert_close(answer[0, 0], together[b, q])


def test_maps_are_two_convolutions_channels_last(estimator):
    features = torch.randn(1, 8, 3, 4).double()
    maps = estimator.maps(features)
    amplitude, frequency = (
        convolve(features).movedim(1, -1) for convolve in (estimator.amplitude, estimator.frequency)
    )
    expected = (*amplitude.chunk(2, dim=-1), frequency[..., 0::2], frequency[..., 1::2])
    for channels, parts in zip(maps, expected, strict=True):
        torch.testing.assert_close(channels, parts)
        assert channels.is_contiguous()


def test_bilinear_is_exact_on_planes_and_constant_beyond_the_outer_centres():
    image = grid((4, 5)).movedim(-1, 0)[None]  # one channel is y, the other x
    coord = torch.rand(1, 40, 2) * 2 - 1
    limit = torch.tensor([3 / 4, 4 / 5])  # the outermost centres
    expected = torch.minimum(torch.maximum(coord, -limit), limit)
    assert (coord.abs() > limit).any()
    torch.testing.assert_close(bilinear(image, coord), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize(("before", "left"), [(4e-7, 2), (3e-6, 1)])
def test_a_tie_reaches_a_millionth_to_the_left_as_in_published_lte(before, left):
    coord = torch.tensor([[[0.25, 0.25 - before]]])  # beside the centre of pixel 2 of 4
    columns = find_neighbours(coord, (4, 4)).index.flatten() % 4
    assert columns.tolist() == [left, left + 1] * 2


@pytest.mark.parametrize("axis", [0, 1])
def test_on_the_centre_of_an_outermost_pixel_the_other_axis_keeps_its_weights(axis):
    """As at x3, where each third query lies on a centre."""
    n, size = 9, (9, 7) if axis == 0 else (7, 9)
    on = torch.full((1, 1, 2), 0.1)
    on[..., axis] = float(centre(n - 1, n))
    off = on.clone()
    off[..., axis] -= 1e-4
    rows, columns = size
    seen = []
    for coord in (on, off):
        index, _, weight = find_neighbours(coord, size)
        image = torch.zeros(rows * columns).index_add(0, index.flatten(), weight.flatten())
        seen.append(image.view(rows, columns).sum(axis))
    torch.testing.assert_close(*seen, atol=1e-3, rtol=0)
