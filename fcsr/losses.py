"""The three losses: L1 for LTE, eq. (1) for CS, eq. (2) for FCS; and what stands beside them.

Each is a mean over all pixels and colours, so it does not grow with the batch.
"""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Float, Integer
from torch import Tensor

from fcsr import decoding
from fcsr.decoding import Distribution
from fcsr.errors import FcsrError
from fcsr.mixtures import LogisticMixture


def l1(sr: Float[Tensor, "*b"], hr: Float[Tensor, "*b"]) -> Float[Tensor, ""]:
    """Mean absolute error: the loss of published LTE.

    >>> import fcsr, torch
    >>> fcsr.losses.l1(torch.tensor([0.5, 0.75]), torch.tensor([0.5, 0.25]))
    tensor(0.2500)
    """
    return F.l1_loss(sr, hr)


def cross_entropy(distribution: Distribution, levels: Integer[Tensor, "*b"]) -> Float[Tensor, ""]:
    """Eq. (1): mean cross-entropy in nats between distributions and the true levels 0 … 255.

    The paper writes `O1 = sum_i 1[yhat_i]^T log y_i`, which would be maximised; the minus sign
    that makes it a loss is ours. Of a mixture, the correlations of colours are trained beside it,
    by what they leave of the joint cost; that does not count. Raises FcsrError unless `levels` are
    one integer a distribution.

    >>> import fcsr, torch
    >>> fcsr.losses.cross_entropy(torch.zeros(2, 3, 256), torch.zeros(2, 3).long())  # ln(256)
    tensor(5.5452)
    """
    shape = decoding.shape(distribution)
    if shape != levels.shape or levels.is_floating_point():
        raise FcsrError(
            f"levels are {levels.dtype} {tuple(levels.shape)}; these distributions take whole "
            f"numbers {tuple(shape)}"
        )
    if isinstance(distribution, LogisticMixture):
        joint = distribution.with_fixed_colours().joint_nats(levels).mean() / 3
        return distribution.nats(levels).mean() + (joint - joint.detach())
    return F.cross_entropy(distribution.flatten(0, -2), levels.flatten().long())


def frequency_specific(
    low: Float[Tensor, "*b"],
    high: Distribution,
    hr_low: Float[Tensor, "*b"],
    hr_high_levels: Integer[Tensor, "*b"],
    weight: float,
) -> Float[Tensor, ""]:
    """Eq. (2): cross-entropy on the high band plus `weight` times squared error on the low one.

    `low` and `hr_low` are in [0, 1]; `hr_high_levels` are the true classes of the high band, as
    `decoding.residual_to_levels` makes them. The paper adds the two terms without naming their
    units. The weight is our choice: 255^2 would make it the squared error in 8-bit levels.

    >>> import fcsr, torch
    >>> low, logits, levels = torch.zeros(4, 3), torch.zeros(4, 3, 256), torch.zeros(4, 3).long()
    >>> fcsr.losses.frequency_specific(low, logits, low + 0.1, levels, weight=100.0)  # ln(256) + 1
    tensor(6.5452)
    """
    return cross_entropy(high, hr_high_levels) + weight * F.mse_loss(low, hr_low)


def psnr(
    sr: Float[Tensor, "b q 3"], hr: Float[Tensor, "b q 3"], most: float = 40.0
) -> Float[Tensor, ""]:
    """Mean over the batch of each image's PSNR in dB, of RGB in [0, 1]; higher is better.

    For training beside LPIPS: a decibel weighs the same in a smooth crop and in a rough one. It
    saturates at `most` dB, so that crops of clear sky do not outweigh all others.

    >>> import fcsr, torch
    >>> fcsr.losses.psnr(torch.full((1, 9, 3), 0.1), torch.zeros(1, 9, 3)).round()
    tensor(20.)
    """
    errors = (sr - hr).square().flatten(1).mean(1)
    return -10 * (errors + 10 ** (-most / 10)).log10().mean()


def lattice(squares: Float[Tensor, "b 3 h h"], step: Float[Tensor, ""]) -> Float[Tensor, ""]:
    """By how many nats the raster of LR's pixels stands out of the spectrum of SR; 0 if nowhere.

    At each of the raster's first frequencies, the power over the mean power nearby, averaged over
    squares and colours: the logarithm of that, where it is above 1, averaged over the frequencies.
    A perceptual loss rewards dots at the pitch of LR's pixels; this takes them away.
    `metrics.lattice` measures whole images by their luma.

    Args:
        squares: RGB, of 32 x 32 pixels or more.
        step: the height of an SR pixel in LR pixels: 1 / scale.

    >>> import fcsr, torch
    >>> smooth = torch.linspace(0, 1, 64).expand(1, 3, 64, 64).clone()
    >>> fcsr.losses.lattice(smooth, torch.tensor(0.25)) < 0.5
    tensor(True)
    >>> smooth[..., ::4, ::4] += 0.05
    >>> fcsr.losses.lattice(smooth, torch.tensor(0.25)) > 2
    tensor(True)
    """
    side, device = squares.shape[-1], squares.device
    multiples = torch.arange(-2, 3, device=device)  # of the raster's frequency, 0 in the middle
    near = torch.tensor([-4, -3, 0, 3, 4], device=device) / side  # Hann's window blurs by 2
    frequencies = (multiples.unsqueeze(-1) * step + near).flatten()
    window = torch.hann_window(side, device=device).expand(len(frequencies), side)
    phases = 2 * math.pi * frequencies.unsqueeze(-1) * torch.arange(side, device=device)
    waves = torch.polar(window, phases)
    flat = squares.float() - squares.float().mean((-2, -1), keepdim=True)
    power = (waves @ flat.to(waves.dtype) @ waves.mT).abs().square() + (side / 255) ** 2
    power = power.unflatten(-1, (5, 5)).unflatten(-3, (5, 5))  # (b, 3, multiple, near, ...)

    # On the axes, where edges have much power, what is nearby lies on the axis, too.
    around = torch.ones(5, 5, 5, 5, device=device)  # as the last four of power
    around[2, :2] = around[2, 3:] = around[:, :, 2, :2] = around[:, :, 2, 3:] = 0
    around[:, 2, :, 2] = 0
    around /= around.sum((1, 3), keepdim=True).clamp(min=1)
    nearby = (power * around).sum((3, 5))
    ratios = (power[:, :, :, 2, :, 2] / nearby.clamp(min=1e-9)).mean((0, 1))
    ratios[2, 2] = 1  # frequency 0
    return F.relu(ratios.log()).sum() / 24
