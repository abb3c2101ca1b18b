"""Checks of the exercises in the notebooks, one module for each; they show no solution.

A notebook imports its own: `from fcsr.course.exercises import classification as exercises`; then
`exercises.three_decodings(my_answer)` is a `checking.Verdict`, which a cell's last line shows, and
`split = exercises.split(my_split).or_else(frequency.split)` goes on with the student's function
where that is right.
"""

# The names are in __init__.pyi, where type checkers find them, too.
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
