"""A check says what an answer is: missing, wrong and why, or right."""

import numpy as np
import pytest
import torch

from fcsr.course.exercises.checking import NotYet, Verdict, check, expect, number, numbers


@check
def doubling(answer):
    expect(answer(2) == 4, "it does not double 2")


def double(number):
    return 2 * number


def test_a_right_answer():
    assert doubling(double) == Verdict(True, answer=double)
    assert repr(doubling(double)) == "right"


def test_a_wrong_answer_gets_the_hint():
    assert repr(doubling(lambda number: number)) == "not yet: it does not double 2"


def open_gap(number):
    raise NotImplementedError


@pytest.mark.parametrize("missing", [None, open_gap])
def test_no_answer(missing):
    assert repr(doubling(missing)) == "not answered yet"


def test_an_answer_that_fails_says_how():
    assert (
        repr(doubling(lambda number: number / 0)) == "not yet: ZeroDivisionError: division by zero"
    )


def test_the_line_of_the_cell_that_failed():
    file = "ipykernel_1/2.py"  # as IPython calls a cell
    cell = compile("def fails(number):\n    return number / 0", file, "exec")
    names = {}
    exec(cell, names)
    assert "ZeroDivisionError in line 2 of your cell" in repr(doubling(names["fails"]))


def test_tensors_are_made_on_the_cpu_whatever_the_default_device():
    with torch.device("meta"):
        assert doubling(lambda number: number * torch.ones(()).add(1).item()).right


def test_the_notebook_goes_on_with_what_is_right(capsys):
    assert doubling(double).or_else(abs) is double
    assert doubling(abs).or_else(double) is double
    assert doubling(None).or_else(double) is double
    assert capsys.readouterr().out == (
        "right\n"
        "not yet: it does not double 2 (going on with fcsr's own)\n"
        "not answered yet (going on with fcsr's own)\n"
    )


@pytest.mark.parametrize("given", [2, 2.0, np.float32(2), torch.tensor(2), torch.tensor([2.0])])
def test_numbers_of_any_library(given):
    assert number(given) == 2 and numbers((given, 3), 2, "two") == [2, 3]


@pytest.mark.parametrize("given", ["2", True, None, float("nan"), torch.ones(2), min])
def test_what_is_no_number_gets_the_hint(given):
    for ask in (lambda: number(given, "a number"), lambda: numbers((given, 3), 2, "a number")):
        with pytest.raises(NotYet, match="a number"):
            ask()


@pytest.mark.parametrize("given", [2, "23", (2,), (2, 3, 4), np.float64(2), torch.ones(2, 2)])
def test_another_number_of_numbers_gets_the_hint(given):
    with pytest.raises(NotYet, match="give two"):
        numbers(given, 2, "give two")
