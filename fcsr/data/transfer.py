"""One file over HTTP: no longer than it is known to be, and continued where a connection ended."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from fcsr.utils.progress import tqdm

if TYPE_CHECKING:  # loaded when something is downloaded
    import requests

TIMEOUT_S = 30.0  # seconds without a byte
BLOCK = 2**12  # bytes; so many are lost at most when a connection ends


class WrongFileError(Exception):
    """The server sends another file than the published one; the message says how that shows."""


class Resume:
    """A downloader for pooch that continues the interrupted download in `partial`.

    Args:
        partial: where the file grows.
        size: how many bytes it has in the end; no more are written, whatever a server sends.
    """

    def __init__(self, partial: Path, size: int):
        self.partial = partial
        self.size = size

    def __call__(self, url: str, output_file: str, pooch) -> None:
        if size(self.partial) > self.size:
            self.partial.unlink()
        if size(self.partial) < self.size or not self.partial.exists():
            self._request(url, size(self.partial))
        os.replace(self.partial, output_file)

    def _request(self, url: str, done: int) -> None:
        """Ask for what follows the first `done` bytes."""
        import requests

        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={done}-"} if done else {})
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT_S) as response:
            if response.status_code == requests.codes.requested_range_not_satisfiable:
                raise WrongFileError(f"it has {done:,} bytes or fewer instead of {self.size:,}")
            response.raise_for_status()
            if response.status_code != requests.codes.partial_content:
                done = 0  # the server sends all of it again
            said = response.headers.get("Content-Length")
            if said is not None and done + int(said) != self.size:
                raise WrongFileError(f"it has {done + int(said):,} bytes instead of {self.size:,}")
            self._receive(response, done)
        if size(self.partial) < self.size:
            raise requests.exceptions.ChunkedEncodingError("the connection was closed early")

    def _receive(self, response: "requests.Response", done: int) -> None:
        """Append what the server sends to the first `done` bytes of the partial file."""
        bar = tqdm(
            desc=self.partial.stem,
            total=self.size,
            initial=done,
            unit="B",
            unit_scale=True,
            delay=2,
            leave=False,
        )
        with self.partial.open("ab" if done else "wb") as file, bar:
            for block in response.iter_content(BLOCK):
                done += len(block)
                if done > self.size:
                    raise WrongFileError(f"it has more than {self.size:,} bytes")
                file.write(block)
                bar.update(len(block))


def size(path: Path) -> int:
    """A file's size in bytes; 0 if there is no such file."""
    return path.stat().st_size if path.exists() else 0


def hung_up(error: Exception) -> bool:
    """Whether the server was there and closed the connection before the file had come."""
    import requests
    from urllib3.exceptions import ProtocolError

    if isinstance(error, requests.ConnectionError):
        return bool(error.args) and isinstance(error.args[0], ProtocolError)
    return isinstance(error, requests.exceptions.ChunkedEncodingError)


def reason(error: Exception) -> str:
    """Why a request failed, for a message."""
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answers {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return f"the server sent nothing for {TIMEOUT_S:g} seconds"
    return f"no connection ({type(error).__name__}), as if this machine were offline"
