"""The three losses: L1 for LTE, eq. (1) for CS, eq. (2) for FCS; and PSNR, to train for it.

Each is a mean over all pixels and colours, so it does not grow with the batch.
"""

import torch.nn.functional as F
from jaxtyping import Float, Integer
from torch import Tensor

from fcsr.errors import FcsrError


def l1(sr: Float[Tensor, "*b"], hr: Float[Tensor, "*b"]) -> Float[Tensor, ""]:
    """Mean absolute error: the loss of published LTE.

    >>> import fcsr, torch
    >>> fcsr.losses.l1(torch.tensor([0.5, 0.75]), torch.tensor([0.5, 0.25]))
    tensor(0.2500)
    """
    return F.l1_loss(sr, hr)


def cross_entropy(
    logits: Float[Tensor, "*b classes"], levels: Integer[Tensor, "*b"]
) -> Float[Tensor, ""]:
    """Eq. (1): mean cross-entropy in nats between distributions and the true levels 0 … 255.

    The paper writes `O1 = sum_i 1[yhat_i]^T log y_i`, which would be maximised; the minus sign
    that makes it a loss is ours. Raises FcsrError unless `levels` are one integer a distribution.

    >>> import fcsr, torch
    >>> fcsr.losses.cross_entropy(torch.zeros(2, 3, 256), torch.zeros(2, 3).long())  # ln(256)
    tensor(5.5452)
    """
    if logits.shape[:-1] != levels.shape or levels.is_floating_point():
        raise FcsrError(
            f"levels are {levels.dtype} {tuple(levels.shape)}; distributions {tuple(logits.shape)} "
            f"take whole numbers {tuple(logits.shape[:-1])}"
        )
    return F.cross_entropy(logits.flatten(0, -2), levels.flatten().long())


def frequency_specific(
    low: Float[Tensor, "*b"],
    logits: Float[Tensor, "*b classes"],
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
    return cross_entropy(logits, hr_high_levels) + weight * F.mse_loss(low, hr_low)


def psnr(sr: Float[Tensor, "b q 3"], hr: Float[Tensor, "b q 3"]) -> Float[Tensor, ""]:
    """Mean over the batch of each image's PSNR in dB, of RGB in [0, 1]; higher is better.

    For training beside LPIPS: a decibel weighs the same in a smooth crop and in a rough one. It
    saturates at 40 dB, so that crops of clear sky do not outweigh all others.

    >>> import fcsr, torch
    >>> fcsr.losses.psnr(torch.full((1, 9, 3), 0.1), torch.zeros(1, 9, 3)).round()
    tensor(20.)
    """
    errors = (sr - hr).square().flatten(1).mean(1)
    return -10 * (errors + 1e-4).log10().mean()
