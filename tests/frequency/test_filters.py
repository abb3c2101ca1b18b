"""Bands that add up exactly, filters that filter."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage
from waves import cosine

from fcsr import frequency
from fcsr.errors import FcsrError
from fcsr.frequency import BicubicDownUp, Box, Butterworth, Gaussian, Ideal, filters

FILTERS = [Gaussian(), Box(), Ideal(), Butterworth(), BicubicDownUp()]
OVERSHOOTING = [Ideal(0.3), Butterworth(order=8), BicubicDownUp(1.5)]
by_name = pytest.mark.parametrize("f", FILTERS, ids=lambda f: type(f).__name__)


def noise(*shape, dtype=torch.float64, seed=0):
    return torch.rand(shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def levels_to_image(levels: np.ndarray, dtype=torch.float32) -> torch.Tensor:
    unit = torch.from_numpy(levels.astype(np.float64)) / 255
    return (torch.round(unit / frequency.FIXED_POINT) * frequency.FIXED_POINT).to(dtype)


@by_name
def test_autocast_rounds_no_band(f):
    hr = noise(1, 3, 20, 30, dtype=torch.float32)
    with torch.autocast("cpu", torch.bfloat16):
        rounded = frequency.split(hr, f)
    for band, expected in zip(rounded, frequency.split(hr, f), strict=True):
        assert torch.equal(band, expected)


@given(
    st.integers(1, 40),
    st.integers(1, 40),
    st.sampled_from(FILTERS + OVERSHOOTING),
    st.sampled_from([torch.float32, torch.float64]),
    st.integers(0, 2**16),
    st.sampled_from(["noise", "black in white", "white in black"]),
)
def test_the_bands_add_up_bit_for_bit(height, width, f, dtype, seed, kind):
    generator = np.random.default_rng(seed)
    if kind == "noise":
        levels = generator.integers(0, 256, (1, 2, height, width))
    else:  # isolated pixels, around which filters overshoot most
        isolated = generator.random((1, 2, height, width)) > 0.9
        levels = np.where(isolated == (kind == "black in white"), 1, 255)
    hr = levels_to_image(levels, dtype)
    low, high = frequency.split(hr, f)
    assert low.dtype == high.dtype == dtype
    assert low.shape == high.shape == hr.shape
    assert torch.equal(low + high, hr)
    step = torch.finfo(dtype).eps
    assert torch.allclose(low, f(hr), rtol=0, atol=0.51 * step)
    assert torch.equal(low / step, (low / step).round()), "on the grid of the image"


def test_an_overshoot_beyond_one_is_split_exactly_too():
    """White wherever the filter has a positive weight for the near-black pixel in the middle."""
    impulse = torch.zeros(1, 1, 32, 32)
    impulse[..., 16, 16] = 1
    f = Butterworth(order=8)
    levels = np.where(f(impulse) > 0, 255, 1)
    levels[..., 16, 16] = 1
    hr = levels_to_image(levels)
    low, high = frequency.split(hr, f)
    assert high.min() < -1.5
    assert torch.equal(low + high, hr)


@by_name
def test_gradients_pass_the_rounding_unchanged(f):
    hr = noise(1, 1, 5, 6).requires_grad_()
    weight = noise(1, 1, 5, 6, seed=1)
    (expected,) = torch.autograd.grad((f(hr) * weight).sum(), hr)
    low, high = frequency.split(hr, f)
    (low_gradient,) = torch.autograd.grad((low * weight).sum(), hr, retain_graph=True)
    (high_gradient,) = torch.autograd.grad((high * weight).sum(), hr)
    assert expected.abs().max() > 0
    torch.testing.assert_close(low_gradient, expected)
    torch.testing.assert_close(high_gradient, weight - expected)


def test_any_function_of_a_batch_splits_an_image():
    hr = torch.rand(1, 3, 5, 6)
    low, high = frequency.split(hr, torch.zeros_like)
    assert low.count_nonzero() == 0
    assert high.equal(hr)


@by_name
def test_a_batch_is_filtered_image_by_image(f):
    batch = noise(3, 2, 9, 7)
    filtered = f(batch)
    for image, result in zip(batch, filtered, strict=True):
        for channel, plane in zip(image, result, strict=True):
            torch.testing.assert_close(f(channel[None, None])[0, 0], plane)


@by_name
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (13, 8)])
def test_a_constant_stays_constant(f, size):
    image = torch.full((1, 1, *size), 0.7, dtype=torch.float64)
    torch.testing.assert_close(f(image), image)


@by_name
def test_a_filter_keeps_the_mean_and_lowers_the_variance(f):
    image = noise(1, 1, 32, 32)
    low = f(image)
    assert low.mean().item() == pytest.approx(image.mean().item(), abs=5e-3)
    assert low.var() < 0.3 * image.var()


def test_gaussian_is_scipys():
    image = noise(1, 1, 11, 14)
    expected = ndimage.gaussian_filter(image[0, 0].numpy(), 1.5, mode="reflect", radius=6)
    np.testing.assert_allclose(Gaussian(1.5)(image)[0, 0].numpy(), expected, atol=1e-12)


def test_gaussian_by_hand():
    """At sigma 0.25 the kernel reaches one pixel: exp(-8), 1, exp(-8)."""
    image = torch.tensor([[[[1.0, 0.0, 0.0]]]], dtype=torch.float64)
    side = math.exp(-8) / (1 + 2 * math.exp(-8))
    expected = torch.tensor([[[[1 - side, side, 0.0]]]], dtype=torch.float64)
    torch.testing.assert_close(Gaussian(0.25)(image), expected)


def test_box_is_scipys_and_mirrors_more_than_once():
    for size in [(9, 10), (2, 3)]:
        image = noise(1, 1, *size)
        expected = ndimage.uniform_filter(image[0, 0].numpy(), 7, mode="reflect")
        np.testing.assert_allclose(Box(3)(image)[0, 0].numpy(), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("size", "small"), [((11, 10), (4, 3)), ((2, 12), (1, 4)), ((1, 9), (1, 3)), ((1, 1), (1, 1))]
)
def test_bicubic_is_two_interpolations(size, small):
    image = noise(1, 3, *size)
    reduced = F.interpolate(image, size=small, mode="bicubic", antialias=True)
    expected = F.interpolate(reduced, size=size, mode="bicubic", antialias=True)
    torch.testing.assert_close(BicubicDownUp(3)(image), expected)


@pytest.mark.parametrize("size", [(12, 3), (12, 1), (3, 1)])
def test_narrow_images_are_filtered_as_flat_ones(size):
    image = noise(2, 3, *size)
    torch.testing.assert_close(BicubicDownUp()(image), BicubicDownUp()(image.mT.contiguous()).mT)


# 32 pixels: k half waves have k / 64 cycles a pixel
@pytest.mark.parametrize(
    ("f", "half_waves", "gain"),
    [
        (Ideal(0.125), (0, 8), 1.0),  # at the cutoff itself
        (Ideal(0.125), (0, 9), 0.0),
        (Ideal(0.125), (5, 6), 1.0),  # 7.8 of 8
        (Ideal(0.125), (6, 6), 0.0),  # 8.5 of 8
        (Butterworth(0.125, 2), (8, 0), 0.5**0.5),
        (Butterworth(0.125, 2), (16, 0), 17**-0.5),
        (Butterworth(0.125, 4), (16, 0), 257**-0.5),
    ],
)
def test_gain_at_a_frequency(f, half_waves, gain):
    wave = cosine(32, 32, *half_waves)
    torch.testing.assert_close(f(wave), gain * wave)


def test_gain_of_the_filters_by_hand():
    """A symmetric kernel k has the gain `k[0] + 2 sum_n k[n] cos(2 pi n frequency)`."""
    waves, gain = frequency.gain(Gaussian(0.25), waves=20)  # exp(-8), 1, exp(-8)
    torch.testing.assert_close(waves, torch.arange(20).double() / 40)
    side = math.exp(-8) / (1 + 2 * math.exp(-8))
    angle = 2 * math.pi * waves
    torch.testing.assert_close(gain, 1 - 2 * side + 2 * side * torch.cos(angle))
    _, gain = frequency.gain(Box(1), waves=20)
    torch.testing.assert_close(gain, (1 + 2 * torch.cos(angle)) / 3)
    assert gain.min() < -0.3, "a wave of two pixels comes out turned over"
    _, gain = frequency.gain(Ideal(0.2), waves=20)
    assert gain.round(decimals=9).tolist() == [1] * 9 + [0] * 11
    _, gain = frequency.gain(Butterworth(0.2, 1), waves=20)
    torch.testing.assert_close(gain, (1 + (waves / 0.2) ** 2) ** -0.5)


def test_gain_counts_only_the_wave_itself():
    """Down by 2 and up again, the fastest waves come back as others: nearly nothing is theirs."""
    _, gain = frequency.gain(BicubicDownUp(2), waves=64)
    assert gain[0].item() == pytest.approx(1)
    assert abs(gain[-1].item()) < 0.05


@pytest.mark.parametrize("f", [*FILTERS, Gaussian(0.7), Butterworth(0.2, 3)], ids=str)
def test_config_round_trip(f):
    config = filters.to_config(f)
    assert config["name"] == type(f).__name__
    assert all(isinstance(value, str | int | float) for value in config.values())
    assert filters.from_config(config) == f


@pytest.mark.parametrize(
    ("f", "name", "value"),
    [
        (Gaussian(), "sigma", 0.0),
        (Gaussian(), "sigma", -1.0),
        (Gaussian(), "sigma", math.nan),
        (Gaussian(), "sigma", math.inf),
        (Box(), "radius", 0),
        (Ideal(), "cutoff", 0.0),
        (Butterworth(), "cutoff", -0.1),
        (Butterworth(), "cutoff", 0.0),
        (Butterworth(), "order", 0),
        (BicubicDownUp(), "factor", 0.9),
    ],
)
def test_bad_parameters_are_refused_by_name(f, name, value):
    with pytest.raises(FcsrError, match=f"{name} is {value}"):
        replace(f, **{name: value})


def test_the_least_parameters_are_taken():
    image = levels_to_image(np.random.default_rng(0).integers(0, 256, (1, 3, 9, 8)))
    torch.testing.assert_close(BicubicDownUp(1.0)(image), image, rtol=0, atol=1e-6)
    for f in (Box(1), Butterworth(1e-9, 1), Ideal(1e-9), Gaussian(1e-9)):
        assert f(image).isfinite().all()


@pytest.mark.usefixtures("no_contracts")
@pytest.mark.parametrize("value", [1.5, 2.0, math.inf, True])
@pytest.mark.parametrize(("f", "name"), [(Butterworth(), "order"), (Box(), "radius")])
def test_counts_are_whole_numbers(f, name, value):
    with pytest.raises(FcsrError, match=f"{name} is {value}; .* a whole number"):
        replace(f, **{name: value})


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@by_name
def test_the_same_on_a_gpu(f):
    hr = levels_to_image(np.random.default_rng(0).integers(0, 256, (2, 3, 20, 31)))
    low, high = frequency.split(hr.cuda(), f)
    assert torch.equal(low + high, hr.cuda())
    torch.testing.assert_close(low.cpu(), frequency.split(hr, f)[0], rtol=0, atol=1e-6)


@pytest.mark.usefixtures("no_contracts")
def test_split_takes_batches_only():
    with pytest.raises(FcsrError, match=r"split takes a batch \(B, C, H, W\), not the shape"):
        frequency.split(torch.rand(3, 8, 8), frequency.Gaussian())


@pytest.mark.usefixtures("no_contracts")
def test_whole_numbers_of_numpy_are_plain_ones():
    box, butterworth = frequency.Box(np.int64(3)), frequency.Butterworth(order=np.uint8(3))
    assert (type(box.radius), type(butterworth.order)) == (int, int)
    assert box == frequency.Box(3) and butterworth == frequency.Butterworth(order=3)
    assert json.dumps(frequency.to_config(box)) == json.dumps(frequency.to_config(frequency.Box(3)))
