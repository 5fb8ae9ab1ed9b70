"""A mail server that misbehaves to order: real sockets, one thread a connection."""

from __future__ import annotations

import socket
import threading
from collections import defaultdict, deque
from contextlib import suppress
from typing import Self

CUT, HANG = b"cut", b"hang"
ANSWERS = {"MAIL": b"250 OK", "RCPT": b"250 OK", "DATA": b"354 go on", "RSET": b"250 OK", "dot": b"250 taken"}


class Crooked:
    """`faults["RCPT"].append(b"451 later")` answers the next RCPT so; `CUT` closes, `HANG` says nothing.

    Stages: `hello` (the banner), `EHLO`, `MAIL`, `RCPT`, `DATA`, `dot` (after the message), `taken` (like `dot`,
    but the message is kept). `messages` holds (recipient, content) of what was accepted.
    """

    def __init__(self, *, pipelining: bool = False, thinks: float = 0, largest: int = 0) -> None:
        self.faults: dict[str, deque[bytes]] = defaultdict(deque)
        self.messages: list[tuple[str, bytes]] = []
        self.connections = 0
        self.pipelining = pipelining
        self.thinks = thinks  # seconds before the answer to a whole message
        self.largest = largest  # bytes of a message that it says it takes
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._stop = threading.Event()
        self._open: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._socket.getsockname()[1]}"

    def addresses(self) -> list[str]:
        return [address for address, _content in self.messages]

    def cut_all(self) -> None:
        """Close every connection, as a server does with idle ones."""
        for connection in self._open:
            connection.close()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stop.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._socket.close()
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _peer = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as lines:
                if self._answer(connection, "hello", b"220 crooked"):
                    self._commands(connection, lines)
        except OSError:
            pass

    def _commands(self, connection: socket.socket, lines: object) -> None:
        recipient = ""
        while line := lines.readline():  # type: ignore[attr-defined]
            verb = line[:4].decode("latin-1").upper()
            if verb == "QUIT":
                return
            if verb == "EHLO":
                more = [b"PIPELINING"] * self.pipelining + [b"SIZE %d" % self.largest] * bool(self.largest)
                words = [b"crooked", *more]
                normal = b"\r\n".join([*(b"250-" + word for word in words[:-1]), b"250 " + words[-1]])
            else:
                normal = ANSWERS.get(verb, b"500 what?")
            if verb == "RCPT":
                recipient = line.decode("latin-1").partition("<")[2].partition(">")[0]
            said = self._answer(connection, verb, normal)
            if said is None:
                return
            if verb == "DATA" and said.startswith(b"354") and not self._message(connection, lines, recipient):
                return

    def _message(self, connection: socket.socket, lines: object, recipient: str) -> bool:
        content = b""
        while (line := lines.readline()) != b".\r\n":  # type: ignore[attr-defined]
            if not line:
                return False
            content += line[1:] if line.startswith(b".") else line
        if not content:
            connection.sendall(b"554 no valid recipients\r\n")
            return True
        if self.faults["dot"]:
            return self._answer(connection, "dot", b"") is not None
        if self.thinks:
            self._stop.wait(self.thinks)
        self.messages.append((recipient, content))
        return self._answer(connection, "taken", b"250 taken") is not None

    def _answer(self, connection: socket.socket, stage: str, normal: bytes) -> bytes | None:
        said = self.faults[stage].popleft() if self.faults[stage] else normal
        if said == CUT:
            connection.shutdown(socket.SHUT_RDWR)
            return None
        if said == HANG:
            self._stop.wait(60)
            return None
        connection.sendall(said + b"\r\n")
        return said
