"""Random training batches."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from accelerate import Accelerator
from PIL import Image

from fcsr import images
from fcsr.errors import ImageError, TrainingError
from fcsr.models import bilinear
from fcsr.training import Crops, Recipe
from fcsr.training.crops import make_crops

SIZES = [53, 51, 38, 60, 61, 63, 43, 31]
CORNERS = [[110, 215], [32, 136], [1, 201]]
PIXELS = [[217, 757, 520, 824], [335, 222, 34, 262], [28, 251, 370, 473]]
"""Of batches as they have been from the beginning: HR's sides, first values, queried pixels."""


def noise(height: int, width: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(256, (3, height, width), generator=generator, dtype=torch.uint8)


@pytest.fixture
def crops() -> Crops:
    photographs = [noise(70, 90), noise(64, 64, seed=1)]
    return Crops(photographs, batch=3, lr_size=16, queries=100, max_scale=4.0, seed=5)


@pytest.mark.parametrize("square", [False, True])
def test_a_batch_depends_on_seed_and_step_alone(crops, square):
    crops = replace(crops, square=square)
    first, again = crops[7], crops[7]
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert crops[8].hr.shape != first.hr.shape or not torch.equal(crops[8].hr, first.hr)


@pytest.mark.parametrize("step", range(6))
def test_batch_shapes_and_values(crops, step):
    batch = crops[step]
    size = batch.hr.shape[-1]
    assert 16 <= size <= 64
    assert batch.lr.shape == (3, 3, 16, 16)
    assert batch.hr.shape == (3, 3, size, size)
    assert batch.coord.shape == batch.cell.shape == (3, 100, 2)
    for image in (batch.lr, batch.hr):
        levels = image * 255
        assert torch.allclose(levels, levels.round(), atol=1e-4), "images are 8-bit"
    assert torch.allclose(batch.cell, torch.tensor(2 / size))
    assert all(len(pixels.unique()) == 100 for pixels in batch.pixels), "no pixel twice"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
def test_a_gpu_draws_pixels_of_its_own_and_none_twice(crops):
    photographs = [photograph.cuda() for photograph in crops.photographs]
    whole = replace(crops, photographs=photographs, batch=4)
    halves = [replace(whole, batch=2, rank=rank) for rank in (0, 1)]
    batch = whole[3]
    assert all(len(pixels.unique()) == 100 for pixels in batch.pixels)
    assert torch.equal(torch.cat([half[3].pixels for half in halves]), batch.pixels)
    torch.testing.assert_close(batch.hr.cpu(), replace(crops, batch=4)[3].hr)


def test_scales_cover_their_range(crops):
    sizes = [crops[step].hr.shape[-1] for step in range(60)]
    assert min(sizes) < 24 and max(sizes) > 56


@pytest.mark.parametrize(("queries", "square"), [(32 * 32, False), (8 * 8, True)])
def test_scales_begin_at_1_unless_a_square_needs_more(crops, queries, square):
    crops = replace(crops, queries=queries, square=square)
    sizes = [crops[step].hr.shape[-1] for step in range(60)]
    assert 16 <= min(sizes) < 24
    assert crops[0].pixels.shape == (3, min(queries, sizes[0] ** 2))


def test_scales_are_uniform(crops):
    """By the quartiles of sizes from 16 to 64."""
    single = replace(crops, batch=1, queries=1)
    sizes = torch.tensor([single[step].hr.shape[-1] for step in range(400)])
    for share in (0.25, 0.5, 0.75):
        below = (sizes < 16 + 48 * share).double().mean().item()
        assert below == pytest.approx(share, abs=0.06), "3 standard deviations"


def test_batches_are_those_that_trainings_on_disk_began_with(crops):
    """A training that another version of fcsr began goes on with the batches it would have had."""
    sizes = [crops[step].hr.shape[-1] for step in range(8)]
    assert sizes == SIZES
    batch = crops[7]
    assert (255 * batch.hr[:, 0, 0, :2]).round().int().tolist() == CORNERS
    assert batch.pixels[:, :4].tolist() == PIXELS


@pytest.mark.usefixtures("no_contracts")
def test_steps_and_seeds_of_numpy_give_the_same_batch(crops):
    large = replace(crops, seed=2**40)
    same = replace(crops, seed=np.int64(2**40))[np.int64(7)]
    assert all(torch.equal(a, b) for a, b in zip(same, large[7], strict=True))


def test_a_square_is_of_neighbours_row_by_row(crops):
    square = replace(crops, queries=32 * 32, square=True)
    sizes = set()
    for batch in (square[step] for step in range(20)):
        size = batch.hr.shape[-1]
        sizes.add(size)
        corners = batch.pixels[:, 0]
        span = torch.arange(32)
        expected = corners[:, None, None] + size * span[:, None] + span
        assert torch.equal(batch.pixels, expected.flatten(1))
        assert (corners % size + 32 <= size).all() and (corners // size + 32 <= size).all()
    assert 32 <= min(sizes) < 36 and 60 < max(sizes) <= 64


def test_a_square_that_no_crop_holds_is_refused(crops):
    with pytest.raises(TrainingError, match=r"65 x 65 queries is larger than .* 64 x 64"):
        replace(crops, queries=65 * 65, square=True)


def test_picked_pixels_lie_at_their_coordinates(crops):
    batch = crops[3]
    assert torch.allclose(batch.pick(batch.hr), bilinear(batch.hr, batch.coord), atol=1e-5)


def test_lr_is_the_antialiased_reduction_of_hr(crops):
    batch = crops[2]
    expected = images.to_levels(images.resize(batch.hr, (16, 16)))
    assert torch.equal(images.to_levels(batch.lr), expected)


def test_crops_are_flipped_and_transposed():
    ramp = torch.arange(32, dtype=torch.uint8).expand(3, 32, 32)  # grows to the right
    crops = Crops([ramp], batch=64, lr_size=8, queries=4, max_scale=1.0, seed=0)
    hr = crops[0].hr
    along = torch.sign(hr[:, 0, 0, -1] - hr[:, 0, 0, 0])
    down = torch.sign(hr[:, 0, -1, 0] - hr[:, 0, 0, 0])
    seen = {tuple(pair) for pair in torch.stack((along, down), 1).int().tolist()}
    assert seen == {(1, 0), (-1, 0), (0, 1), (0, -1)}


def test_crops_are_seen_in_all_eight_ways():
    photograph = noise(8, 8)
    crops = Crops([photograph], batch=128, lr_size=8, queries=4, max_scale=1.0, seed=0)
    seen = {tuple(hr.flatten().tolist()) for hr in (255 * crops[0].hr).round().int()}
    turned = [photograph.rot90(turns, (-2, -1)) for turns in range(4)]
    ways = [*turned, *(way.flip(-1) for way in turned)]
    assert seen == {tuple(way.int().flatten().tolist()) for way in ways}


def test_crops_are_taken_everywhere():
    """Also at the last row and column; the smallest value tells where a crop begins."""
    photograph = torch.arange(9 * 10, dtype=torch.uint8).view(1, 9, 10).expand(3, 9, 10)
    crops = Crops([photograph], batch=128, lr_size=8, queries=4, max_scale=1.0, seed=0)
    starts = (255 * crops[0].hr).round().int().amin((1, 2, 3))
    assert set(starts.tolist()) == {10 * top + left for top in range(2) for left in range(3)}


def test_a_photograph_smaller_than_a_crop_is_named():
    with pytest.raises(ImageError, match="photograph 1 has 20x30 pixels; crops need 64x64"):
        Crops([noise(64, 64), noise(30, 20)], 1, lr_size=16, queries=1, max_scale=4.0, seed=0)


def test_a_large_seed_is_a_seed_like_others(crops):
    one, other = (replace(crops, seed=seed)[0] for seed in (2**40, 2**40 + 1))
    assert not torch.equal(one.pixels, other.pixels)


def test_ranks_share_one_large_batch():
    photographs = [noise(70, 90), noise(64, 64, seed=1)]
    sizes = {"lr_size": 16, "queries": 100, "max_scale": 4.0, "seed": 5}
    whole = Crops(photographs, batch=4, **sizes)[7]
    parts = [Crops(photographs, batch=2, rank=rank, **sizes)[7] for rank in (0, 1)]
    for together, *apart in zip(whole, *parts, strict=True):
        assert torch.equal(together, torch.cat(apart))


@pytest.fixture
def paths(tmp_path) -> list:
    """Files of photographs whose values tell which is which."""
    made = [tmp_path / f"{number}.png" for number in range(4)]
    for number, path in enumerate(made):
        images.save(Image.new("RGB", (34, 33), (number,) * 3), path)
    return made


@pytest.mark.parametrize(("weight", "square"), [(0.0, False), (0.5, True)])
@pytest.mark.parametrize("rank", [0, 1])
def test_a_recipe_makes_crops_and_holds_the_last_photographs_back(
    paths, weight, square, rank, no_contracts
):
    recipe = Recipe(
        paths[0].parent, batch=2, lr_size=8, queries=1024, lpips_weight=weight, val_images=1, seed=3
    )
    process = SimpleNamespace(device=torch.device("cpu"), process_index=rank)
    made = make_crops(recipe, paths, 4.0, process, progress=False)
    for crops, first, end, of in zip(made, (0, 3), (3, 4), (rank, 0), strict=True):
        assert [photo.unique().tolist() for photo in crops.photographs] == [
            [number] for number in range(first, end)
        ]
        assert crops == Crops(
            crops.photographs, 2, 8, 1024, 4.0, 3, rank=of, square=square, paths=paths[first:end]
        )


def test_photographs_that_are_all_for_validation_are_too_few(paths):
    recipe = Recipe(paths[0].parent, lr_size=8, val_images=4)
    message = "holds 4 photographs, and 4 are for validation: give more photographs"
    with pytest.raises(TrainingError, match=message):
        make_crops(recipe, paths, 4.0, Accelerator(cpu=True))


def test_a_small_photograph_is_named_by_its_file(paths):
    recipe = Recipe(paths[0].parent, lr_size=8, val_images=1)
    for small in (paths[2], paths[3]):
        held = small.read_bytes()
        images.save(Image.new("RGB", (40, 20)), small)
        with pytest.raises(ImageError, match=rf"{small.name} has 40x20 pixels; crops need 32x32"):
            make_crops(recipe, paths, 4.0, Accelerator(cpu=True), progress=False)
        small.write_bytes(held)
