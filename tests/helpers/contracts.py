"""The contracts under which the tests run: every shape and type that fcsr's annotations promise.

As PEP 484 has it, an int is welcome where a float is asked for; beartype has to be told.
"""

from beartype import BeartypeConf, beartype

check = beartype(conf=BeartypeConf(is_pep484_tower=True))
