"""Mixtures of logistic distributions against SciPy's, and what is decoded from them."""

from functools import partial

import numpy as np
import pytest
import torch
from scipy.stats import logistic

from fcsr import decoding, losses
from fcsr.errors import FcsrError
from fcsr.mixtures import MIN_SCALE, LogisticMixture

LEVELS = np.arange(256)


@pytest.fixture(scope="module")
def mixture() -> LogisticMixture:
    """(4, 5) pixels of 3 components: narrow and wide ones, some beyond the ends of the range."""
    random = torch.Generator().manual_seed(0)
    levels = 255 * torch.rand(4, 5, 3, generator=random)
    return LogisticMixture.around(levels, torch.randn(4, 5, 30, generator=random))


def places(mixture):
    return np.ndindex(*decoding.shape(mixture))


def component(mixture, place, k):
    """SciPy's distribution of one component of one value."""
    return logistic(mixture.centres[place][k].item(), mixture.log_scales[place][k].exp().item())


def probabilities(mixture, place) -> np.ndarray:
    """Of the 256 levels of one value, by SciPy's distribution function."""
    edges = np.concatenate(([-np.inf], LEVELS[1:] - 0.5, [np.inf]))
    weights = mixture.weights[place[:-1]].exp()[0]
    return sum(
        weight.item() * np.diff(component(mixture, place, k).cdf(edges))
        for k, weight in enumerate(weights)
    )


def density(mixture, place, x) -> np.ndarray:
    weights = mixture.weights[place[:-1]].exp()[0]
    return sum(w.item() * component(mixture, place, k).pdf(x) for k, w in enumerate(weights))


def test_levels_have_the_probability_of_their_intervals(mixture):
    p = decoding.as_logits(mixture).exp()
    for place in places(mixture):
        np.testing.assert_allclose(p[place], probabilities(mixture, place), atol=2e-6)


def test_nothing_is_lost_far_from_the_centre():
    """Where float32's distribution function is 1 to the last bit."""
    narrow = torch.full((1, 3, 1), 20.0)
    mixture = LogisticMixture(torch.zeros(1, 1, 1), narrow, torch.zeros(1, 3, 1), narrow * 0)
    far = np.log(np.exp(-79.5) - np.exp(-80.5))  # of the tail of exp(-x), from 79.5 to 80.5
    torch.testing.assert_close(mixture.logits()[0, 0, 100].item(), far, rtol=1e-5, atol=0)
    levels = torch.full((1, 3), 100, dtype=torch.uint8)
    torch.testing.assert_close(mixture.nats(levels)[0, 0].item(), -far, rtol=1e-5, atol=0)


@pytest.fixture(scope="module")
def correlated() -> tuple[LogisticMixture, torch.Tensor]:
    """A mixture for (40,) pixels, in float64, and levels near its components, 0 and 255, too."""
    random = torch.Generator().manual_seed(4)

    def draw(*shape, low, high):
        return low + (high - low) * torch.rand(shape, generator=random, dtype=torch.float64)

    weights = draw(40, 1, 3, low=-1, high=1).log_softmax(-1)
    centres = draw(40, 3, 3, low=-5, high=260)
    log_scales = draw(40, 3, 3, low=0.5, high=3)
    correlations = draw(40, 3, 3, low=-0.9, high=0.9)
    levels = centres[..., 1] + log_scales[..., 1].exp() * draw(40, 3, low=-3, high=3)
    mixture = LogisticMixture(weights, centres, log_scales, correlations)
    return mixture, levels.round().clamp(0, 255).long()


