"""What LTE, CS and FCS say of a pixel, how it is read, and what trains it."""

import json
import math

import pytest
import torch
import torch.nn.functional as F

from fcsr import CS, EDSR, FCS, LTE, decoding, models
from fcsr.decoding import CLASSES, ZERO_RESIDUAL
from fcsr.errors import FcsrError
from fcsr.frequency import Box, Gaussian
from fcsr.images import Region
from fcsr.models import Bands, EstimatorSize, LaplacePrior, bilinear, grid

VARIANTS = {
    "LTE": (LTE, {}),
    "LTE to x2": (LTE, {"max_scale": 2.0}),
    "CS": (CS, {}),
    "CS without prior": (CS, {"prior": False}),
    "CS mixture": (CS, {"head": "mixture", "components": 3, "decode": "component"}),
    "FCS": (FCS, {}),
    "FCS mixture": (FCS, {"head": "mixture", "shared": False}),
    "FCS separate": (FCS, {"shared": False}),
    "FCS otherwise": (
        FCS,
        {"low_pass": Box(3), "weight": 7.0, "prior": False, "shared": False, "max_scale": 3.0},
    ),
}


@pytest.fixture(params=VARIANTS, ids=lambda name: name.replace(" ", "-"))
def model(request, tiny):
    kind, options = VARIANTS[request.param]
    return tiny(kind, **options)


@pytest.fixture
def query(photograph):
    """An image (2, 3, 6, 5) and the pixels of its enlargement to 11 x 12, not in their order."""
    shuffled = torch.randperm(11 * 12, generator=torch.Generator().manual_seed(0))
    coord = grid((11, 12)).flatten(0, 1)[shuffled].expand(2, -1, -1)
    return photograph(6, 5, batch=2), coord, torch.tensor([2 / 11, 2 / 12]).expand_as(coord)


def pixels(image):
    return image.flatten(2).transpose(1, 2)


def tensors(outputs):
    """All tensors of a model's outputs, which may be tuples of tuples."""
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    return [tensor for part in outputs for tensor in tensors(part)]


def certain(levels):
    """Logits without doubt."""
    return 1000.0 * F.one_hot(levels.long(), CLASSES)


def silence(model):
    """Let the heads say nothing, so that priors and skips remain."""
    for estimator in model.estimators:
        torch.nn.init.zeros_(estimator.head.weight)
        torch.nn.init.zeros_(estimator.head.bias)
    return model


def test_config_makes_the_same_model(model, query):
    config = json.loads(json.dumps(model.config))  # as a checkpoint keeps it
    again = models.from_config(config)
    assert type(again) is type(model)
    assert json.loads(json.dumps(again.config)) == config
    again.load_state_dict(model.state_dict())
    for mine, its in zip(tensors(again(*query)), tensors(model(*query)), strict=True):
        assert torch.equal(mine, its)


@pytest.mark.parametrize(
    ("option", "value", "read_back"),
    [
        ("low_pass", Box(3), lambda m: m.low_pass),
        ("weight", 7.0, lambda m: m.weight),
        ("shared", False, lambda m: len(m.estimators) == 1),
        ("prior", False, lambda m: m.prior is not None),
        ("max_scale", 2.5, lambda m: m.max_scale),
    ],
)
def test_every_option_survives_its_config(option, value, read_back):
    size = EstimatorSize(width=6, hidden=(5,))
    default = FCS(EDSR(1, 4), size)
    changed = models.from_config(FCS(EDSR(1, 4), size, **{option: value}).config)
    assert read_back(default) != value
    assert read_back(changed) == value


def test_a_query_gives_the_promised_shapes(tiny, query):
    assert tiny(LTE)(*query).shape == (2, 132, 3)
    assert tiny(CS)(*query).shape == (2, 132, 3, 256)
    bands = tiny(FCS)(*query)
    assert bands.low.shape == (2, 132, 3)
    assert bands.high.shape == (2, 132, 3, 256)


def test_what_is_read_is_rgb_in_unit_range(model, query):
    with torch.no_grad():
        for estimator in model.estimators:
            estimator.head.weight *= 100  # far beyond what fits
        rgb = model.decode(model(*query))
    assert rgb.shape == (2, 132, 3)
    assert rgb.min() >= 0
    assert rgb.max() <= 1


