"""Checks of notebook 08: bits, a measure of uncertainty, and the colour that is most uncertain."""

from functools import partial

import numpy as np
import torch
from torch import Tensor

from fcsr.analysis import calibration, code_length
from fcsr.course.exercises.checking import check, expect, numbers

COLOURS = ("red", "green", "blue")
SAME_BITS = 0.5  # colours whose mean entropies differ by less are called the same

_near = partial(np.allclose, rtol=0, atol=0.01)


@check
def bits(answer):
    """The entropy of a pixel, and what a code for it pays for one level, in bits.

    Args:
        answer: two numbers, of a pixel that is 40 with probability 1/2 and else one of the 16
            levels from 180 to 195, all alike; the level paid for is 187.

    Example:
        >>> from fcsr.course.exercises import uncertainty
        >>> uncertainty.bits((2.08, 3.47))
        not yet: these are nats: take logarithms to base 2
    """
    answer = numbers(answer, 2, "give two numbers, (entropy, cost of 187)")
    p = torch.zeros(1, 256)
    p[0, 40], p[0, 180:196] = 1 / 2, 1 / 32
    entropy = calibration.entropy(p.log()).item()
    cost = code_length.of_distributions(p.log(), torch.tensor([187]))
    expect(
        not _near(np.asarray(answer) / np.log(2), (entropy, cost)),
        "these are nats: take logarithms to base 2",
    )
    expect(not _near(answer[::-1], (entropy, cost)), "the two are the other way round")
    expect(_near(answer[0], entropy), "the first is not the entropy: 17 levels have a share in it")
    expect(_near(answer[1], cost), "the second is not the cost: what is the probability of 187?")


@check
def better_measure(measure, answers: dict[str, Tensor], errors: dict[str, Tensor]):
    """A measure of uncertainty that finds errors better than entropy and interval do.

    Args:
        measure: a function of logits (..., 256) that gives an uncertainty (...).
        answers: of each photograph CS's logits (pixels, 3, 256).
        errors: of each the error of CS's mean (pixels), in levels.

    Example:
        >>> import torch
        >>> from fcsr.analysis import calibration
        >>> from fcsr.course.exercises import uncertainty
        >>> answers, errors = {"noise": torch.randn(50, 3, 256)}, {"noise": torch.rand(50)}
        >>> uncertainty.better_measure(lambda logits: logits, answers, errors)
        not yet: of logits (2, 3, 256) give (2, 3), not (2, 3, 256)
    """
    some = next(iter(answers.values()))[:2]
    mine = measure(some)
    expect(isinstance(mine, Tensor), f"give a tensor, not {type(mine).__name__}")
    shape, wanted = tuple(mine.shape), tuple(some.shape[:-1])
    expect(shape == wanted, f"of logits {tuple(some.shape)} give {wanted}, not {shape}")
    mine, reverse, *rivals = (
        _area(of, answers, errors)
        for of in (measure, lambda z: -measure(z), calibration.entropy, _width)
    )
    expect(mine < reverse, "it is lowest where the errors are largest: turn it round")
    for name, rival in zip(("entropy", "width of 90 %"), rivals, strict=True):
        expect(mine < rival, f"area above the best curve: {mine:.3f}; the {name} has {rival:.3f}")


@check
def most_uncertain_colour(answer, answers: dict[str, Tensor]):
    """Which colour has the highest mean entropy, or "none" if all are nearly the same.

    Args:
        answer: "red", "green", "blue" or "none".
        answers: of each photograph CS's logits (pixels, 3, 256).

    Example:
        >>> import torch
        >>> from fcsr.course.exercises import uncertainty
        >>> uncertainty.most_uncertain_colour("blue", {"flat": torch.zeros(4, 3, 256)})
        not yet: measure it: how many bits lie between the three means?
    """
    expect(answer in (*COLOURS, "none"), f"answer with one of {', '.join(COLOURS)}, none")
    entropies = torch.stack([calibration.entropy(z).mean(0) for z in answers.values()]).mean(0)
    apart = (entropies.max() - entropies.min()).item() >= SAME_BITS
    right = COLOURS[int(entropies.argmax())] if apart else "none"
    expect(answer == right, "measure it: how many bits lie between the three means?")


def _width(logits: Tensor) -> Tensor:
    first, last = calibration.interval(logits, 0.9)
    return (last - first).float()


def _area(of, answers: dict[str, Tensor], errors: dict[str, Tensor]) -> float:
    """The mean of all photographs' `calibration.sparsification_error`."""
    areas = [
        calibration.sparsification_error(of(logits).float().mean(-1), errors[name])
        for name, logits in answers.items()
    ]
    return float(np.mean(areas))
