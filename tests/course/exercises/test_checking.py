"""A check says what an answer is: missing, wrong and why, or right."""

import pytest
import torch

from fcsr.course.exercises.checking import Verdict, check, expect


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
    cell = compile("def fails(number):\n    return number / 0", "/tmp/ipykernel_1/2.py", "exec")
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
