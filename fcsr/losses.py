"""The three losses: L1 for LTE, eq. (1) for CS, eq. (2) for FCS; and PSNR, to train for it.

Each is a mean over batch, queries and colours, so its size does not depend on theirs.
"""

import torch.nn.functional as F
from jaxtyping import Float, Integer
from torch import Tensor

from fcsr.errors import FcsrError


def l1(sr: Float[Tensor, "*b"], hr: Float[Tensor, "*b"]) -> Float[Tensor, ""]:
    """Mean absolute error: the loss of published LTE."""
    return F.l1_loss(sr, hr)


def cross_entropy(
    logits: Float[Tensor, "*b classes"], levels: Integer[Tensor, "*b"]
) -> Float[Tensor, ""]:
    """Eq. (1): mean cross-entropy in nats between distributions and the true levels 0 … 255.

    The paper writes `O1 = sum_i 1[yhat_i]^T log y_i`, which would be maximised; the minus sign
    that makes it a loss is ours. Raises FcsrError for other levels than one of each distribution.
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

    `low` and `hr_low` are in [0, 1]; `hr_high_levels` are the classes of the high band. The
    paper adds the two terms as they are, without saying in which units; the weight is our
    choice of them (255^2 would make it the squared error in 8-bit levels).
    """
    return cross_entropy(logits, hr_high_levels) + weight * F.mse_loss(low, hr_low)


def psnr(sr: Float[Tensor, "b q 3"], hr: Float[Tensor, "b q 3"]) -> Float[Tensor, ""]:
    """Mean over the batch of each image's PSNR in dB, of RGB in [0, 1]; higher is better.

    For training beside LPIPS: a decibel weighs the same in a smooth crop and in a rough one. It
    levels off towards 40 dB, which no image passes, lest crops of clear sky outweigh all others.
    """
    errors = (sr - hr).square().flatten(1).mean(1)
    return -10 * (errors + 1e-4).log10().mean()
