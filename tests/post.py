"""The SMTP server of the tests: real sockets, messages kept in memory, refusals by the address's local part."""

from __future__ import annotations

import email
import threading
from email.message import EmailMessage
from email.policy import default
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope

from config.local.processes import free_port


class Post:
    """`messages` holds what was accepted. `bounce550…@` is refused for good, `later451…@` for now."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, EmailMessage]] = []
        self.refused: list[str] = []
        self._lock = threading.Lock()
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._controller.port}"

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith(("bounce550", "later451")):
            with self._lock:
                self.refused.append(address)
            return "550 5.1.1 no such mailbox" if address.startswith("bounce") else "451 4.3.0 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        message = email.message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        with self._lock:
            self.messages.extend((address, message) for address in envelope.rcpt_tos)
        return "250 accepted"

    def to(self, address: str) -> list[EmailMessage]:
        """What was accepted for an address, oldest first."""
        with self._lock:
            return [message for recipient, message in self.messages if recipient.lower() == address.lower()]

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._controller.stop()
