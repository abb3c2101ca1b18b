"""What a check says of a student's answer: right, not yet and why, or not answered yet."""

import math
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

import numpy as np
import torch
from torch import Tensor

from fcsr.course.language import _, hinted
from fcsr.utils.numbers import as_real

Function = TypeVar("Function", bound=Callable[..., Any])


class NotYet(Exception):
    """Raised by a check: what is not right yet, in words that help and do not give it away.

    Example:
        >>> from fcsr.course.exercises.checking import NotYet, check
        >>> @check
        ... def any_number(answer):
        ...     raise NotYet(f"{answer} is not the number that I think of")
        >>> any_number(7)
        not yet: 7 is not the number that I think of
    """


@dataclass(frozen=True)
class Verdict:
    """Of one answer; a notebook shows it as `right`, `not yet: ...` or `not answered yet`.

    Example:
        >>> from fcsr.course.exercises.checking import Verdict
        >>> Verdict(None), Verdict(True, answer=5), Verdict(False, "more", answer=4)
        (not answered yet, right, not yet: more)
    """

    right: bool | None  # None: there is no answer
    hint: str = ""
    answer: Any = None  # the student's

    def __repr__(self) -> str:
        if self.right is None:
            return _("not answered yet")
        return _("right") if self.right else _("not yet: {hint}").format(hint=self.hint)

    def or_else(self, package: Function) -> Function:
        """The student's function if it is right, or else fcsr's, so that the notebook goes on.

        Prints the verdict.

        Args:
            package: what does the same in fcsr.

        Example:
            >>> from fcsr.course.exercises.checking import Verdict
            >>> Verdict(False, "the largest of three is not the first", min).or_else(max)
            not yet: the largest of three is not the first (going on with fcsr's own)
            <built-in function max>
        """
        if self.right:
            print(self)
            return cast("Function", self.answer)
        print(self, _("(going on with fcsr's own)"))
        return package


def expect(condition: object, hint: str) -> None:
    """Raise NotYet with this hint unless the condition holds.

    Example:
        >>> from fcsr.course.exercises.checking import expect
        >>> expect(1 + 1 == 2, "one and one are two")
    """
    if not condition:
        raise NotYet(hint)


def number(answer: Any, hint: str = "give one number") -> float:
    """A student's number, of any library, or a tensor of one; raises NotYet with this hint if none.

    Example:
        >>> import torch
        >>> from fcsr.course.exercises.checking import number
        >>> number(torch.tensor(2.5)), number(3)
        (2.5, 3.0)
    """
    plain = answer.item() if isinstance(answer, Tensor) and answer.numel() == 1 else answer
    value = as_real(plain)
    if value is None or not math.isfinite(value):
        raise NotYet(hint)
    return value


def numbers(answer: Any, count: int, hint: str) -> list[float]:
    """So many numbers of a student's tuple, list, array or tensor; raises NotYet if they are not.

    Example:
        >>> from fcsr.course.exercises.checking import numbers
        >>> numbers((1, 2.5), 2, "give two numbers")
        [1.0, 2.5]
    """
    expect(isinstance(answer, (tuple, list, np.ndarray, Tensor)), hint)
    expect(getattr(answer, "ndim", 1) and len(answer) == count, hint)
    return [number(one, hint) for one in answer]


def check(function: Callable[..., None]) -> Callable[..., Verdict]:
    """Make a check of a function that raises NotYet for what is not right.

    No answer, None, or a function whose gap is still open (it raises NotImplementedError), is
    `not answered yet`. Whatever else is raised is said, with the line of the student's cell.
    Tensors that are made meanwhile are the CPU's, whatever the default device.

    Example:
        >>> from fcsr.course.exercises.checking import check, expect
        >>> @check
        ... def half_of_ten(answer):
        ...     expect(answer == 5, "twice your number is not 10")
        >>> half_of_ten(None), half_of_ten(4), half_of_ten(5)
        (not answered yet, not yet: twice your number is not 10, right)
    """

    @wraps(function)
    def checked(answer: Any, *arguments: Any, **options: Any) -> Verdict:
        if answer is None:
            return Verdict(None)
        try:
            with torch.device("cpu"):
                function(answer, *arguments, **options)
        except NotYet as hint:
            return Verdict(False, hinted(str(hint)), answer)
        except NotImplementedError:
            return Verdict(None)
        except Exception as error:
            return Verdict(False, f"{type(error).__name__}{_line_of(error)}: {error}", answer)
        return Verdict(True, answer=answer)

    return checked


def _line_of(error: Exception) -> str:
    """Where in the student's cell it was raised, if it was raised from there."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "ipykernel_" in frame.filename]
    return _(" in line {line} of your cell").format(line=own[-1].lineno) if own else ""
