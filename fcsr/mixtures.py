"""Mixtures of logistic distributions: 256 levels that know their order.

Instead of 256 free logits a colour, a head gives the parameters of a few logistic distributions,
which the three colours of a pixel share (Salimans et al., "PixelCNN++", ICLR 2017). A level's
probability is that of the interval around it, half a level to each side; what lies beyond the
first and the last level is theirs.
"""

import functools
import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float, Integer
from torch import Tensor

LEVELS = 256
PARAMETERS = 10
"""Of a component: its weight, and for each colour a centre, a scale and a correlation."""

MIN_SCALE = 0.1
"""The smallest scale of a logistic distribution, in levels: 99 % lie within half a level."""

REACH = 32.0  # levels that a centre moves for a number of 1
START_SCALES = (1.0, 16.0)  # of the first and the last component, in levels
MAX_CORRELATION = 0.999  # else regression could leave nothing
MODE_STEPS = 6


class LogisticMixture(NamedTuple):
    """The distribution of the levels of red, green and blue of each pixel.

    Which component a pixel belongs to is the same for all three colours. Within a component the
    colours are correlated: where red lies above its centre, so will green and blue. `nats` is the
    cost of each colour by itself, `joint_nats` that of the three one after the other.

    >>> import torch
    >>> from fcsr.mixtures import LogisticMixture
    >>> both = torch.tensor([50.0, 100.0]).expand(3, 2)  # centres of two components
    >>> weights = torch.tensor([[0.75, 0.25]]).log()
    >>> mixture = LogisticMixture(weights, both, torch.zeros(3, 2), torch.zeros(3, 2))
    >>> mixture.mean().round(decimals=1)
    tensor([62.5000, 62.5000, 62.5000])
    >>> mixture.mode().round()
    tensor([50., 50., 50.])
    """

    weights: Float[Tensor, "*b 1 k"]  # log probabilities of the components
    centres: Float[Tensor, "*b 3 k"]  # in levels
    log_scales: Float[Tensor, "*b 3 k"]  # of each colour by itself
    correlations: Float[Tensor, "*b 3 k"]  # red and green; red and blue; green and blue, given red

    @classmethod
    def around(
        cls, level: Float[Tensor, "*#b"], numbers: Float[Tensor, "*c parameters"]
    ) -> "LogisticMixture":
        """The mixture that the numbers of a head stand for; zeros give one around `level`."""
        k = numbers.shape[-1] // PARAMETERS
        weights, *rest = numbers.float().split((k, 3 * k, 3 * k, 3 * k), dim=-1)
        centres, log_scales, correlations = (part.unflatten(-1, (3, k)) for part in rest)
        first, last = map(math.log, START_SCALES)
        starts = torch.linspace(first, last, k, device=numbers.device)
        return cls(
            weights.log_softmax(-1).unsqueeze(-2),
            level.unsqueeze(-1) + REACH * centres,
            (starts + log_scales).clamp(min=math.log(MIN_SCALE)),
            MAX_CORRELATION * correlations.tanh(),
        )

    def nats(self, levels: Integer[Tensor, "*b 3"]) -> Float[Tensor, "*b 3"]:
        """The cost of true levels, -log p, of each colour by itself.

        It needs the distribution function at the two edges of each level only.
        """
        each = _log_probability(levels.unsqueeze(-1), self.centres, self.log_scales)
        return -torch.logsumexp(self.weights + each, dim=-1)

    def joint_nats(self, levels: Integer[Tensor, "*b 3"]) -> Float[Tensor, "*b"]:
        """The cost of the three colours together, each with those before it known.

        Within a component a colour is then logistic, too: around what linear regression on the
        colours before it gives, with the deviation that regression leaves.
        """
        red, green, _ = ((levels.unsqueeze(-1) - self.centres) / self.log_scales.exp()).unbind(-2)
        red_green, red_blue, green_blue = self.correlations.unbind(-2)
        left_green, left_blue, left_of_left = (1 - self.correlations.square()).sqrt().unbind(-2)
        new_in_green = (green - red_green * red) / left_green
        moved = (
            torch.zeros_like(red),
            red_green * red,
            red_blue * red + green_blue * left_blue * new_in_green,
        )
        left = torch.stack((torch.ones_like(red), left_green, left_blue * left_of_left), dim=-2)
        centres = self.centres + self.log_scales.exp() * torch.stack(moved, dim=-2)
        each = _log_probability(levels.unsqueeze(-1), centres, self.log_scales + left.log())
        return -torch.logsumexp(self.weights.squeeze(-2) + each.sum(-2), dim=-1)

    def with_fixed_colours(self) -> "LogisticMixture":
        """The same, with gradients of the correlations only."""
        return LogisticMixture(
            self.weights.detach(),
            self.centres.detach(),
            self.log_scales.detach(),
            self.correlations,
        )

    def logits(self) -> Float[Tensor, "*b 3 levels"]:
        """Log probabilities of all levels of each colour by itself."""
        levels = torch.arange(LEVELS, device=self.centres.device)
        each = (
            weight.unsqueeze(-1)
            + _log_probability(levels, centre.unsqueeze(-1), log_scale.unsqueeze(-1))
            for weight, centre, log_scale in self._components()
        )
        return functools.reduce(torch.logaddexp, each)

    def _components(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """Weight, centre and log scale (*b, 3) of one after the other, to be worked on in turn.

        A last axis of a few components is slow, and all levels of all of them take memory.
        """
        weights = self.weights.expand_as(self.centres)
        parts = (part.unbind(-1) for part in (weights, self.centres, self.log_scales))
        return zip(*parts, strict=True)

    def mean(self) -> Float[Tensor, "*b 3"]:
        """The expected level: the integral of one less the distribution function."""
        scales = self.log_scales.exp()
        above = F.softplus(self.centres / scales) - F.softplus((self.centres - 255) / scales)
        return (self.weights.exp() * scales * above).sum(-1)

    def mode(self) -> Float[Tensor, "*b 3"]:
        """Where the density is highest, within 0 to 255: what lies beyond does not pile up there.

        Found by fixed-point iteration from each component's centre, as in mean shift.
        """
        components = [
            (weight.unsqueeze(-1), centre.unsqueeze(-1), log_scale.unsqueeze(-1))
            for weight, centre, log_scale in self._components()
        ]  # each beside all starts
        place = self.centres.clamp(0, 255)  # (*b, 3, starts)
        for _ in range(MODE_STEPS):
            pulls = [_log_pull(place, *component) for component in components]
            most = functools.reduce(torch.maximum, pulls)
            shares = [(pull - most).exp() for pull in pulls]
            pairs = zip(shares, components, strict=True)
            moments = [share * centre for share, (_, centre, _) in pairs]
            mean = functools.reduce(torch.add, moments) / functools.reduce(torch.add, shares)
            place = mean.clamp(0, 255)
        densities = (
            weight + _log_density(((place - centre) / log_scale.exp()).abs(), log_scale)
            for weight, centre, log_scale in components
        )
        density = functools.reduce(torch.logaddexp, densities)
        return place.gather(-1, density.argmax(-1, keepdim=True)).squeeze(-1)

    def likeliest_component(self) -> Float[Tensor, "*b 3"]:
        """The centre of the component with the largest weight, the same one for all colours."""
        best = self.weights.argmax(-1, keepdim=True).expand(*self.centres.shape[:-1], 1)
        return self.centres.gather(-1, best).squeeze(-1).clamp(0, 255)

    def quantile(self, share: Float[Tensor, "*#shares"]) -> Float[Tensor, "*b 3"]:
        """The smallest level of each colour with at least `share` of the probability up to it."""
        weights, scales = self.weights.exp(), self.log_scales.exp()
        low = torch.zeros_like(self.centres[..., 0])
        for step in (128, 64, 32, 16, 8, 4, 2, 1):
            last_below = low + (step - 0.5)  # the upper edge of the level low + step - 1
            up_to = torch.sigmoid((last_below.unsqueeze(-1) - self.centres) / scales)
            low = low + step * ((weights * up_to).sum(-1) < share)
        return low


def _log_density(off: Tensor, log_scales: Tensor) -> Tensor:
    """Of a logistic distribution, `off` scales away from its centre; 0 or above."""
    return -off - 2 * F.softplus(-off) - log_scales


def _log_pull(place: Tensor, weight: Tensor, centre: Tensor, log_scale: Tensor) -> Tensor:
    """How much a component draws a place to its centre: its slope there over the distance."""
    off = ((place - centre) / log_scale.exp()).abs().clamp(min=1e-3)
    slope = (off / 2).tanh() / off
    return weight + _log_density(off, log_scale) + slope.log() - 2 * log_scale


def _log_probability(levels: Tensor, centres: Tensor, log_scales: Tensor) -> Tensor:
    """Of the intervals around levels; beyond 0 and 255 they have no edge.

    With a and b, the edges in scales from the centre, and the sigmoid s,
    s(a) - s(b) = s(a) s(-b) (1 - exp(b - a)): nothing is lost by rounding.
    """
    off, width = (levels - centres) * (-log_scales).exp(), (-log_scales).exp()
    upper = F.logsigmoid(off + width / 2)
    lower = F.logsigmoid(width / 2 - off)
    inside = (-torch.expm1(-width)).log()
    first, last = levels == 0, levels == LEVELS - 1
    return (
        upper.masked_fill(last, 0)
        + lower.masked_fill(first, 0)
        + inside.masked_fill(first | last, 0)
    )
