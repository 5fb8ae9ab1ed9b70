"""Mail servers that keep a count and forget the rest.

    python -m tests.bench.sink [aiosmtpd|slow|thoughtful]

Without a word it is one that costs next to nothing and answers at once; `aiosmtpd` is a complete server in
Python, about as slow as a real one; `slow` takes 20 ms for each answer, `thoughtful` only for that to a whole
message. Prints its port, then serves until its standard input closes. `NOOP` answers
with how many messages it has taken.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

ANSWERS = {
    b"EHLO": b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
    b"HELO": b"250 sink\r\n",
    b"MAIL": b"250 OK\r\n",
    b"RCPT": b"250 OK\r\n",
    b"RSET": b"250 OK\r\n",
    b"DATA": b"354 go on\r\n",
}
THINKS_SECONDS = 0.02
taken = 0


class Conversation(asyncio.Protocol):
    """One client: commands line by line, a message until its final dot."""

    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer = b""
        self.in_message = False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        global taken
        self.buffer += data
        while True:
            mark = b"\r\n.\r\n" if self.in_message else b"\r\n"
            end = self.buffer.find(mark)
            if end < 0:
                return
            line, self.buffer = self.buffer[:end], self.buffer[end + len(mark) :]
            if self.in_message:
                self.in_message = False
                taken += 1
                self.answer(b"250 taken\r\n", whole=True)
                continue
            verb = line[:4].upper()
            self.in_message = verb == b"DATA"
            if verb == b"NOOP":
                self.answer(b"250 %d\r\n" % taken)
            elif verb == b"QUIT":
                self.transport.write(b"221 bye\r\n")
                self.transport.close()
            else:
                self.answer(ANSWERS.get(verb, b"500 what?\r\n"))

    def answer(self, words: bytes, *, whole: bool = False) -> None:
        """Answer a command, or a whole message."""
        self.transport.write(words)


class Thoughtful(Conversation):
    """Thinks about each whole message."""

    free = 0.0

    def answer(self, words: bytes, *, whole: bool = False) -> None:
        if whole:
            self.later(words)
        else:
            super().answer(words)

    def later(self, words: bytes) -> None:
        """One answer after the other, each after as long as it takes."""
        loop = asyncio.get_running_loop()
        self.free = max(loop.time(), self.free) + THINKS_SECONDS
        loop.call_at(self.free, lambda: self.transport.is_closing() or self.transport.write(words))


class Slow(Thoughtful):
    """Thinks about each command."""

    def answer(self, words: bytes, *, whole: bool = False) -> None:
        self.later(words)


class Counting:
    """What aiosmtpd asks."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        global taken
        taken += 1
        return "250 taken"

    async def handle_NOOP(self, server: SMTP, session: Session, envelope: Envelope, arg: str) -> str:
        return f"250 {taken}"


async def serve(conversation: Any) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(conversation, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


KINDS: dict[str, Any] = {
    "": Conversation,
    "aiosmtpd": lambda: SMTP(Counting(), hostname="sink"),
    "slow": Slow,
    "thoughtful": Thoughtful,
}

if __name__ == "__main__":
    asyncio.run(serve(KINDS["".join(sys.argv[1:2])]))