def joint_probability(mixture, levels: np.ndarray, place: int) -> float:
    """Of the sum over components of the products of the three conditional probabilities.

    The mean and variance of a colour, given those before it, by the covariance matrix.
    """
    total = 0
    for k, weight in enumerate(mixture.weights[place].exp()[0].tolist()):
        red_green, red_blue, partial = mixture.correlations[place][:, k].tolist()
        rest = np.sqrt((1 - red_green**2) * (1 - red_blue**2))
        green_blue = partial * rest + red_green * red_blue
        correlation = np.array(
            [[1, red_green, red_blue], [red_green, 1, green_blue], [red_blue, green_blue, 1]]
        )
        scale = mixture.log_scales[place][:, k].exp().numpy()
        covariance = correlation * np.outer(scale, scale)
        centres = mixture.centres[place][:, k].numpy()
        p = weight
        for colour, level in enumerate(levels):
            known = covariance[:colour, :colour]
            by = np.linalg.solve(known, covariance[:colour, colour])
            centre = centres[colour] + by @ (levels - centres)[:colour]
            left = covariance[colour, colour] - by @ covariance[:colour, colour]
            of = logistic(centre, np.sqrt(left))
            low, high = (level > 0, level - 0.5), (level < 255, level + 0.5)
            p *= (of.cdf(high[1]) if high[0] else 1) - (of.cdf(low[1]) if low[0] else 0)
        total += p
    return total


def test_the_joint_cost_is_that_of_colours_one_after_the_other(correlated):
    mixture, levels = correlated
    assert {0, 255} <= set(levels.flatten().tolist())
    expected = [
        -np.log(joint_probability(mixture, known, place))
        for place, known in enumerate(levels.double().numpy())
    ]
    assert max(expected) < 40  # nats, up to which SciPy's differences have digits
    np.testing.assert_allclose(mixture.joint_nats(levels), expected, rtol=1e-4)


def test_the_joint_probabilities_add_up_to_one(mixture):
    """Over green and blue, for a given red: to red's own probability."""
    green, blue = np.meshgrid(LEVELS, LEVELS)
    red = np.full_like(green, 100)
    every = torch.tensor(np.stack((red, green, blue), axis=-1))
    one = LogisticMixture(*(part[0, 0] for part in mixture))
    repeated = LogisticMixture(*(part.expand(256, 256, *part.shape) for part in one))
    total = (-repeated.joint_nats(every)).exp().sum().item()
    np.testing.assert_allclose(total, decoding.as_logits(one)[0, 100].exp(), rtol=1e-4)


def test_without_correlations_colours_cost_what_they_cost_apart(mixture):
    one = LogisticMixture(*(part[..., :1] for part in mixture))._replace(
        weights=torch.zeros(4, 5, 1, 1), correlations=torch.zeros(4, 5, 3, 1)
    )
    levels = torch.randint(256, (4, 5, 3), generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(one.joint_nats(levels), one.nats(levels).sum(-1))


def test_the_mean_is_that_of_the_levels(mixture):
    p = decoding.as_logits(mixture).double().exp()
    expected = p @ torch.arange(256).double()
    torch.testing.assert_close(decoding.mean(mixture).double(), expected, rtol=0, atol=0.05)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99, 1.0])
def test_quantiles_are_the_first_level_with_that_share(mixture, share):
    found = decoding.quantile(mixture, share)
    for place in places(mixture):
        up_to = np.cumsum(probabilities(mixture, place))
        at = int(found[place])
        assert up_to[at] >= share - 1e-5 and (at == 0 or up_to[at - 1] < share + 1e-5)


def test_the_mode_is_where_the_density_is_highest(mixture):
    x = np.linspace(0, 255, 25_501)
    found = decoding.mode(mixture)
    for place in places(mixture):
        heights = density(mixture, place, x)
        assert density(mixture, place, found[place].item()) > 0.995 * heights.max()


def alike(centres, scales, weights=(0.6, 0.4)) -> LogisticMixture:
    """The same mixture for each colour of one pixel."""
    shape = (1, 3, len(centres))
    return LogisticMixture(
        torch.tensor([[weights]]).log(),
        torch.tensor(centres).expand(shape),
        torch.tensor(scales).log().expand(shape),
        torch.zeros(shape),
    )


@pytest.mark.parametrize(
    ("centres", "scales"),
    [((100.0, 104.0), (4.0, 4.0)), ((100.0, 110.0), (5.0, 8.0)), ((3.0, -4.0), (3.0, 5.0))],
)
def test_between_components_the_mode_is_found_to_a_small_part_of_a_level(centres, scales):
    mixture, x = alike(centres, scales), np.linspace(0, 255, 255_001)
    highest = x[density(mixture, (0, 0), x).argmax()]
    assert min(centres) < highest < max(centres)
    assert decoding.mode(mixture)[0, 0].item() == pytest.approx(highest, abs=0.02)


