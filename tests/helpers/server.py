"""A real HTTP server on this machine, of files in memory; it can be told to misbehave."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    """Serves `files`; `behave` says how: a dict of what goes wrong."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.requests: list[tuple[str, str | None]] = []  # path, Range header
        self.cut_after = None  # bytes, then the connection ends
        self.ranges = True  # whether Range is honoured
        self.pause = 0.0  # seconds before every 100 kB
        self.hang_up = 0  # how many of the next requests get no answer
        self.says_length = True  # whether there is a Content-Length
        self.endless = False  # whether zeros follow the file, for ever

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server, wanted = self.server, self.headers.get("Range")
        server.requests.append((self.path, wanted))
        if server.hang_up:
            server.hang_up -= 1
            self.close_connection = True
            return
        content = server.files.get(self.path.removeprefix("/"))
        if content is None:
            self.send_error(404)
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) if wanted and server.ranges else 0
        if start and start >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if server.says_length:
            self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self._send(content[start:][: server.cut_after])
        while server.endless and self._send(bytes(100_000)):
            pass

    def _send(self, content: bytes) -> bool:
        """Send it; False if the other side has gone."""
        for block in range(0, len(content), 100_000):
            time.sleep(self.server.pause)
            try:
                self.wfile.write(content[block : block + 100_000])
            except OSError:
                return False
        return True

    def log_message(self, *_):
        pass


@contextmanager
def serving() -> Iterator[Server]:
    """A server that runs within the block."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