@pytest.mark.parametrize("name", ["CS", "FCS"])
def test_classifiers_are_read_as_told(name, tiny, query):
    model = tiny(VARIANTS[name][0])
    outputs = model(*query)
    default = model.decode(outputs)
    assert torch.equal(default, model.decode(outputs, "mode"))
    assert not torch.allclose(default, model.decode(outputs, "mean"), atol=1e-4)
    black = model.decode(outputs, lambda logits: torch.zeros_like(logits[..., 0]))
    expected = torch.zeros(2, 132, 3) if name == "CS" else outputs.low - ZERO_RESIDUAL / 255
    assert torch.equal(black, expected.clamp(0, 1))
    with pytest.raises(FcsrError, match='unknown decode "best"'):
        model.decode(outputs, "best")


def test_lte_has_nothing_to_decode(tiny, query):
    model = tiny(LTE)
    with pytest.raises(FcsrError, match="decode is mean, but LTE gives RGB"):
        model.decode(model(*query), "mean")


@pytest.mark.parametrize("kind", [CS, FCS])
def test_logits_have_no_component_to_read(kind, tiny):
    for refuse in (
        lambda: tiny(kind, decode="component"),
        lambda: tiny(kind).check_decode("component"),
        lambda: tiny(kind).check_decode(decoding.component),
    ):
        with pytest.raises(FcsrError, match='logits have none: give a model with head="mixture"'):
            refuse()
    tiny(kind, head="mixture").check_decode("component")


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"head": "normal"}, 'head is "normal"; give logits or mixture'),
        ({"head": "mixture", "components": 0}, "components is 0; give a whole number above 0"),
        ({"head": "mixture", "components": 2.0}, r"components is 2\.0"),
    ],
)
@pytest.mark.usefixtures("no_contracts")
@pytest.mark.parametrize("kind", [CS, FCS])
def test_a_head_that_there_is_not_is_refused(kind, options, what, tiny):
    with pytest.raises(FcsrError, match=what):
        tiny(kind, **options)


@pytest.mark.parametrize("kind", [CS, FCS])
def test_a_config_without_a_head_is_of_logits(kind, tiny):
    """As those of weights that were made before there was a choice."""
    config = tiny(kind).config
    del config["head"], config["components"]
    assert models.from_config(config).head == "logits"


def test_a_silent_mixture_lies_around_the_interpolation(tiny, query):
    """CS's around the image's own pixels, FCS's around a residual of 0."""
    image, coord, cell = query
    skip = bilinear(image, coord)
    cs = silence(tiny(CS, head="mixture"))(image, coord, cell)
    torch.testing.assert_close(decoding.component(cs), 255 * skip, rtol=0, atol=1e-3)
    fcs = silence(tiny(FCS, head="mixture"))(image, coord, cell)
    assert decoding.component(fcs.high).unique().tolist() == [ZERO_RESIDUAL]


class Own(LTE):
    """A subclass that adds nothing."""


def test_a_subclass_of_lte_says_its_own_name(tiny):
    with pytest.raises(FcsrError, match="decode is mean, but Own gives RGB"):
        tiny(Own).check_decode("mean")


@pytest.mark.usefixtures("no_contracts")
@pytest.mark.parametrize("kind", [CS, FCS])
def test_a_models_own_decode_is_a_name(kind, tiny):
    with pytest.raises(FcsrError, match="decode is mean, which cannot be saved; give one of mode"):
        tiny(kind, decode=decoding.mean)


def test_an_encoder_that_cannot_be_saved_is_refused():
    class Wider(EDSR):
        pass

    with pytest.raises(FcsrError, match="of the class Wider, but only EDSR can be saved; subclass"):
        CS(Wider(1, 4))


def test_lte_is_trained_by_l1(tiny, photograph):
    hr, model = photograph(4, 6), tiny(LTE)
    (target,) = model.targets(hr)
    assert torch.equal(target, hr)
    assert model.loss(pixels(hr), pixels(target)) == 0
    assert model.loss(pixels(hr) + 0.25, pixels(target)).item() == pytest.approx(0.25)


def test_cs_is_trained_by_the_levels_of_hr(tiny, photograph):
    hr, model = photograph(4, 6), tiny(CS)
    (levels,) = model.targets(hr)
    assert torch.equal(levels, torch.round(255 * hr).to(torch.uint8))
    logits = certain(pixels(levels))
    assert model.loss(logits, pixels(levels)).item() == pytest.approx(0, abs=1e-6)
    assert model.loss(logits, 255 - pixels(levels)) > 900
    torch.testing.assert_close(model.decode(logits), pixels(hr), rtol=0, atol=1e-6)


