"""What a process that a shell started can rely on: three open streams, and an end in one line.

Imports nothing that takes time, so that `fcsr` is prepared before anything else is loaded.
"""

import io
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

from fcsr.errors import FcsrError
from fcsr.utils import files

INTERRUPTED = "fcsr: interrupted"
SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


def prepare() -> None:
    """Open the standard streams that are closed, and end in one line at Ctrl-C and its like."""
    _open_streams()
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup has it
            signal.signal(number, _end)


def _open_streams() -> None:
    """Without them Python has None to print to, and the next file that is opened takes the place
    of the stream, with all that libraries print."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDWR)
            if nothing != number:
                os.dup2(nothing, number)
                os.close(nothing)
            setattr(sys, name, open(number, mode, encoding="utf-8"))  # noqa: SIM115
    if not isinstance(sys.stdout, _Stream):
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # names of files may be anything
        sys.stdout, sys.stderr = _Output(sys.stdout), _Stream(sys.stderr)


class _Stream:
    """A stream that may be full or gone: what is said beside the work does not stop the work."""

    def __init__(self, stream: Any):
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        if text != "":  # which typer writes to see what kind of stream it is
            self._try(self._stream.write, text)
        return len(text)

    def flush(self) -> None:
        self._try(self._stream.flush)

    def _try(self, call: Callable, *arguments: str) -> None:
        try:
            call(*arguments)
        except OSError as error:
            # what it still holds goes nowhere, or Python would fail to write it at the end
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, self._stream.fileno())
            os.close(nothing)
            self._failed(error)

    def _failed(self, error: OSError) -> None:
        pass


class _Output(_Stream):
    """A stream for what was asked for: it is an error if that cannot be written."""

    def _failed(self, error: OSError) -> None:
        if isinstance(error, BrokenPipeError):
            raise error
        cure = "free space where it is sent, or send it elsewhere"
        raise FcsrError(f"standard output cannot be written ({error.strerror}); {cure}") from error


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """Raise what `fcsr.cli.main` ends with; while a package is loaded and no file is written, end.

    Packages in C drop an exception, or turn it into another, while they are loaded.
    """
    if _is_importing(frame) and not files.DRAFTS:
        os.write(2, f"{INTERRUPTED}\n".encode())
        os._exit(128 + number)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    sys.exit(128 + number)


def _is_importing(frame: FrameType | None) -> bool:
    while frame:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
