"""A door to PostgreSQL that counts what a process sends and kills the process at one of these messages.

It understands just enough of the protocol (version 3) to know where a statement begins and when it has been done:
https://www.postgresql.org/docs/current/protocol-flow.html. A statement is what a client sends up to a Query or a Sync;
a message of COPY data is counted as one, too.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import event

from tenants.db import db

COPY_DATA, COPY_DONE, QUERY, SYNC = b"d", b"c", b"Q", b"S"
COUNTED = (COPY_DATA, COPY_DONE, QUERY, SYNC)
UNANSWERED = (COPY_DATA, COPY_DONE)
#: Parse, Bind, Describe, Execute, Close: the server is not given them before the Sync that they wait for.
PREPARING = (b"P", b"B", b"D", b"E", b"C")
READY, COPY_IN, BACKEND_KEY = b"Z", b"G", b"K"
NO_ENCRYPTION = {"sslmode": "disable", "gssencmode": "disable"}


class Door:
    """Listens in `folder`; a process that `passes` through it is killed at the `at`-th message, if that is not 0.

    `after`: only when the server has done what the message asked, but before the process hears of it; otherwise before
    the server gets any of it. `count` and `sent` tell how many messages there were, and how each begins; `backends`
    are the process numbers of the server's side.
    """

    def __init__(self, folder: Path, url: Any, at: int = 0, *, after: bool = False) -> None:
        self.count = 0
        self.sent: list[bytes] = []
        self.backends: list[int] = []
        self.struck = threading.Event()
        self._at, self._after = at, after
        self._victim: int | None = None
        self._known, self._over, self._counting = threading.Event(), threading.Event(), threading.Lock()
        self._server = (url.query.get("host") or url.host, int(url.port or url.query.get("port") or 5432))
        self._folder = folder
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / ".s.PGSQL.5432"))
        self._listening.listen()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def passes(self) -> None:
        """Called in the process that is to be killed: whatever it says to PostgreSQL goes this way."""
        for engine in db.engines.values():
            event.listen(engine, "do_connect", self._redirect)

    def strikes(self, pid: int) -> None:
        """Whom to kill."""
        self._victim = pid
        self._known.set()

    def close(self) -> None:
        """End the connections, as the system does for a process that is gone."""
        self._over.set()
        for thread in self._threads:
            thread.join(5)
        self._listening.close()

    def _redirect(self, _dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> None:
        parameters.update(host=str(self._folder), port=5432, **NO_ENCRYPTION)

    def _accept(self) -> None:
        while not self._over.is_set():
            if select.select([self._listening], [], [], 0.05)[0]:
                client, _ = self._listening.accept()
                thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _connected(self) -> socket.socket:
        host, port = self._server
        if str(host).startswith("/"):
            server = socket.socket(socket.AF_UNIX)
            server.connect(f"{host}/.s.PGSQL.{port}")
            return server
        return socket.create_connection((host, port))

    def _serve(self, client: socket.socket) -> None:
        with client, self._connected() as server:
            asked, answered = _Messages(headless=True), _Messages()
            held, awaits = b"", False
            while not self._over.is_set():
                ready = select.select([client, server], [], [], 0.05)[0]
                if server in ready:
                    data = server.recv(1 << 16)
                    kinds = []
                    for kind, body in answered.whole(data):
                        kinds.append(kind)
                        if kind == BACKEND_KEY:
                            self.backends.append(struct.unpack("!I", body[:4])[0])
                    if awaits and (READY in kinds or COPY_IN in kinds or not data):
                        self._strike()
                        return
                    if not data:
                        return
                    if not awaits:
                        client.sendall(data)
                if client in ready:
                    data = client.recv(1 << 16)
                    if not data:
                        return
                    for kind, message in asked.messages(data):
                        held += message
                        if kind not in PREPARING:
                            mine = kind in COUNTED and self._counted(held)
                            if mine and not self._after:
                                self._strike()
                                return
                            server.sendall(held)
                            held, awaits = b"", awaits or mine
                            if mine and kind in UNANSWERED:
                                self._strike()
                                return

    def _counted(self, held: bytes) -> bool:
        """Whether this is the one."""
        with self._counting:
            self.count += 1
            self.sent.append(held[:400])
            return self.count == self._at

    def _strike(self) -> None:
        assert self._known.wait(10)
        assert self._victim is not None
        os.kill(self._victim, signal.SIGKILL)
        self.struck.set()


class _Messages:
    """A stream, cut into messages. The first of a client is `headless`: it has no kind."""

    def __init__(self, *, headless: bool = False) -> None:
        self._rest = b""
        self._headless = headless

    def messages(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """The kind (b"" of the first) and all bytes of every message that is complete by now."""
        self._rest += data
        found = []
        while True:
            head = 0 if self._headless else 1
            if len(self._rest) < head + 4:
                return found
            (length,) = struct.unpack("!I", self._rest[head : head + 4])
            if len(self._rest) < head + length:
                return found
            found.append((self._rest[:head], self._rest[: head + length]))
            self._rest, self._headless = self._rest[head + length :], False

    def whole(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """The kind and the body of every message that is complete by now."""
        return [(kind, message[5:]) for kind, message in self.messages(data)]