@pytest.mark.parametrize("low_pass", [Gaussian(), Box(1)])
def test_fcs_is_trained_by_both_bands_of_hr(low_pass, tiny, photograph):
    hr, model = photograph(9, 8), tiny(FCS, low_pass=low_pass, weight=2.0)
    low, levels = model.targets(hr)
    torch.testing.assert_close(low, low_pass(hr), rtol=0, atol=1e-6)
    assert torch.equal(levels, torch.round(255 * (hr - low) + 128).to(torch.uint8))
    perfect = Bands(pixels(low), certain(pixels(levels)))
    targets = pixels(low), pixels(levels)
    assert model.loss(perfect, *targets).item() == pytest.approx(0, abs=1e-6)
    off = perfect._replace(low=perfect.low + 0.5)
    assert model.loss(off, *targets).item() == pytest.approx(2.0 * 0.25, abs=1e-5)
    torch.testing.assert_close(model.decode(perfect), pixels(hr), rtol=0, atol=0.51 / 255)


def test_the_loss_reaches_every_weight(model, query, photograph):
    targets = (pixels(target)[:, :132] for target in model.targets(photograph(11, 12, batch=2)))
    model.loss(model(*query), *targets).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.abs().max() > 0, name


def test_bands_share_their_estimator_or_have_one_each(tiny, query):
    shared, separate = tiny(FCS), tiny(FCS, shared=False)
    assert [e.head.out_features for e in shared.estimators] == [3 + 768]
    assert [e.head.out_features for e in separate.estimators] == [3, 768]
    separate(*query).low.sum().backward()
    low, high = separate.estimators
    assert all(parameter.grad.abs().max() > 0 for parameter in low.parameters())
    assert not any(parameter.grad.any() for parameter in high.parameters())


@pytest.mark.parametrize("kind", [LTE, FCS])
def test_regression_starts_from_bilinear_interpolation(kind, tiny, query):
    outputs = silence(tiny(kind))(*query)
    rgb = outputs if kind is LTE else outputs.low
    torch.testing.assert_close(rgb, bilinear(query[0], query[1]))


def test_the_heads_outputs_are_colour_by_colour(tiny, query):
    cs, fcs = silence(tiny(CS, prior=False)), silence(tiny(FCS, prior=False))
    for head, first in ((cs.estimators[0].head, 0), (fcs.estimators[0].head, 3)):
        for colour, level in enumerate((7, 130, 255)):
            head.bias.data[first + 256 * colour + level] = 5
    fcs.estimators[0].head.bias.data[:3] = torch.tensor([0.1, 0.2, 0.3])
    assert cs(*query).argmax(-1).unique(dim=1).flatten().tolist() == [7, 130, 255] * 2
    low, high = fcs(*query)
    assert high.argmax(-1).unique(dim=1).flatten().tolist() == [7, 130, 255] * 2
    skip = bilinear(query[0], query[1])
    torch.testing.assert_close(low - skip, torch.tensor([0.05, 0.1, 0.15]).expand_as(low))


def test_priors_start_around_the_interpolated_level_and_around_zero(tiny, query):
    interpolated = 255 * bilinear(query[0], query[1])
    torch.testing.assert_close(
        silence(tiny(CS))(*query).argmax(-1).float(), interpolated, rtol=0, atol=0.5001
    )
    assert (silence(tiny(FCS))(*query).high.argmax(-1) == ZERO_RESIDUAL).all()
    assert (silence(tiny(CS, prior=False))(*query) == 0).all()
    assert (silence(tiny(FCS, prior=False))(*query).high == 0).all()


@pytest.mark.parametrize(("kind", "levels"), [(CS, 8), (FCS, 4)])
def test_a_training_starts_from_a_prior_of_so_many_levels(kind, levels, tiny, query):
    outputs = silence(tiny(kind))(*query)
    p = (outputs if kind is CS else outputs.high).softmax(-1)
    fall = p[..., 1:] / p[..., :-1]  # of a Laplace distribution, away from its centre
    torch.testing.assert_close(fall.amax(-1), torch.full_like(fall[..., 0], math.exp(1 / levels)))


