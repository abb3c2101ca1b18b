"""Checks of the exercises of notebook 05, on training.

Each returns a `checking.Verdict`; what it needs of the notebook is passed to it.
"""

from collections.abc import Callable
from typing import Any

import torch

from fcsr.course.exercises.checking import NotYet, check, expect, number
from fcsr.training.recipe import Recipe

OUTCOMES = ("learns faster", "stands still", "diverges")
"""What may become of a training whose learning rate is raised."""


@check
def least_seconds(
    answer: Any,
    steps: int = 30_000,
    crops: int = 16,
    operations: float = 10e9,
    rate: float = 5e14,
) -> None:
    """The least time of a training, in seconds.

    Args:
        answer: in seconds.
        steps: how many.
        crops: in each step.
        operations: of the forward pass of a crop.
        rate: operations that the device makes in a second.

    Example:
        >>> from fcsr.course.exercises import training as exercises
        >>> exercises.least_seconds(30_000 * 16 * 10e9 / 5e14)
        not yet: that is 1 times the forward pass; what about the way back?
    """
    seconds = number(answer)
    forward = steps * crops * operations / rate
    expect(seconds > 0, "a time is above 0")
    expect(abs(seconds * crops / forward - 3) > 0.1, "a step has more than one crop")
    times = seconds / forward
    expect(times > 2.9, f"that is {times:.2g} times the forward pass; what about the way back?")
    expect(times < 3.1, f"that is {times:.2g} times the forward pass: too much")


@check
def next_bfloat16(answer: Any) -> None:
    """The smallest bfloat16 number above 1.

    Example:
        >>> from fcsr.course.exercises import training as exercises
        >>> exercises.next_bfloat16(1.001)
        not yet: bfloat16 has no 1.001, and makes it 1
    """
    successor = number(answer)
    expect(1 < successor < 2, "the next one above 1 is between 1 and 2")
    stored = torch.tensor(successor, dtype=torch.bfloat16).item()
    expect(stored == successor, f"bfloat16 has no {successor:g}, and makes it {stored:g}")
    between = torch.tensor((1 + successor) / 2, dtype=torch.bfloat16).item()
    expect(between in (1, successor), f"there is a smaller one, {between:g} or below")


@check
def wild_rate(answer: Any) -> None:
    """What a learning rate 1,000 times as high does, one of `OUTCOMES`.

    Example:
        >>> from fcsr.course.exercises import training as exercises
        >>> exercises.wild_rate("explodes")
        not yet: choose from learns faster, stands still, diverges
    """
    expect(answer in OUTCOMES, f"choose from {', '.join(OUTCOMES)}")
    hint = "how far does Adam move a weight in a step, and how large are the weights themselves?"
    expect(answer == OUTCOMES[-1], hint)


@check
def learning_rate(answer: Callable[[int, int, int, float], Any]) -> None:
    """The learning rate of a step, written by the student: `answer(step, steps, warmup, peak)`.

    Example:
        >>> from fcsr.course.exercises import training as exercises
        >>> exercises.learning_rate(lambda step, steps, warmup, peak: peak)
        not yet: the first step has the whole rate: where is the warm-up?
    """
    steps, warmup, peak = 100, 10, 0.5
    recipe = Recipe("photographs", steps=steps, warmup=warmup, lr=peak)
    found = {step: float(answer(step, steps, warmup, peak)) for step in range(steps + 1)}
    wanted = {step: recipe.lr_at(step) for step in found}
    alike = {step: abs(found[step] - wanted[step]) < 1e-6 for step in found}
    if all(alike.values()):
        return
    expect(found[0] != 0, "step 0 has the rate 0 and teaches nothing: begin with one step's rise")
    expect(found[0] < peak / 2, "the first step has the whole rate: where is the warm-up?")
    expect(max(found.values()) <= peak, "it rises above the peak: the warm-up has to end")
    expect(abs(found[steps]) < 1e-6, f"at the end it is {found[steps]:.3g}, not 0")
    middle = steps // 2
    expect(abs(found[middle] - peak / 2) < 1e-6, f"half-way it is {found[middle]:.3g}, not 0.25")
    wrong = next(step for step in found if not alike[step])
    raise NotYet(f"step {wrong} of {steps} has {found[wrong]:.3g} (warmup {warmup}, peak {peak})")


@check
def moving_average(answer: Callable[[torch.Tensor, torch.Tensor, float], Any]) -> None:
    """A step of the weights' moving average, by the student: `answer(average, weight, decay)`.

    Example:
        >>> from fcsr.course.exercises import training as exercises
        >>> exercises.moving_average(lambda average, weight, decay: (average + weight) / 2)
        not yet: with a decay of 0.9, an average of 0 and a weight of 1 it gives 0.5
    """
    average, weight = torch.zeros(3), torch.ones(3)
    found = answer(average, weight, 0.9)
    expect(found is not None, "it returns nothing")
    found = torch.as_tensor(found, dtype=torch.float32)
    hint = "with a decay of 0.999 it would forget nearly all at once: which of the two decays?"
    expect(not torch.allclose(found, torch.tensor(0.9)), hint)
    hint = "the two shares do not add up to 1: an average of ones has to stay 1"
    expect(_keeps_ones(answer), hint)
    hint = f"with a decay of 0.9, an average of 0 and a weight of 1 it gives {found[0]:.3g}"
    expect(torch.allclose(found, torch.tensor(0.1)), hint)


def _keeps_ones(answer: Callable[[torch.Tensor, torch.Tensor, float], Any]) -> bool:
    ones = torch.as_tensor(answer(torch.ones(3), torch.ones(3), 0.9), dtype=torch.float32)
    return torch.allclose(ones, torch.ones(3))
