"""Mail leaves by SMTP, over one kept connection a thread.

`MAIL_URL` is `smtp://user:password@host:port` or `smtps://…`. STARTTLS is used whenever the server offers it;
certificates are checked for `smtps` and wherever a password would be sent.
"""

from __future__ import annotations

import os
import re
import smtplib
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from app.core.errors import TryLater
from app.gateways.mime import BadAddress, checked_address

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 30.0  # for one message, the connection included; leases are a multiple of it
SENTENCE_LENGTH = 300
NOT_THE_LETTERS_FAULT = (503, 530, 534, 535, 538)  # refusals of MAIL that speak of our log-in
_BARE_LINE_END = re.compile(rb"\r?\n|\r(?!\n)")


class WillNeverWork(Exception):
    """The server refused this message for good; the text is its sentence."""


class OutcomeUnknown(Exception):
    """The whole message was handed over and no answer came: it may have been taken."""


class Postponed(TryLater):
    """The server does not take this message now (4xx); others may pass."""


class ServerDown(TryLater):
    """The server does not take anything now: no connection, no log-in, no time."""


class Mailer(Protocol):
    """Sends one message at a time: first the envelope is offered, then the message is handed over.

    Between the two nothing has been sent, so a caller may make sure meanwhile that it is its turn.
    """

    def open(self) -> None:
        """Connect now instead of with the first message. Raises `ServerDown`."""

    def offer(self, sender: str, recipient: str, size: int = 0) -> None:
        """Name sender, recipient and size in bytes (0: not known) of the next message.

        Raises `Postponed`, `ServerDown` or `WillNeverWork`.
        """

    def hand_over(self, message: bytes) -> str:
        """Give the message, with CRLF line ends, for the envelope that was offered. Returns the server's sentence.

        Raises `Postponed`, `ServerDown`, `WillNeverWork` (all three: certainly not taken) or `OutcomeUnknown`.
        """

    def withdraw(self) -> None:
        """Forget the envelope that was offered."""

    def close(self) -> None:
        """Say goodbye; the next message connects anew."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail goes, as `MAIL_URL` says."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = field(repr=False, default=None)


def server(url: str) -> Server:
    """Read a `MAIL_URL`. Raises `ValueError` with a sentence."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("MAIL_URL must look like smtp://user:password@host:port or smtps://…")
    tls = parts.scheme == "smtps"
    return Server(
        parts.hostname,
        parts.port or (465 if tls else 587 if parts.username else 25),
        tls,
        unquote(parts.username) if parts.username else None,
        unquote(parts.password or "") if parts.username else None,
    )


class _Lines:
    """Lines of a socket, read before one common deadline: a server that dribbles gains no time by it."""

    def __init__(self, sock: socket.socket, dialogue: _Dialogue) -> None:
        self._sock = sock
        self._dialogue = dialogue
        self._buffer = b""

    def readline(self, limit: int) -> bytes:
        while True:
            end = self._buffer.find(b"\n") + 1
            if not end and len(self._buffer) >= limit:
                end = limit
            if end:
                line, self._buffer = self._buffer[:end], self._buffer[end:]
                return line
            self._sock.settimeout(self._dialogue.left())
            block = self._sock.recv(4096)
            if not block:
                return b""
            self._buffer += block

    def close(self) -> None:
        self._buffer = b""


class _Dialogue(smtplib.SMTP):
    """A conversation in which one deadline covers everything that is said for one message."""

    deadline = 0.0

    def left(self) -> float:
        """Seconds until the deadline. Raises `TimeoutError` when it has passed."""
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("timed out")
        return seconds

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Lines(self.sock, self)  # type: ignore[assignment]
        return super().getreply()

    def send(self, s: Any) -> None:
        if self.sock is not None:
            self.sock.settimeout(self.left())
        super().send(s)


class _TlsDialogue(_Dialogue, smtplib.SMTP_SSL):
    """The same inside TLS from the first octet."""


