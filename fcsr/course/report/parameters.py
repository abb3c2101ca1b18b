"""Parameters for notebooks in YAML files: what `fcsr report` runs when it is given some.

A file NAME_variant.yaml, or NAME.yaml, is for the notebook NAME.ipynb, and each file is one run of
it. All files are checked before anything runs.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from fcsr.errors import FcsrError


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
    parameters: dict | None = None

    @property
    def name(self) -> str:
        """Of its page: NAME_variant."""
        return f"{self.source.stem}_{self.variant}" if self.variant else self.source.stem


def plan(notebooks: Sequence[Path], files: Sequence[Path]) -> list[Run]:
    """A run for each file, or for each notebook if there is none.

    Raises:
        FcsrError: a file is for none of the notebooks or for a run that another is for, cannot be
            read, or has anything in it but scalars for parameters that the notebook has.
    """
    if not files:
        return [Run(source) for source in notebooks]
    runs: dict[str, Run] = {}
    for file in files:
        source = _notebook_of(file, notebooks)
        values = _read(file)
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


def _read(file: Path) -> dict:
    import yaml

    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise FcsrError(f"{file} cannot be read as YAML: {reason}") from error
    if not isinstance(values, dict):
        raise FcsrError(f"{file} holds no parameters: give lines like `steps: 200`")
    for name, value in values.items():
        if not isinstance(value, str | int | float):  # which true and false are, too
            raise FcsrError(
                f"{file} gives {name} the value {value!r}; parameters are numbers, true, false or "
                "text (in quotes, if it looks like something else)"
            )
    return values


def _check(file: Path, source: Path, values: dict) -> None:
    """Raise FcsrError for values that the notebook has no parameters for."""
    import nbformat
    from papermill.translators import PythonTranslator

    try:
        cells = nbformat.read(source, as_version=4).cells
    except Exception as error:  # a file that is no notebook
        raise FcsrError(f"{source} cannot be read: {error}") from error
    tagged = (cell for cell in cells if "parameters" in cell.metadata.get("tags", []))
    own = [parameter.name for cell in tagged for parameter in PythonTranslator.inspect(cell)]
    if unknown := sorted({str(name) for name in values} - set(own)):
        raise FcsrError(
            f"{file} has {', '.join(unknown)}, which {source.name} does not know; it has "
            f"the parameters {', '.join(own)}"
        )
