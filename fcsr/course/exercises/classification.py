"""Notebook 03: eq. (1) by hand, decodings, and what a sample costs."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from fcsr import losses
from fcsr.course.exercises.checking import check, expect

NATS = math.log(256)  # of 256 levels that are all alike


@check
def cross_entropy(function: Callable[[Tensor, Tensor], Tensor]) -> None:
    """The mean cross-entropy in nats of logits (..., 256), given the true levels (...).

    Example:
        >>> import fcsr
        >>> from fcsr.course.exercises import classification as exercises
        >>> exercises.cross_entropy(fcsr.losses.cross_entropy)
        right
    """
    alike = torch.zeros(2, 3, 256)
    levels = torch.tensor([[7, 80, 255], [0, 128, 31]], dtype=torch.uint8)
    loss = torch.as_tensor(function(alike, levels))
    expect(loss.numel() == 1, f"one number is wanted, not {tuple(loss.shape)} of them")
    _check_unit(loss.item())
    logits = 3 * torch.randn(2, 3, 256, generator=torch.Generator().manual_seed(0))
    wanted = losses.cross_entropy(logits, levels)
    expect(
        torch.isclose(torch.as_tensor(function(logits, levels)), wanted),
        "right where all levels are alike, wrong where they differ: which of the 256 probabilities "
        "of a pixel counts?",
    )
    large = torch.as_tensor(function(1000 + logits, levels))
    expect(
        torch.isclose(large, wanted, rtol=1e-3),
        "1000 more on every logit changes no probability, but your loss: exp(1000) is infinite",
    )


def _check_unit(loss: float) -> None:
    """Of six values whose levels are all alike: say in which way it is not ln 256."""
    known = {
        -NATS: "it is negative: a minus is missing, and training would make it worse",
        8.0: "of 256 levels that are all alike it gives 8, which is in bits; give nats",
        6 * NATS: "six values, six times the loss: it should be their mean",
        3 * NATS: "it grows with the number of values: it should be the mean over all of them",
        2 * NATS: "it grows with the number of values: it should be the mean over all of them",
        NATS / 256: "it is 256 times too small: the mean is over values, not over levels, too",
        -1 / 256: "a probability is not yet a loss: something is missing around it",
        1 / 256: "a probability is not yet a loss: something is missing around it",
    }
    for wrong, hint in known.items():
        expect(not math.isclose(loss, wrong, rel_tol=1e-3), hint)
    hint = f"of 256 levels that are all alike it gives {loss:.2f}, and ln 256 is {NATS:.2f}"
    expect(math.isclose(loss, NATS, rel_tol=1e-4), hint)


@check
def three_decodings(answer: Sequence[float]) -> None:
    """Mode, median and mean of a pixel that is 10, 240 or 250 with 45, 20 or 35 %.

    Example:
        >>> from fcsr.course.exercises import classification as exercises
        >>> exercises.three_decodings((10, 10, 140))
        not yet: the median is not 10: less than half of the probability lies up to there
    """
    expect(len(answer) == 3, "give three numbers: mode, median, mean")
    mode, median, mean = answer
    expect(mode == 10, f"the mode is not {mode}: is there no likelier level?")
    part = "less than half of the probability lies up to there"
    expect(median not in (0, 10), f"the median is not {median}: {part}")
    expect(median == 240, f"the median is not {median}: add up the probability from the left")
    equal = "each level counts by its probability, not all alike"
    expect(round(mean) != 167, f"the mean is not {mean}: {equal}")
    expect(abs(mean - 140) < 0.5, f"the mean is not {mean}")


@check
def sample_costs(decibels: float) -> None:
    """By how many decibels a sample is expected to be worse than the mean: 3.

    Example:
        >>> from fcsr.course.exercises import classification as exercises
        >>> exercises.sample_costs(6)
        not yet: 6 dB is four times the squared error
    """
    expect(decibels > 0, "no prediction has less squared error than the mean")
    far = "how far are two independent draws of one distribution apart, in squares, on average?"
    expect(abs(decibels - 6) > 0.5, "6 dB is four times the squared error")
    expect(abs(decibels - 2) > 0.1, "the factor is right, if you meant that; give it in decibels")
    expect(abs(decibels - 10 * math.log10(2)) < 0.1, far)


@check
def without_artifacts(
    decode: Callable[[Tensor], Tensor],
    measure: Callable[[Callable[[Tensor], Tensor]], tuple[float, float]],
    of_mode: tuple[float, float],
    of_mean: tuple[float, float],
) -> None:
    """A decoding that decides, as the mode does, but not for a single level that stands out.

    Args:
        decode: of logits (..., 256).
        measure: on a photograph; of a decoding, how many artifacts it has (per thousand), and the
            share that it keeps of the energy of the highest frequencies.
        of_mode, of_mean: the same two numbers of these decodings.

    Example:
        >>> from fcsr import decoding
        >>> from fcsr.course.exercises import classification as exercises
        >>> measured = (1.0, 0.5)
        >>> exercises.without_artifacts(decoding.mode, lambda mode: measured, measured, (0.1, 0.2))
        not yet: nine tenths of the probability lie around 120, and yours takes 255
    """
    level = decode(_one_level_stands_out().log()[None]).item()
    most = f"nine tenths of the probability lie around 120, and yours takes {level:.0f}"
    expect(90 <= level <= 150, most)
    level = decode(_two_peaks().log()[None]).item()
    expect(abs(level - 200) > 8, "of two peaks yours takes the taller; the one at 60 holds more")
    expect(abs(level - 60) <= 8, f"of peaks at 60 and 200 yours takes neither, but {level:.0f}")
    artifacts, fast = measure(decode)
    expect(artifacts <= of_mode[0] / 2, "on the photograph, over half of the mode's artifacts")
    expect(fast > of_mean[1], "on the photograph, no more of the highest frequencies than the mean")


def _one_level_stands_out() -> Tensor:
    levels = torch.arange(256.0)
    p = 0.9 * torch.softmax(-(((levels - 120) / 30) ** 2), 0)
    p[255] += 0.1
    return p


def _two_peaks() -> Tensor:
    """The one at 200 is the taller, the one at 60 holds more probability."""
    levels = torch.arange(256.0)
    p = 0.45 * torch.softmax(-((levels - 60) ** 2) / 32, 0)
    p += 0.35 * torch.softmax(-((levels - 200) ** 2) / 8, 0)
    p[61:200] += 0.2 / 139
    return p
