"""The checks of notebook 06: what is right passes, what is typically wrong gets its own hint."""

import math

import pandas as pd
import pytest
import torch

from fcsr import images, metrics
from fcsr.course.exercises import evaluation as exercises

WEIGHTS = torch.tensor([65.481, 128.553, 24.966]).view(3, 1, 1)


@pytest.fixture(scope="module")
def pair():
    hr = images.to_tensor(images.sample("coffee").crop((200, 100, 264, 148)))
    return images.to_levels(metrics.add_noise(hr, 6)) / 255, hr


def psnr(sr, hr, shave, weights=WEIGHTS, peak=255.0):
    sr, hr = (image[..., shave:-shave, shave:-shave] for image in (sr, hr))
    error = ((sr - hr) * weights).sum(dim=1)
    return 10 * torch.log10(peak**2 / error.square().mean())


def test_the_luma_written_out_is_right(pair):
    assert exercises.luma_psnr(psnr, *pair, 4).right


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (lambda sr, hr, shave: metrics.psnr(sr, hr, "rgb", shave), "three colours; the luma"),
        (lambda sr, hr, shave: metrics.psnr(sr, hr), "three colours; the luma"),
        (lambda sr, hr, shave: metrics.psnr(sr, hr, "y"), "cut it off first"),
        (lambda *a: psnr(*a, weights=WEIGHTS * 255 / 219), "luma of white"),
        (lambda *a: psnr(*a, weights=WEIGHTS / 255), "different units"),
        (lambda *a: psnr(*a, peak=1.0), "different units"),
        (lambda *a: -psnr(*a), "wrong sign"),
        (lambda *a: psnr(*a) / 2, "a square is missing"),
        (lambda *a: psnr(*a) + 3, "gives something else"),
        (lambda *a: math.nan, "it gives nan"),
        (lambda *a: "thirty", "ValueError"),
        (lambda sr, hr: 0, "TypeError"),
    ],
)
def test_a_wrong_psnr_gets_its_hint(pair, wrong, hint):
    verdict = exercises.luma_psnr(wrong, *pair, 4)
    assert verdict.right is False and hint in verdict.hint


def test_the_gain_in_one_range():
    assert exercises.gain_in_one_range(17.6).right
    assert exercises.gain_in_one_range(None).right is None


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (52.94, "two ranges"),
        (73.1, "lower than in [0, 1]"),
        (0.1765, "in per cent"),
        (-17.65, "better or worse"),
        (21.43, "of the baseline's LPIPS"),
        (30, "makes the method 0.068"),
        ("a lot", "give one number"),
    ],
)
def test_a_wrong_gain_gets_its_hint(wrong, hint):
    verdict = exercises.gain_in_one_range(wrong)
    assert verdict.right is False and hint in verdict.hint


def test_artifacts_of_a_blurred_picture(pair):
    _, hr = pair
    assert exercises.blurred_artifacts(0, hr).right
    assert "weighted mean" in exercises.blurred_artifacts(3, hr).hint
    assert "negative" in exercises.blurred_artifacts(-1, hr).hint
    assert "give one number" in exercises.blurred_artifacts("none", hr).hint


def test_a_thin_line_in_the_dark_is_missed_by_a_wide_blur():
    """Gaussian blur reaches further than the two pixels that artifacts are compared over."""
    hr = torch.zeros(1, 3, 32, 32)
    hr[..., :14] = 1.0
    black, bright, _ = metrics.artifact_rate(
        exercises.frequency.Gaussian(sigma=2)(hr).clamp(0, 1), hr
    )
    assert black + bright > 1
    assert "a few more" in exercises.blurred_artifacts(0, hr).hint


def test_the_smallest_set():
    assert exercises.smallest_set(6).right
    assert "p is 0.0625" in exercises.smallest_set(5).hint
    assert "fewer" in exercises.smallest_set(7).hint
    assert "whole number" in exercises.smallest_set(5.3).hint
    assert "give one number" in exercises.smallest_set("six").hint


def test_ones_own_photographs():
    both = pd.DataFrame(
        [
            {"image": image, "method": method, "scale": 2.5}
            for image in ("cat", "cup")
            for method in ("bicubic", "lte")
        ]
    )
    assert exercises.own_photographs(both).right
    assert "scale is 4, not 2.5" in exercises.own_photographs(both.assign(scale=4.0)).hint
    assert "anecdote" in exercises.own_photographs(both[both["image"] == "cat"]).hint
    assert "one method" in exercises.own_photographs(both[both["method"] == "bicubic"]).hint
    assert "bicubic" in exercises.own_photographs(both[both["method"] == "lte"]).hint
    assert "fcsr.evaluate" in exercises.own_photographs("rows").hint
