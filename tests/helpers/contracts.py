"""The contracts under which the tests run: every shape and type that fcsr's annotations promise.

As PEP 484 has it, an int is welcome where a float is asked for; beartype has to be told. So it has
of the symbols that stand for sizes while a model is exported.
"""

from beartype import BeartypeConf, FrozenDict, beartype
from torch import SymFloat, SymInt

SYMBOLS = FrozenDict({int: int | SymInt, float: float | int | SymFloat | SymInt})

check = beartype(conf=BeartypeConf(hint_overrides=SYMBOLS))
