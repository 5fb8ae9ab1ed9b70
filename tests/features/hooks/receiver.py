"""A program as it listens: a real HTTP server that answers as it is told, and keeps what it was sent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """`status` is what it answers, `location` where it sends away to; while it `hangs` it says nothing."""

    url: str = ""
    status: int = 204
    location: str | None = None
    retry_after: str | None = None
    drips: bool = False
    hangs: threading.Event | None = None
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@contextmanager
def receiver() -> Iterator[Receiver]:
    """One that runs while the block does."""
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.paths.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if made.hangs is not None:
                if made.drips:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
                    while not made.hangs.wait(0.05):
                        self.wfile.write(b"x")
                made.hangs.wait(30)
                return
            self.send_response(made.status)
            if made.location:
                self.send_header("Location", made.location)
            if made.retry_after:
                self.send_header("Retry-After", made.retry_after)
            self.end_headers()

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_words: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}/osiedle?x=1"
    try:
        yield made
    finally:
        if made.hangs is not None:
            made.hangs.set()
        server.shutdown()
        thread.join()
        server.server_close()
