"""The ways to decode: mode, mean, median and what lies between them."""

from numbers import Real

import torch
from jaxtyping import Float
from torch import Tensor

from fcsr.errors import FcsrError
from fcsr.mixtures import LEVELS, LogisticMixture
from fcsr.utils.device import no_autocast
from fcsr.utils.numbers import is_finite

CLASSES = LEVELS

NO_COMPONENTS = 'decode is component, but logits have none: give a model with head="mixture"'

Distribution = Tensor | LogisticMixture
"""Logits (…, 256), or a mixture for values (…)."""


def mode(distribution: Distribution) -> Float[Tensor, "*b"]:
    """The likeliest value: sharpest, and least often wrong.

    Of a mixture it is where the density is highest, so the probability of all that lies beyond 0
    and 255 does not count for these two.

    >>> import fcsr, torch
    >>> fcsr.decoding.mode(torch.tensor([0.5, 0.1, 0.4]).log())
    tensor(0.)
    """
    if isinstance(distribution, LogisticMixture):
        return distribution.mode()
    return distribution.argmax(-1).to(_wide(distribution).dtype)


def component(mixture: Distribution) -> Float[Tensor, "*b"]:
    """The centre of a mixture's likeliest component: it takes a side, the same in all colours.

    Raises FcsrError for logits, which have no components.

    >>> import fcsr, torch
    >>> mixture = fcsr.mixtures.LogisticMixture.around(torch.full((3,), 7.0), torch.zeros(50))
    >>> fcsr.decoding.component(mixture)
    tensor([7., 7., 7.])
    """
    if not isinstance(mixture, LogisticMixture):
        raise FcsrError(NO_COMPONENTS)
    return mixture.likeliest_component()


def mean(distribution: Distribution) -> Float[Tensor, "*b"]:
    """The expected value: minimal in squared error, so best in PSNR, and smoothest.

    >>> import fcsr, torch
    >>> fcsr.decoding.mean(torch.tensor([0.5, 0.1, 0.4]).log())
    tensor(0.9000)
    """
    if isinstance(distribution, LogisticMixture):
        return distribution.mean()
    return sharpened_mean(distribution, sharpness=1.0)


def median(distribution: Distribution) -> Float[Tensor, "*b"]:
    """The smallest value with at least half of the probability up to it: minimal in L1.

    >>> import fcsr, torch
    >>> fcsr.decoding.median(torch.tensor([0.4, 0.2, 0.4]).log())
    tensor(1.)
    """
    return quantile(distribution, share=0.5)


def quantile(
    distribution: Distribution, share: float | Float[Tensor, "*#shares"]
) -> Float[Tensor, "*b"]:
    """The smallest value with at least `share` of the probability up to it.

    `share`, 0 … 1, is one number, or one for each distribution, or for all colours of a pixel
    (…, 1): uniformly random shares give samples of the distributions. Raises FcsrError for a
    number outside of this range.

    >>> import fcsr, torch
    >>> fcsr.decoding.quantile(torch.tensor([0.4, 0.2, 0.4]).log(), share=0.9)
    tensor(2.)
    """
    if isinstance(share, Real) and not 0 <= share <= 1:
        raise FcsrError(f"share is {share}; give 0 to 1 (0.5 is the median)")
    if isinstance(distribution, LogisticMixture):
        return distribution.quantile(torch.as_tensor(share, device=distribution.centres.device))
    logits = _wide(distribution)
    share = torch.as_tensor(share, device=logits.device, dtype=logits.dtype)
    below = logits.softmax(-1).cumsum(-1) < share.unsqueeze(-1)
    return below.sum(-1).clamp(max=logits.shape[-1] - 1).to(logits.dtype)