def test_a_share_that_is_just_reached_is_enough():
    """Half of the probability lies up to 100.5, the upper edge of the level 100."""
    assert decoding.median(alike([100.5], [2.0], [1.0])).tolist() == [[100.0] * 3]


@pytest.mark.parametrize("decode", decoding.NAMED.values(), ids=decoding.NAMED)
@pytest.mark.parametrize(("centre", "end"), [(-20.0, 0), (275.0, 255)])
def test_no_decode_leaves_the_range(decode, centre, end):
    mixture = alike([centre], [0.5], [1.0])
    torch.testing.assert_close(decode(mixture), torch.full((1, 3), float(end)), rtol=0, atol=1e-3)


@pytest.mark.parametrize("decode", decoding.NAMED.values(), ids=decoding.NAMED)
def test_a_pixel_alone_is_decoded_as_among_others(mixture, decode):
    together = decode(mixture)
    for place in np.ndindex(4, 5):
        alone = decode(LogisticMixture(*(part[place] for part in mixture)))
        # rounding differs, and a mode is where an iteration has come to
        torch.testing.assert_close(alone, together[place], atol=1e-3, rtol=0)


def test_the_tails_do_not_make_a_mode():
    """Two thirds lie beyond 255, wide; the rest is narrow and inside."""
    weights = torch.tensor([[[2 / 3, 1 / 3]]]).log()
    centres = torch.tensor([290.0, 100.0]).expand(1, 3, 2)
    log_scales = torch.tensor([30.0, 2.0]).log().expand(1, 3, 2)
    mixture = LogisticMixture(weights, centres, log_scales, torch.zeros(1, 3, 2))
    assert decoding.as_logits(mixture).argmax(-1).tolist() == [[255] * 3]
    torch.testing.assert_close(decoding.mode(mixture), torch.full((1, 3), 100.0), rtol=0, atol=0.1)
    assert decoding.component(mixture).tolist() == [[255.0] * 3]


def test_each_pixel_has_a_likeliest_component_of_its_own(mixture):
    """Some of whose centres lie beyond the ends of the range."""
    found, beyond = decoding.component(mixture), set()
    for place in np.ndindex(4, 5):
        best = mixture.weights[place][0].argmax().item()
        centres = mixture.centres[place][:, best]
        beyond |= {centre < 0 for centre in centres.tolist() if not 0 <= centre <= 255}
        assert found[place].tolist() == centres.clamp(0, 255).tolist()
    assert beyond == {True, False}


def test_the_component_is_the_same_for_all_colours():
    weights = torch.tensor([[0.4, 0.6]]).log()
    centres = torch.tensor([[10.0, 20.0], [110.0, 120.0], [210.0, 220.0]])
    mixture = LogisticMixture(weights, centres, torch.zeros(3, 2), torch.zeros(3, 2))
    assert decoding.component(mixture).tolist() == [20.0, 120.0, 220.0]
    with pytest.raises(FcsrError, match="logits have none"):
        decoding.component(torch.zeros(3, 256))


@pytest.mark.parametrize("way", ["smoothed", partial(decoding.sharpened_mean, sharpness=4.0)])
def test_other_decodes_are_those_of_its_logits(mixture, way):
    decode = decoding.resolve(way)
    torch.testing.assert_close(decode(mixture), decode(decoding.as_logits(mixture)))


def test_a_function_of_ones_own_gets_logits(mixture):
    def last(logits):
        return logits[..., 255].exp()

    expected = decoding.as_logits(mixture)[..., 255].exp()
    torch.testing.assert_close(decoding.resolve(last)(mixture), expected)


def test_a_method_of_torchs_is_a_function_of_ones_own(mixture):
    """It does not say which module it is of."""
    expected = decoding.as_logits(mixture).amax()
    assert decoding.resolve(torch.Tensor.amax)(mixture) == expected


