"""Parameters for notebooks in YAML files: what `fcsr report` runs when it is given some.

A file NAME_variant.yaml, or NAME.yaml, is for the notebook NAME.ipynb, and each file is one run of
it. All files are checked before anything runs.
"""

import ast
import reprlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from fcsr.course.report import yaml_scalars
from fcsr.course.report.execution import in_words
from fcsr.course.report.yaml_scalars import Scalar
from fcsr.errors import FcsrError

KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text (in quotes, if it looks like something else)",
}


class Run(NamedTuple):
    """A notebook with parameters.

    Example:
        >>> from pathlib import Path
        >>> from fcsr.course.report.parameters import Run
        >>> Run(Path("08_axes.ipynb"), "width", {"axis": "width"}).name
        '08_axes_width'
    """

    source: Path
    variant: str = ""  # of the file; nothing for the notebook's own parameters
    parameters: dict[str, Scalar] | None = None

    @property
    def name(self) -> str:
        """Of its page: NAME_variant."""
        return f"{self.source.stem}_{self.variant}" if self.variant else self.source.stem

    def entitled(self, heading: str | None) -> str:
        """The title of its page, from the first heading of the notebook, if it has one.

        Example:
            >>> from pathlib import Path
            >>> from fcsr.course.report.parameters import Run
            >>> Run(Path("08_axes.ipynb"), "width").entitled("Axes")
            'Axes (width)'
        """
        heading = heading or self.source.stem
        return f"{heading} ({self.variant})" if self.variant else heading


def plan(notebooks: Sequence[Path], files: Sequence[Path]) -> list[Run]:
    """A run for each file, or for each notebook if there is none.

    Raises:
        FcsrError: a file is for none of the notebooks or for a run that another is for, cannot be
            read, or has anything in it but scalars for parameters that the notebook has, each of
            its type; a whole number will do for one with decimals.
    """
    if not files:
        return [Run(source) for source in notebooks]
    runs: dict[str, Run] = {}
    for file in files:
        source = _notebook_of(file, notebooks)
        values = yaml_scalars.read(file)
        run = Run(source, file.stem.removeprefix(source.stem)[1:], values)
        if run.name in runs:
            raise FcsrError(f"{file} is the second one for {run.name}: give it another name")
        _check(file, source, values)
        runs[run.name] = run
    return list(runs.values())


def _notebook_of(file: Path, notebooks: Sequence[Path]) -> Path:
    fitting = [path for path in notebooks if f"{file.stem}_".startswith(f"{path.stem}_")]
    if not fitting:
        known = ", ".join(path.stem for path in notebooks)
        raise FcsrError(f"{file} is for none of {known}: call it NAME_variant.yaml")
    return max(fitting, key=lambda path: len(path.stem))


def _check(file: Path, source: Path, values: dict[str, Scalar]) -> None:
    """Raise FcsrError for values that the notebook has no parameters of their type for."""
    own = _parameters(source)
    if unknown := sorted(set(values) - set(own)):
        known = ", ".join(own) or "none: no cell is tagged `parameters`"
        raise FcsrError(
            f"{file} has {', '.join(map(reprlib.repr, unknown[:5]))}, which {source.name} does not "
            f"know; its parameters are {known}"
        )
    for name, value in values.items():
        kind = type(own[name])
        if kind not in KINDS or type(value) is kind or (kind is float and type(value) is int):
            continue
        raise FcsrError(
            f"{file} gives {name} the value {reprlib.repr(value)}, {KINDS[type(value)]}, where "
            f"{source.name} has {own[name]!r}; give {KINDS[kind]}"
        )


def _parameters(source: Path) -> dict[str, object]:
    """A notebook's own parameters; the value is None if it is not written out."""
    import nbformat

    try:
        cells = nbformat.read(source, as_version=4).cells
        tagged = [cell.source for cell in cells if "parameters" in cell.metadata.get("tags", [])]
        return dict(_assigned("\n".join(tagged)))
    except Exception as error:  # a file that is no notebook, a cell that is not Python
        raise FcsrError(f"{source} cannot be read: {in_words(error)}") from error


def _assigned(code: str) -> Iterator[tuple[str, object]]:
    for line in ast.parse(code).body:
        match line:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                try:
                    yield name, ast.literal_eval(value)
                except ValueError:
                    yield name, None
