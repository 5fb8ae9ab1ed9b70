"""The local mail server: takes every message, sends none on, keeps them in a Maildir.

    python -m config.local.mail_sink PORT DIRECTORY

Addresses whose local part starts with `bounce550` are refused for good, with `later451` for now.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

REFUSALS = {"bounce550": "550 5.1.1 No such mailbox", "later451": "451 4.3.0 Try again later"}
LARGEST = 50 * 1024 * 1024


class Maildir:
    """Delivers into `new/`, one file a message, with the envelope in front of its headers."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._numbers = itertools.count(1)
        for name in ("tmp", "new", "cur"):
            (directory / name).mkdir(parents=True, exist_ok=True)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse the addresses made for testing refusals, accept all others."""
        for start, answer in REFUSALS.items():
            if address.lower().startswith(start):
                return answer
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Store the message; it is in `new/` when the client hears 250."""
        name = f"{time.time():.6f}.{os.getpid()}_{next(self._numbers)}.sink"
        lines = [f"Return-Path: <{envelope.mail_from}>", *(f"Delivered-To: {to}" for to in envelope.rcpt_tos)]
        content = envelope.original_content or b""
        draft = self._directory / "tmp" / name
        draft.write_bytes("".join(f"{line}\r\n" for line in lines).encode() + content)
        draft.rename(self._directory / "new" / name)
        return "250 OK"


async def serve(port: int, directory: Path) -> None:
    """Listen on `port` of 127.0.0.1 until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    maildir = Maildir(directory)

    def conversation() -> SMTP:
        return SMTP(maildir, hostname="localhost", ident="Osiedle", enable_SMTPUTF8=True, data_size_limit=LARGEST)

    server = await loop.create_server(conversation, "127.0.0.1", port)
    await stopping.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