@pytest.mark.parametrize("name", decoding.NAMED)
@pytest.mark.parametrize("level", [0.0, 1.0, 128.0, 255.0])
def test_certainty_is_decoded_as_it_is(name, level):
    numbers = torch.zeros(2, 50)
    numbers[:, 20:35] = -10  # scales as small as can be
    mixture = LogisticMixture.around(torch.full((2, 3), level), numbers)
    decoded = decoding.resolve(name)(mixture)
    torch.testing.assert_close(decoded, torch.full((2, 3), level), rtol=0, atol=MIN_SCALE)


def test_zeros_stand_for_a_mixture_around_the_level():
    mixture = LogisticMixture.around(torch.full((3,), 99.0), torch.zeros(50))
    assert mixture.centres.unique().tolist() == [99.0]
    np.testing.assert_allclose(mixture.log_scales[0].exp(), [1, 2, 4, 8, 16], rtol=1e-5)
    np.testing.assert_allclose(mixture.weights.exp(), np.full((1, 5), 0.2), rtol=1e-6)


def test_numbers_stand_for_weights_centres_scales_and_correlations():
    """In this order, and in these units, as those of trained heads are."""
    weights, centres = torch.tensor([0.0, 1.0]), torch.tensor([0.0, 1.0, -0.5, 0.25, 2.0, -1.0])
    scales = torch.tensor([0.0, 0.0, 0.5, -0.5, -9.0, 9.0])
    correlations = torch.tensor([0.0, 1.0, -1.0, 0.5, 20.0, -20.0])
    level = torch.tensor([10.0, 100.0, 200.0])
    numbers = torch.cat((weights, centres, scales, correlations))
    found = LogisticMixture.around(level, numbers.bfloat16().expand(1, 20))
    np.testing.assert_allclose(found.weights[0].exp(), [[1 / (1 + np.e), np.e / (1 + np.e)]], 1e-5)
    assert found.centres.tolist() == [[[10, 42], [84, 108], [264, 168]]]
    starts = np.array([1.0, 16.0])
    expected = starts * np.exp([[0, 0], [0.5, -0.5], [-9, 9]])
    np.testing.assert_allclose(found.log_scales[0].exp(), expected.clip(MIN_SCALE), rtol=1e-4)
    expected = 0.999 * np.tanh([[0, 1], [-1, 0.5], [20, -20]])
    np.testing.assert_allclose(found.correlations[0], expected, rtol=1e-5)


def test_its_cross_entropy_is_that_of_its_logits(mixture):
    levels = torch.randint(256, (4, 5, 3), generator=torch.Generator().manual_seed(1))
    expected = losses.cross_entropy(decoding.as_logits(mixture), levels)
    torch.testing.assert_close(losses.cross_entropy(mixture, levels), expected)
    with pytest.raises(FcsrError, match="take whole numbers"):
        losses.cross_entropy(mixture, levels[..., :2])


def test_correlations_are_trained_beside_the_colours_and_do_not_disturb_them(mixture):
    """Their gradient is that of the joint cost, that of all else eq. (1)'s alone."""
    parts = [part.clone().requires_grad_() for part in mixture]
    levels = torch.randint(256, (4, 5, 3), generator=torch.Generator().manual_seed(1))
    of_loss = torch.autograd.grad(losses.cross_entropy(LogisticMixture(*parts), levels), parts)
    alone = torch.autograd.grad(LogisticMixture(*parts).nats(levels).mean(), parts[:3])
    joint = torch.autograd.grad(LogisticMixture(*parts).joint_nats(levels).mean() / 3, parts[3])
    for found, expected in zip(of_loss, (*alone, *joint), strict=True):
        torch.testing.assert_close(found, expected)
    assert of_loss[3].abs().sum() > 0


def test_its_cost_has_finite_gradients_everywhere():
    """With parameters far out, of a head that went astray, and levels at both ends."""
    numbers = (
        20 * torch.randn(500, 50, generator=torch.Generator().manual_seed(2))
    ).requires_grad_()
    levels = torch.tensor([0, 128, 255]).expand(500, 3)
    losses.cross_entropy(LogisticMixture.around(levels.float(), numbers), levels).backward()
    assert numbers.grad.isfinite().all() and numbers.grad.abs().sum() > 0
