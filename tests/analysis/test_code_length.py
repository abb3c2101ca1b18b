"""Costs that can be worked out by hand, and files that hold what they are to cost."""

import math

import numpy as np
import pytest
import torch
from PIL import Image

from fcsr.analysis import code_length
from fcsr.errors import FcsrError, ImageError
from fcsr.mixtures import LogisticMixture

NOISE = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)


def levels(*values: int) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.uint8)


def test_a_level_costs_what_its_probability_says():
    p = torch.tensor([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]])
    assert code_length.of_distributions(p.log(), levels(1, 2)) == pytest.approx((2 + 3) / 2)
    assert code_length.of_distributions(
        torch.zeros(4, 256), levels(0, 9, 99, 255)
    ) == pytest.approx(8)


def test_colours_that_move_together_cost_less_together():
    """Green and blue follow red: one colour's doubt is that of all three."""
    centres, wide = torch.full((3, 1), 100.0), torch.full((3, 1), 8.0).log()
    mixture = LogisticMixture(torch.zeros(1, 1), centres, wide, torch.tensor([[0.99], [0.99], [0]]))
    truth = levels(109, 109, 109)
    together = code_length.of_colours_together(mixture, truth)
    assert together < code_length.of_distributions(mixture, truth) / 1.5


def test_a_guess_leaves_the_entropy_of_its_differences():
    assert code_length.of_guess(levels(7, 8, 200), levels(7, 8, 200)) == 0
    assert code_length.of_guess(levels(9, 8, 200), levels(4, 3, 195)) == 0  # always 5 too low
    differences = code_length.of_guess(levels(5, 6, 7, 8), levels(5, 6, 6, 9))  # 0, 0, 1, -1
    assert differences == pytest.approx(1.5)


def test_differences_do_not_wrap_around():
    # as 8-bit numbers, 0 - 255 would be 1 - 0
    assert code_length.of_guess(levels(0, 1), levels(255, 0)) == pytest.approx(1)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_noise_costs_what_it_is_and_a_plain_colour_next_to_nothing(kind):
    # with loss, noise would cost less than its 8 bits
    assert 8 < code_length.of_file(Image.fromarray(NOISE), kind) < 8.5
    assert code_length.of_file(Image.fromarray(0 * NOISE + 90), kind) < 0.3


def test_a_gray_picture_has_one_value_a_pixel():
    gray = Image.fromarray(NOISE[..., 0])
    assert 8 < code_length.of_file(gray, "PNG") < 8.5


def test_metadata_costs_nothing():
    picture = Image.fromarray(NOISE)
    bare = code_length.of_file(picture, "PNG")
    picture.info["icc_profile"] = b"a profile that takes room" * 40
    assert code_length.of_file(picture, "PNG") == bare


def test_what_cannot_be_counted_is_refused(no_contracts):
    with pytest.raises(ImageError, match="mode P; convert it to L or RGB"):
        code_length.of_file(Image.fromarray(NOISE).convert("P"), "PNG")
    with pytest.raises(FcsrError, match='unknown kind "JPEG": give PNG or WEBP'):
        code_length.of_file(Image.fromarray(NOISE), "JPEG")
    with pytest.raises(FcsrError, match="no levels to code"):
        code_length.of_guess(levels(), levels())


def test_a_guess_of_0_costs_as_much_as_knowing_how_often_levels_occur():
    values = levels(3, 3, 3, 7, 7, 200)
    counts = torch.bincount(values.long(), minlength=256)
    by_classifier = code_length.of_distributions(counts.log().expand(6, 256), values)
    assert code_length.of_guess(values, 0 * values) == pytest.approx(by_classifier)
    assert by_classifier == pytest.approx(math.log2(6) - (3 * math.log2(3) + 2) / 6)