@pytest.mark.parametrize("kind", [CS, FCS])
def test_autocast_does_not_round_the_prior(kind, tiny, query):
    model = silence(tiny(kind))
    model.prior.log_scale.data.fill_(1.0)  # a width whose fractions are long
    with torch.autocast("cpu", torch.bfloat16):
        rounded = model(*query)
    exact = model(*query)
    if kind is FCS:
        rounded, exact = rounded.high, exact.high
    torch.testing.assert_close(rounded, exact, rtol=0, atol=1e-4)


def test_the_prior_is_a_laplace_distribution():
    logits = LaplacePrior(scale=8.0)(torch.tensor([100.0, 100.5]))
    distance = torch.arange(CLASSES) - torch.tensor([[100.0], [100.5]])
    density = torch.distributions.Laplace(0.0, 8.0).log_prob(distance)
    torch.testing.assert_close(logits, density + math.log(2 * 8.0))


def test_a_model_may_be_trained_for_no_scale_but_1(tiny):
    assert tiny(LTE, max_scale=1.0).max_scale == 1
    for scale in (0.99, math.nan, math.inf, 10**400):
        wanted = f"max_scale is {scale}; give a finite number of at least 1"
        with pytest.raises(FcsrError, match=wanted):
            tiny(LTE, max_scale=scale)


def test_cells_are_held_at_the_largest_trained_scale(tiny, query):
    """Beyond it published LTE queries with `cell * max(s / max_scale, 1)`."""
    image, coord, _ = query
    model = tiny(LTE, max_scale=4.0)

    def at(scale):
        cell = torch.tensor([2 / (6 * scale), 2 / (5 * scale)]).expand_as(coord)
        return model(image, coord, cell)

    assert not torch.allclose(at(4), at(3), rtol=0, atol=1e-6)
    for scale in (5, 6, 30):
        torch.testing.assert_close(at(scale), at(4), rtol=0, atol=1e-6)


def test_encode_once_query_often(model, query):
    image, coord, cell = query
    encoded = model.encode(image)
    whole = model(*query)
    for start in (0, 50):
        part = model.query(encoded, coord[:, start : start + 50], cell[:, start : start + 50])
        for mine, its in zip(tensors(part), tensors(whole), strict=True):
            torch.testing.assert_close(mine, its[:, start : start + 50])


def test_a_box_is_encoded_of_no_more_than_its_margin(model, photograph):
    image, region = photograph(30, 32), Region(12, 10, 19, 17)
    coord = grid((60, 64), region=Region(26, 22, 36, 32)).reshape(1, -1, 2)
    cell = torch.full_like(coord, 1 / 30)
    seen = region.grown(model.margin, (30, 32))
    assert seen.size < (30, 32)
    part = model.estimate(model.encode_seen(seen.cut(image), region, (30, 32)), coord, cell)
    whole = model.estimate(model.encode(image), coord, cell)
    torch.testing.assert_close(part, whole, rtol=0, atol=1e-5)


def test_make_knows_paper_size_and_compact():
    paper, compact = models.make("lte"), models.make("FCS", compact=True)
    assert type(paper) is LTE
    assert paper.config["encoder"] == {"blocks": 16, "features": 64}
    assert paper.size == EstimatorSize(width=256, hidden=(256, 256, 256))
    assert type(compact) is FCS
    assert compact.config["encoder"] == {"blocks": 8, "features": 32}
    assert compact.size == EstimatorSize.compact()
    with pytest.raises(FcsrError, match='no model "edsr"'):
        models.make("edsr")


@pytest.mark.parametrize("width", [0, 7])
def test_a_texture_needs_as_many_sines_as_cosines(width):
    with pytest.raises(FcsrError, match=f"width is {width}"):
        EstimatorSize(width=width)


def test_an_ensemble_is_of_hidden_vectors_or_textures():
    with pytest.raises(FcsrError, match='ensemble is "mlp"; give "hidden" or "texture"'):
        EstimatorSize(ensemble="mlp")


@pytest.mark.parametrize("ensemble", ["hidden", "texture"])
def test_the_size_survives_its_config(ensemble):
    size = EstimatorSize(6, (5, 4), ensemble)
    assert models.from_config(LTE(EDSR(1, 4), size).config).size == size