class SmtpMailer:
    """The real thing: one kept connection, made again when it was lost."""

    def __init__(self, server: Server, hostname: str = "localhost") -> None:
        self._server = server
        self._hostname = hostname
        self._dialogue: _Dialogue | None = None
        self._pid = 0
        self._offered = False

    def send(self, sender: str, recipient: str, message: bytes) -> None:
        """Offer and hand over at once; raises what these raise."""
        self.offer(sender, recipient, len(message))
        self.hand_over(message)

    def open(self) -> None:
        """See `Mailer.open`."""
        deadline = time.monotonic() + TOTAL_SECONDS
        if self._kept(deadline) is None:
            self._connect(deadline)

    def offer(self, sender: str, recipient: str, size: int = 0) -> None:
        """See `Mailer.offer`. From here to the end of `hand_over` there are `TOTAL_SECONDS`.

        What is larger than the server said that it takes (RFC 1870) is refused here, before it travels.
        """
        try:
            commands = f"MAIL FROM:<{sender}>", f"RCPT TO:<{checked_address(recipient)}>"
        except BadAddress as error:
            raise WillNeverWork(f"invalid address: {error}") from None
        deadline = time.monotonic() + TOTAL_SECONDS
        self.withdraw()
        kept = self._kept(deadline)
        if kept is not None:
            try:
                self._envelope(kept, *commands, size)
                return
            except ServerDown:
                # A kept connection may have been closed meanwhile; that says nothing about the server.
                if time.monotonic() > deadline - TOTAL_SECONDS / 2:
                    raise
        self._envelope(self._connect(deadline), *commands, size)

    def hand_over(self, message: bytes) -> str:
        """See `Mailer.hand_over`."""
        dialogue = self._dialogue
        if dialogue is None or not self._offered:
            raise ServerDown("the connection was lost")
        self._offered = False
        try:
            self._expect(354, dialogue.docmd("DATA"))
            # A failure here leaves the final dot unsent, and a message without it is never taken.
            dialogue.send(_stuffed(message))
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise ServerDown(_why(error)) from error
        try:
            answer = dialogue.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise OutcomeUnknown(_why(error)) from error
        self._expect(250, answer)
        return _sentence(*answer)

    def withdraw(self) -> None:
        """See `Mailer.withdraw`."""
        if self._offered:
            self._offered = False
            self._reset()

    def close(self) -> None:
        dialogue, self._dialogue = self._dialogue, None
        self._offered = False
        if dialogue is None:
            return
        if self._pid == os.getpid():
            dialogue.deadline = time.monotonic() + 1
            with suppress(OSError, smtplib.SMTPException):  # it is only a courtesy
                dialogue.docmd("QUIT")
        dialogue.close()

    def _kept(self, deadline: float) -> _Dialogue | None:
        if self._dialogue is not None and self._pid != os.getpid():
            self._dialogue.close()  # the parent's; its end stays open there
            self._dialogue = None
        if self._dialogue is not None:
            self._dialogue.deadline = deadline
        return self._dialogue

    def _connect(self, deadline: float) -> _Dialogue:
        self.close()
        target = self._server
        dialogue = (_TlsDialogue if target.tls else _Dialogue)(local_hostname=self._hostname, timeout=CONNECT_SECONDS)
        dialogue.deadline = deadline
        dialogue._host = target.host  # type: ignore[attr-defined]
        try:
            code, sentence = dialogue.connect(target.host, target.port)
            if code != 220:
                raise ServerDown(_sentence(code, sentence))
            dialogue.ehlo_or_helo_if_needed()
            if not target.tls and dialogue.has_extn("starttls"):
                dialogue.starttls(context=_tls(checked=target.user is not None))
                dialogue.ehlo_or_helo_if_needed()
            if target.user is not None:
                dialogue.login(target.user, target.password or "")
        except ServerDown:
            dialogue.close()
            raise
        except (OSError, smtplib.SMTPException) as error:
            dialogue.close()
            raise ServerDown(_why(error)) from error
        self._dialogue, self._pid = dialogue, os.getpid()
        return dialogue

    def _envelope(self, dialogue: _Dialogue, mail: str, rcpt: str, size: int) -> None:
        if size and dialogue.has_extn("size"):
            most = dialogue.esmtp_features["size"].strip()
            if most.isdigit() and 0 < int(most) < size:
                raise WillNeverWork(f"552 the message has {size} bytes, and the server takes {int(most)}")
            mail += f" SIZE={size}"
        try:
            if dialogue.has_extn("pipelining"):  # RFC 2920: one round trip for two
                dialogue.send(f"{mail}\r\n{rcpt}\r\n")
                first, second = dialogue.getreply(), dialogue.getreply()
                self._expect(250, first, whole_server=True)
                self._expect(250, second)
            else:
                self._expect(250, dialogue.docmd(mail), whole_server=True)
                self._expect(250, dialogue.docmd(rcpt))
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise ServerDown(_why(error)) from error
        self._offered = True

    def _expect(self, wanted: int, answer: tuple[int, bytes], *, whole_server: bool = False) -> None:
        code, words = answer
        if code == wanted or (wanted == 250 and code == 251):
            return
        if code == 421 or not 400 <= code < 600:
            self._drop()
            raise ServerDown(_sentence(code, words))
        self._reset()
        if whole_server and (code < 500 or code in NOT_THE_LETTERS_FAULT):
            raise ServerDown(_sentence(code, words))
        if code < 500:
            raise Postponed(_sentence(code, words))
        raise WillNeverWork(_sentence(code, words))

    def _reset(self) -> None:
        try:
            if self._dialogue is not None and self._dialogue.docmd("RSET")[0] != 250:
                self._drop()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        self._offered = False
        if self._dialogue is not None:
            self._dialogue.close()
            self._dialogue = None


def _tls(*, checked: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not checked:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _stuffed(message: bytes) -> bytes:
    """The message as it goes after DATA: bare line ends mended, dots doubled, the final dot added."""
    if b"\n" in message.replace(b"\r\n", b"") or b"\r" in message.replace(b"\r\n", b""):
        message = _BARE_LINE_END.sub(b"\r\n", message)
    if message.startswith(b"."):
        message = b"." + message
    message = message.replace(b"\r\n.", b"\r\n..")
    return message + (b".\r\n" if message.endswith(b"\r\n") else b"\r\n.\r\n")


def _sentence(code: int, words: bytes) -> str:
    text = f"{code} {words.decode('utf-8', 'replace')}"
    return "".join(c if c.isprintable() else " " for c in text)[:SENTENCE_LENGTH].strip()


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return _sentence(error.smtp_code, words if isinstance(words, bytes) else str(words).encode())
    return _sentence(0, f"{type(error).__name__}: {error}".encode()).removeprefix("0 ")


_mine = threading.local()


def mailer(url: str, hostname: str = "localhost") -> Mailer:
    """The mailer of this thread for this `MAIL_URL`. Raises `ValueError` for one that cannot be read."""
    kept: dict[str, SmtpMailer] = _mine.__dict__.setdefault("mailers", {})
    if url not in kept:
        kept[url] = SmtpMailer(server(url), hostname)
    return kept[url]