def partial_sample(
    distribution: Distribution,
    strength: float,
    generator: torch.Generator | None = None,
    shared: bool = False,
) -> Float[Tensor, "*b colours"]:
    """The mean, moved by `strength` (0 … 1) towards a sample, which it is at 1.

    Each value is drawn independently of its neighbours, and of the other colours unless these
    share their random number (`shared`): then each colour of a pixel takes the value below which
    lies the same share of its distribution. As a `decode`, fix strength and generator by
    `functools.partial`. The generator is on the model's device, and each call advances it. Raises
    FcsrError for another strength.

    >>> import fcsr, torch
    >>> certain = torch.tensor([-100.0, 0.0, -100.0]).expand(3, 3)
    >>> fcsr.decoding.partial_sample(certain, strength=0.75)
    tensor([1., 1., 1.])
    """
    if not 0 <= strength <= 1:
        raise FcsrError(f"strength is {strength}; give 0 (the mean) to 1 (a sample)")
    centre = mean(distribution)
    size = (*centre.shape[:-1], 1) if shared else centre.shape
    share = torch.rand(size, generator=generator, device=centre.device, dtype=centre.dtype)
    return centre.lerp(quantile(distribution, share), strength)


def smoothed_mode(distribution: Distribution, width: float) -> Float[Tensor, "*b"]:
    """The mode of the distribution blurred by a Gaussian with a sigma of `width` levels.

    Where probability is spread, single classes stand out by chance. Here a neighbourhood wins;
    width 0 would be the mode. Raises FcsrError unless the width is finite and above 0.

    >>> import fcsr, torch
    >>> fcsr.decoding.smoothed_mode(torch.tensor([0.4, 0.0, 0.3, 0.3]).log(), width=1.0)
    tensor(2.)
    """
    if not is_finite(width, above=0):
        raise FcsrError(f"width is {width}; give a finite number of levels above 0")
    logits = as_logits(distribution)
    values = torch.arange(logits.shape[-1], device=logits.device, dtype=logits.dtype)
    kernel = torch.exp(-(((values.unsqueeze(-1) - values) / width) ** 2) / 2)
    kernel[kernel < 1e-6] = 0  # products with less would be denormal numbers, which are slow
    with no_autocast(logits.device):
        return (logits.softmax(-1) @ kernel).argmax(-1).to(logits.dtype)


def sharpened_mean(distribution: Distribution, sharpness: float) -> Float[Tensor, "*b"]:
    """The mean of `p^t`, renormalised, with t = `sharpness` (an inverse temperature).

    t = 1 is the mean, t -> infinity the mode. As a `decode`, fix it:
    `functools.partial(sharpened_mean, sharpness=4.0)`. Raises FcsrError unless 0 < t < infinity.

    >>> import fcsr, torch
    >>> logits = torch.tensor([0.5, 0.1, 0.4]).log()
    >>> [round(fcsr.decoding.sharpened_mean(logits, t).item(), 2) for t in (1, 4, 64)]
    [0.9, 0.58, 0.0]
    """
    if not is_finite(sharpness, above=0):
        raise FcsrError(f"sharpness is {sharpness}; give a finite one above 0 (1 is the mean)")
    logits = as_logits(distribution)
    values = torch.arange(logits.shape[-1], device=logits.device, dtype=logits.dtype)
    with no_autocast(logits.device):
        mean = (sharpness * logits).softmax(-1) @ values
    return mean.clamp(max=logits.shape[-1] - 1)  # probabilities add up to 1 but for rounding


def as_logits(distribution: Distribution) -> Float[Tensor, "*b classes"]:
    """Logits in float32 or wider; those of a mixture are each colour's log probabilities.

    >>> import fcsr, torch
    >>> mixture = fcsr.mixtures.LogisticMixture.around(torch.full((3,), 7.0), torch.zeros(50))
    >>> fcsr.decoding.as_logits(mixture).shape
    torch.Size([3, 256])
    """
    if isinstance(distribution, LogisticMixture):
        return distribution.logits()
    return _wide(distribution)


def shape(distribution: Distribution) -> torch.Size:
    """That of the values that are distributed.

    >>> import fcsr, torch
    >>> fcsr.decoding.shape(torch.zeros(5, 3, 256))
    torch.Size([5, 3])
    """
    if isinstance(distribution, LogisticMixture):
        return distribution.centres.shape[:-1]
    return distribution.shape[:-1]


def _wide(logits: Tensor) -> Tensor:
    """In float32 or wider: in bfloat16, as autocast leaves them, 254 and 255 are neighbours."""
    return logits.to(torch.promote_types(logits.dtype, torch.float32))
