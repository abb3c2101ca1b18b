"""What is around all commands: their help, and errors and warnings as lines."""

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from typer.core import TyperCommand, TyperGroup

import fcsr
from fcsr.errors import FcsrError
from fcsr.utils import process
from fcsr.utils.terminal import printable

_UsageError = typer.BadParameter.__base__  # click's, of which typer has its own


def new_app(*commands: Callable) -> typer.Typer:
    """A program of these commands, in this order."""
    app = typer.Typer(
        cls=_Group,
        help="Super-resolution as classification: LTE, CS and FCS.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    app.callback()(_options)
    for command in commands:
        app.command(cls=_Command)(command)
    return app


def run(app: typer.Typer) -> None:
    """Run a command; an error that fcsr raises on purpose is a line, not a traceback.

    Ctrl-C, SIGTERM and a closed terminal are a line too, after what was half written is removed.
    """
    process.prepare()
    try:
        try:
            app(prog_name="fcsr")
        finally:
            sys.stdout.flush()
    except FcsrError as error:
        typer.secho(f"fcsr: {printable(str(error))}", fg="red", err=True)
        sys.exit(2)
    except BrokenPipeError:  # as when head has seen enough
        sys.exit(1)
    except SystemExit as end:
        if end.code in (128 + number for number in process.SIGNALS):
            typer.secho(process.INTERRUPTED, fg="red", err=True)
        raise


@contextmanager
def warning_lines(hidden: bool = False) -> Iterator[None]:
    """Within it a warning is a line, without the code that gave it; none if they are hidden."""
    with warnings.catch_warnings():
        warnings.showwarning = _warn
        if hidden:
            warnings.simplefilter("ignore")
        yield


def error_lines(error: FcsrError) -> None:
    """An error that names several files, a line each."""
    lines = map(printable, f"fcsr: {error}".splitlines())
    typer.secho("\n".join(lines), fg="red", err=True)


def _warn(message, category, filename, lineno, file=None, line=None) -> None:
    from fcsr.utils.progress import tqdm

    with tqdm.external_write_mode(sys.stderr):  # not within a bar
        typer.secho(f"fcsr: {printable(str(message))}", fg="yellow", err=True)


def _version(wanted: bool) -> bool:
    if wanted:
        typer.echo(f"fcsr {fcsr.__version__}")
        raise typer.Exit
    return wanted


def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    pass


class _PlainFlags:
    """A command whose help shows no type beside flags, which take no value."""

    def get_params(self, ctx):
        parameters = super().get_params(ctx)
        for parameter in parameters:
            if getattr(parameter, "is_flag", False):
                parameter.metavar = ""
        return parameters


class _Group(_PlainFlags, TyperGroup):
    """All commands; what was typed is quoted in errors without its control characters."""

    def make_context(self, *arguments, **options):
        with _quoted():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx):
        with _quoted():
            return super().invoke(ctx)


@contextmanager
def _quoted():
    try:
        yield
    except _UsageError as error:
        error.message = printable(error.message)
        raise


class _Command(_PlainFlags, TyperCommand):
    pass
