"""The checks of notebook 05: what is right passes, what is typically wrong gets its own hint."""

import math

import pytest

from fcsr.course.exercises import training as exercises
from fcsr.course.exercises.training import OUTCOMES


def rate(step, steps, warmup, peak):
    return peak * min(1, (step + 1) / warmup) * 0.5 * (1 + math.cos(math.pi * step / steps))


@pytest.mark.parametrize(
    ("check", "right"),
    [
        (exercises.least_seconds, 28.8),
        (exercises.next_bfloat16, 1.0078125),
        (exercises.wild_rate, "diverges"),
        (exercises.learning_rate, rate),
        (exercises.moving_average, lambda average, weight, d: d * average + (1 - d) * weight),
        (exercises.moving_average, lambda average, weight, d: average.lerp(weight, 1 - d)),
    ],
)
def test_right_answers(check, right):
    assert check(right).right
    assert repr(check(None)) == "not answered yet"


@pytest.mark.parametrize(
    ("check", "wrong", "hint"),
    [
        (exercises.least_seconds, 9.6, "1 times the forward pass; what about the way back"),
        (exercises.least_seconds, 19.2, "2 times the forward pass; what about the way back"),
        (exercises.least_seconds, 28.8 / 16, "more than one crop"),
        (exercises.least_seconds, 288, "too much"),
        (exercises.least_seconds, -1, "above 0"),
        (exercises.least_seconds, "soon", "give one number"),
        (exercises.next_bfloat16, 2.5, "between 1 and 2"),
        (exercises.next_bfloat16, 1.0000001, "makes it 1"),
        (exercises.next_bfloat16, 1.015625, "smaller one"),
        (exercises.next_bfloat16, "1", "give one number"),
        (exercises.wild_rate, "learns faster", "how far does Adam"),
        (exercises.wild_rate, "stands still", "how far does Adam"),
        (exercises.wild_rate, 3, "choose from"),
        (exercises.learning_rate, lambda *a: rate(*a) * 1.5, "rises above"),
        (exercises.learning_rate, lambda step, n, w, p: p * (1 - step / n), "where is the warm-up"),
        (exercises.learning_rate, lambda step, n, w, p: rate(step - 1, n, w, p), "step 0"),
        (
            exercises.learning_rate,
            lambda step, n, w, p: p * min(1, (step + 1) / w),
            "at the end it is 0.5, not 0",
        ),
        (
            exercises.learning_rate,
            lambda step, n, w, p: p * min(1, (step + 1) / w) * math.cos(math.pi / 2 * step / n),
            "half-way it is 0.354",
        ),
        (
            exercises.learning_rate,
            lambda step, n, w, p: p * min(1, (step + 1) / w) * (1 - step / n),
            "step 1 of 100 has",
        ),
        (exercises.learning_rate, lambda step: step, "TypeError"),
        (exercises.moving_average, lambda average, weight, d: None, "returns nothing"),
        (
            exercises.moving_average,
            lambda average, weight, d: (1 - d) * average + d * weight,
            "which of the two decays",
        ),
        (exercises.moving_average, lambda average, weight, d: d * average + weight, "add up to 1"),
        (exercises.moving_average, lambda average, weight, d: "w", "Error"),
    ],
)
def test_wrong_answers_get_their_hints(check, wrong, hint):
    verdict = check(wrong)
    assert verdict.right is False and hint in verdict.hint


def test_outcomes_are_named():
    assert all(exercises.wild_rate(outcome).right in (True, False) for outcome in OUTCOMES)
