"""A YAML file of names and scalars, read strictly.

PyYAML reads YAML 1.1, in which `1e-3` is text, `1:30` is 90, `017` is 15 and `no` is false. Here a
plain scalar is a number, true, false or nothing where YAML 1.2 and Python agree, else text.
"""

import math
import re
import reprlib
from collections import Counter
from pathlib import Path

import yaml

from fcsr.errors import FcsrError

LARGEST = 65_536  # bytes of a file
Scalar = bool | int | float | str
CURE = (
    "parameters are numbers, true, false or text (in quotes, if it looks like something else), "
    "in lines like `steps: 200`"
)


class _Loader(yaml.SafeLoader):
    """SafeLoader, but for plain scalars."""

    yaml_implicit_resolvers: dict = {}  # noqa: RUF012


for _kind, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(0|[1-9][0-9_]*|0x[0-9a-fA-F]+)", list("-+0123456789")),
    ("float", r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ("float", r"[-+]?[0-9]+[eE][-+]?[0-9]+", list("-+0123456789")),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_kind}", re.compile(f"^({_pattern})$"), _first
    )


def read(file: Path) -> dict[str, Scalar]:
    """The names and values of a file, in its order.

    Raises:
        FcsrError: it cannot be read, is larger than 64 KiB, has a name twice, or holds anything
            but names with finite numbers, true, false or text.

    Example:
        >>> import pathlib, tempfile
        >>> from fcsr.course.report import yaml_scalars
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = pathlib.Path(folder, "08_axes_width.yaml")
        ...     _ = file.write_text("rate: 1e-3\\nname: no")
        ...     yaml_scalars.read(file)
        {'rate': 0.001, 'name': 'no'}
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise FcsrError(f"{file} holds no parameters: it is larger than {LARGEST} bytes")
        _require_flat(file, data)
        values = yaml.load(data, _Loader)
    except FcsrError:
        raise
    except (OSError, ValueError, yaml.YAMLError) as error:  # ValueError: a number without end
        reason = " ".join(str(error).split())
        raise FcsrError(f"{file} cannot be read as YAML: {reason}") from error
    for name, value in values.items():
        if not isinstance(value, Scalar):
            raise FcsrError(f"{file} gives {name} no value; {CURE}")
        if isinstance(value, float) and not math.isfinite(value):
            raise FcsrError(f"{file} gives {name} a number that is too large for a float")
    return {str(name): value for name, value in values.items()}


def _require_flat(file: Path, data: bytes) -> None:
    """Raise FcsrError for all that is not one mapping of scalars, before anything is made of it.

    An alias, `*`, repeats what its anchor, `&`, names: a few lines of them are gigabytes.
    """
    depth, names = 0, []
    for event in yaml.parse(data, yaml.SafeLoader):
        place = f"{file}, line {event.start_mark.line + 1},"
        if getattr(event, "anchor", None) or getattr(event, "tag", None):
            raise FcsrError(f"{place} has an alias, an anchor or a tag (*, & or !); {CURE}")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > 1 or isinstance(event, yaml.SequenceStartEvent):
                raise FcsrError(f"{place} begins a list or a mapping; {CURE}")
        if isinstance(event, yaml.ScalarEvent):
            names.append(event.value)
    names = names[::2]  # and their values between them
    if depth == 0:
        raise FcsrError(f"{file} holds no parameters; {CURE}")
    if names and (most := Counter(names).most_common(1)[0])[1] > 1:
        raise FcsrError(f"{file} has {reprlib.repr(most[0])} twice; give it one value")
