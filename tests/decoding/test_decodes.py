"""Each way to decode a distribution against numpy."""

from functools import partial

import numpy as np
import pytest
import torch

from fcsr import decoding
from fcsr.errors import FcsrError


@pytest.fixture(scope="module")
def logits():
    """(2, 5, 256): noise, and two-humped distributions as classifiers give them at edges."""
    noise = 2 * torch.randn(5, 256, generator=torch.Generator().manual_seed(0)).double()
    levels = torch.arange(256).double()
    humps = [-(levels - centre).abs() / width for centre, width in ((60, 8), (190, 5))]
    lead = torch.tensor([-2.0, -0.3, 0.1, 0.7, 3.0]).double()  # of the second hump, in nats
    humps = torch.logaddexp(humps[0], humps[1] + lead[:, None])
    return torch.stack((noise, humps))


@pytest.fixture(scope="module")
def p(logits) -> np.ndarray:
    weights = np.exp(logits.numpy())
    return weights / weights.sum(-1, keepdims=True)


def test_mode_is_numpys_argmax(logits, p):
    np.testing.assert_array_equal(decoding.mode(logits), p.argmax(-1))


def test_mean_is_numpys_average(logits, p):
    np.testing.assert_allclose(decoding.mean(logits), p @ np.arange(256))


def test_median_is_the_first_with_half_of_the_probability(logits, p):
    expected = [[np.searchsorted(np.cumsum(q), 0.5) for q in row] for row in p]
    np.testing.assert_array_equal(decoding.median(logits), expected)


@pytest.mark.parametrize(
    ("p", "share", "expected"),
    [
        ([0.5, 0.0, 0.5], 0.5, 0),
        ([0.25, 0.25, 0.25, 0.25], 0.5, 1),
        ([0.25, 0.25, 0.25, 0.25], 0.75, 2),
        ([0.0, 1.0, 0.0, 0.0], 1.0, 1),
        ([0.0, 0.25, 0.75, 0.0], 0.0, 0),
    ],
)
def test_a_share_that_is_just_reached_is_enough(p, share, expected):
    assert decoding.quantile(torch.tensor(p).log(), share) == expected


def test_no_share_leads_beyond_the_last_level():
    """Rounded, all probabilities may add up to less than 1."""
    logits = torch.randn(4000, 256, generator=torch.Generator().manual_seed(0))
    assert (logits.softmax(-1).cumsum(-1)[:, -1] < 1).any()
    assert decoding.quantile(logits, 1.0).max() == 255


@pytest.mark.parametrize("width", [0.5, 2.0, 8.0, 40.0])
def test_smoothed_mode_is_the_mode_after_numpys_convolution(p, logits, width):
    distance = np.arange(-255, 256)
    kernel = np.exp(-(distance**2) / (2 * width**2))
    expected = [[np.convolve(q, kernel)[255:511].argmax() for q in row] for row in p]
    np.testing.assert_array_equal(decoding.smoothed_mode(logits, width), expected)


@pytest.mark.parametrize("sharpness", [0.3, 1.0, 4.0])
def test_sharpened_mean_is_the_mean_of_powers(logits, p, sharpness):
    powers = p**sharpness
    expected = (powers / powers.sum(-1, keepdims=True)) @ np.arange(256)
    np.testing.assert_allclose(decoding.sharpened_mean(logits, sharpness), expected)


def test_the_dial_runs_from_the_middle_through_the_mean_to_the_mode(logits):
    dial = partial(decoding.sharpened_mean, logits)
    torch.testing.assert_close(dial(1e-9), torch.full((2, 5), 127.5).double(), rtol=0, atol=1e-5)
    torch.testing.assert_close(dial(1.0), decoding.mean(logits))
    torch.testing.assert_close(dial(1e5), decoding.mode(logits))
    assert not torch.allclose(decoding.mean(logits), decoding.mode(logits), atol=5)


OF_LOGITS = {name: way for name, way in decoding.NAMED.items() if name != "component"}


@pytest.mark.parametrize("decode", OF_LOGITS.values())
def test_autocast_rounds_logits_but_no_decoded_value(logits, decode):
    rounded = logits.bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        decoded = decode(rounded)
    torch.testing.assert_close(decoded, decode(rounded.float()), rtol=0, atol=1e-4)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_quantile_is_the_first_with_that_share(logits, p, share):
    expected = [[np.searchsorted(np.cumsum(q), share) for q in row] for row in p]
    np.testing.assert_array_equal(decoding.quantile(logits, share), expected)


def test_each_distribution_can_have_its_own_share(logits):
    shares = torch.rand(2, 5, generator=torch.Generator().manual_seed(1)).double()
    together = decoding.quantile(logits, shares)
    for place in np.ndindex(2, 5):
        alone = decoding.quantile(logits[place], shares[place].item())
        assert together[place] == alone


