"""Rows of a table on disk, so that a long evaluation can be killed at any instant and go on.

A folder holds `images.csv`, whole at all times, and while an evaluation runs one
`images.<process>.partial` for each of its processes, to which finished rows are appended. A kill
can cut only the last line of such a file short; `Results.read` leaves that line out. Shards of an
evaluation write to the folder at the same time, each to files of its own; an evaluation of all
finds their rows, and merges them.

A row holds the measures that were asked for, and gets others when they are. In a file a cell is
empty where a row lacks what another has.
"""

import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from fcsr.errors import FcsrError
from fcsr.metrics import METRICS, columns
from fcsr.utils import shards
from fcsr.utils.files import atomic_write
from fcsr.utils.files.locks import only_writer

NAMES = ("dataset", "scale", "image", "method", "decode")
"""What identifies a row: no two rows of a table have the same names."""

DEPENDS = ("protocol", "weights", "files")
"""What the numbers of a row depend on."""

MEASURES = columns(METRICS)

ENCODING, ERRORS = "utf-8", "surrogateescape"  # names of images may be no valid UTF-8

Row = dict[str, str | float]


class Results:
    """The rows of one folder, as seen by one of the processes that write them.

    Args:
        folder: where the files lie; made when something is written.
        process: the number of this process, from 0.
        shard: the part of an evaluation that it writes, such as "3/16".

    Example:
        >>> import tempfile
        >>> from fcsr.evaluation.results import DEPENDS, NAMES, Results
        >>> names = dict.fromkeys([*NAMES, *DEPENDS], "1")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     results = Results(folder)
        ...     results.append([names | {"psnr": 30.5}])
        ...     results.append([names | {"ssim": 0.75}])
        ...     results.merge(results.read())
        ...     [row] = results.read()
        >>> row["psnr"], row["ssim"]
        (30.5, 0.75)
    """

    def __init__(self, folder: str | Path, process: int = 0, shard: str | None = None):
        self.folder = Path(folder)
        self.file = self.folder / "images.csv"
        self.part = "{}-of-{}".format(*shards.parse(shard)) if shard else None
        own = f"{self.part}.{process}" if shard else process
        self.partial = self.folder / f"images.{own}.partial"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes out but those of other shards; raises FcsrError where one writes
        here already."""
        with ExitStack() as stack:
            with naming(self.folder):
                stack.enter_context(only_writer(self.folder, self.part))
            yield

    def read(self) -> list[Row]:
        """All finished rows, of all processes.

        Of equal names the last written counts, with what earlier ones measured of the same
        weights, protocol and files.

        Raises FcsrError for a file that is not of this table.
        """
        partials = sorted(self.folder.glob("images.*.partial"))
        files = [file for file in (self.file, *partials) if file.exists()]
        return _unique(row for file in files for row in _parse(file))

    def append(self, rows: list[Row]) -> None:
        """Add finished rows to this process's file."""
        new = not self.partial.exists()
        with (
            naming(self.partial),
            self.partial.open("a", encoding=ENCODING, errors=ERRORS, newline="") as file,
        ):
            file.write(_format(rows, (*NAMES, *MEASURES, *DEPENDS), header=new))
            file.flush()
            os.fsync(file.fileno())

    def mend(self) -> None:
        """Write this process's file anew without a line that was cut short."""
        if self.partial.exists():
            fields = (*NAMES, *MEASURES, *DEPENDS)
            self.write(self.partial.name, _format(_parse(self.partial), fields, header=True))

    def merge(self, rows: list[Row]) -> None:
        """Write the whole table anew, in one step, and drop the files of the processes."""
        rows = _unique(rows)
        measured = [name for name in MEASURES if any(name in row for row in rows)]
        self.write(self.file.name, _format(rows, (*NAMES, *measured, *DEPENDS), header=True))
        for partial in self.folder.glob("images.*.partial"):
            partial.unlink()

    def write(self, name: str, text: str) -> None:
        """A file of the folder, in one step."""
        with naming(self.folder / name):
            self.folder.mkdir(parents=True, exist_ok=True)
            with atomic_write(self.folder / name) as draft:
                draft.write_text(text, ENCODING, ERRORS, newline="")


@contextmanager
def naming(path: str | Path) -> Iterator[None]:
    """Turn an OSError into an FcsrError that names the file or folder."""
    try:
        yield
    except OSError as error:
        raise FcsrError(
            f"{path} cannot be used ({error.strerror}): free some space, or give another folder"
        ) from error


def _unique(rows: Iterable[Row]) -> list[Row]:
    """Rows with the same names as one, where the last of them stands.

    It is the last, with what those before it measured, unless their numbers depended on others.
    """
    last: dict[tuple, Row] = {}
    for row in rows:
        names = tuple(row[name] for name in NAMES)
        before = last.pop(names, row)
        alike = all(before[name] == row[name] for name in DEPENDS)
        last[names] = before | row if alike else row
    return list(last.values())


def _format(rows: list[Row], fields: Sequence[str], header: bool) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fields, lineterminator="\n")
    if header:
        writer.writeheader()
    writer.writerows(rows)  # floats by repr, which loses nothing
    return text.getvalue()


def _parse(file: Path) -> list[Row]:
    with naming(file):
        text = file.read_text(ENCODING, ERRORS)
    whole = text[: text.rfind("\n") + 1]  # without a line that was cut short
    reader = csv.DictReader(io.StringIO(whole))
    fields = reader.fieldnames or ()
    measured = [name for name in fields if name in MEASURES]
    if whole and tuple(fields) != (*NAMES, *measured, *DEPENDS):
        raise FcsrError(
            f"{file} is no table of this evaluation: its columns are {fields}, not "
            f"{[*NAMES]}, measures of fcsr.metrics and {[*DEPENDS]}; give another folder"
        )
    try:
        return [
            {name: row[name] for name in (*NAMES, *DEPENDS)}
            | {"scale": float(row["scale"])}
            | {name: float(row[name]) for name in measured if row[name] != ""}
            for row in reader
        ]
    except (TypeError, ValueError) as error:
        raise FcsrError(
            f"{file} is damaged ({error}); delete it, or give another folder"
        ) from error