def test_samples_are_as_frequent_as_their_probability(logits, p):
    many = logits[1, 2].expand(40_000, 256)
    generator = torch.Generator().manual_seed(0)
    drawn = decoding.partial_sample(many, strength=1.0, generator=generator).numpy()
    counted = np.bincount(drawn.astype(int), minlength=256) / len(drawn)
    assert np.abs(counted - p[1, 2]).max() < 0.004
    again = decoding.partial_sample(many, strength=1.0, generator=generator).numpy()
    assert (drawn != again).mean() > 0.5


def test_the_colours_of_a_pixel_may_share_their_random_number(logits, p):
    """Where one is low for its distribution, so are the others."""
    three = logits[1, [0, 2, 4]].expand(500, 3, 256)
    drawn = decoding.partial_sample(three, strength=1.0, shared=True).long().numpy()
    reached = [p[1, row].cumsum()[drawn[:, colour]] for colour, row in enumerate((0, 2, 4))]
    before = [
        p[1, row].cumsum()[drawn[:, colour]] - p[1, row][drawn[:, colour]]
        for colour, row in enumerate((0, 2, 4))
    ]
    assert (np.max(before, axis=0) <= np.min(reached, axis=0) + 1e-9).all()
    assert len(np.unique(drawn[:, 0])) > 20


def test_a_partial_sample_lies_between_mean_and_sample(logits):
    def sample(strength):
        generator = torch.Generator().manual_seed(3)
        return decoding.partial_sample(logits, strength, generator)

    torch.testing.assert_close(sample(0.0), decoding.mean(logits))
    torch.testing.assert_close(sample(0.3), 0.7 * sample(0.0) + 0.3 * sample(1.0))


@pytest.mark.parametrize("shared", [False, True])
def test_a_sample_is_the_quantile_of_a_random_share(logits, shared):
    """In the precision of the logits; one share a value, or one for the colours of a pixel."""
    pixels = torch.stack((logits[:, :3], logits[:, 1:4], logits[:, 2:]))  # (3, 2, 3, 256)
    generators = [torch.Generator().manual_seed(5) for _ in range(2)]
    drawn = decoding.partial_sample(pixels, 1.0, generators[0], shared)
    size = (3, 2, 1 if shared else 3)
    share = torch.rand(size, generator=generators[1], dtype=torch.float64)
    expected = decoding.quantile(pixels, share.expand(3, 2, 3))
    torch.testing.assert_close(drawn, expected)


def test_a_smoothed_mode_lets_neighbourhoods_win():
    """A lone spike of 0.2 against 0.8 that is spread over 16 neighbours."""
    p = torch.full((256,), 1e-9)
    p[200], p[40:56] = 0.2, 0.05
    assert decoding.mode(p.log()) == 200
    assert decoding.smoothed_mode(p.log(), width=4.0) in (47, 48)
    assert decoding.smoothed_mode(p.log(), width=0.1) == 200


@pytest.mark.parametrize(
    ("decode", "setting", "value"),
    [
        (decoding.quantile, "share", 1.1),
        (decoding.quantile, "share", float("nan")),
        (decoding.partial_sample, "strength", -0.1),
        (decoding.partial_sample, "strength", 1.1),
        (decoding.smoothed_mode, "width", 0.0),
        (decoding.smoothed_mode, "width", float("inf")),
    ],
)
def test_settings_out_of_range_are_refused(decode, setting, value):
    with pytest.raises(FcsrError, match=setting):
        decode(torch.zeros(3, 256), **{setting: value})


@pytest.mark.parametrize("sharpness", [0.0, -1.0, float("nan"), float("inf")])
def test_other_sharpness_is_refused(sharpness):
    with pytest.raises(FcsrError, match=f"sharpness is {sharpness}"):
        decoding.sharpened_mean(torch.zeros(3, 256), sharpness)


@pytest.mark.parametrize("name", OF_LOGITS)
@pytest.mark.parametrize("level", [0, 1, 128, 255])
def test_certainty_is_decoded_as_it_is(name, level):
    logits = torch.full((2, 3, 256), -1000.0)
    logits[..., level] = 0
    value = decoding.resolve(name)(logits)
    assert value.dtype == torch.float32
    torch.testing.assert_close(value, torch.full((2, 3), float(level)))


def test_each_decode_is_best_in_its_own_error(logits, p):
    """Expected error of every possible level under p: argmin is median in L1, mean in L2."""
    distance = np.abs(np.arange(256)[:, None] - np.arange(256))
    for power, decode in ((1, decoding.median), (2, decoding.mean)):
        best = (p @ distance**power).argmin(-1)
        np.testing.assert_array_equal(best, np.rint(decode(logits).numpy()))


def test_no_mean_lies_beyond_the_last_level():
    """Where nearly all probability lies on it, rounding would take some means there."""
    logits = 3 * torch.randn(4000, 256, generator=torch.Generator().manual_seed(0))
    logits[:, -1] += torch.linspace(10, 40, 4000)
    assert decoding.mean(logits).max() == 255
