"""A mailbox read by IMAP (RFC 3501): letters are fetched one at a time and marked when they have been dealt with.

`MAIL_INBOX_URL` is `imaps://user:password@host/INBOX`, or `imap://…` for a server on the same machine; certificates are
checked, against the certificates in the file `MAIL_INBOX_CA` where it is set, else against those that this machine
trusts. Nothing is deleted: what was taken is `\\Seen`, what nobody could take is also `\\Flagged`.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from app.core.errors import TryLater

SECONDS = 30.0
PORTS = {"imap": 143, "imaps": 993}
_LOCAL = ("localhost", "127.0.0.1", "::1")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class Away(TryLater):
    """The server does not answer, or not as it should."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where letters come in, as `MAIL_INBOX_URL` says."""

    host: str
    port: int
    tls: bool
    user: str
    password: str = field(repr=False)
    folder: str
    ca: str | None = None


def place(url: str, ca: str | None = None) -> Place:
    """Read a `MAIL_INBOX_URL`; `ca` is a PEM file with certificates to trust. Raises `ValueError` with a sentence."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or not parts.username or not parts.password:
        raise ValueError("MAIL_INBOX_URL must look like imaps://user:password@host/INBOX")
    if parts.scheme == "imap" and parts.hostname not in _LOCAL:
        raise ValueError("MAIL_INBOX_URL must be imaps:// unless the server is on this machine")
    folder = unquote(parts.path.lstrip("/")) or "INBOX"
    if any(mark in folder for mark in '"\\\r\n\0') or not folder.isascii():
        raise ValueError("the folder of MAIL_INBOX_URL must be plain ASCII")
    tls = parts.scheme == "imaps"
    port = parts.port or PORTS[parts.scheme]
    return Place(parts.hostname, port, tls, unquote(parts.username), unquote(parts.password), folder, ca)


class Mailbox:
    """An open folder. Every method raises `Away` when the server does not answer as it should."""

    def __init__(self, dialogue: imaplib.IMAP4) -> None:
        self._dialogue = dialogue

    def waiting(self) -> list[str]:
        """The UIDs of letters that nobody has dealt with, oldest first."""
        found = self._ask("SEARCH", "UNSEEN", "UNFLAGGED", "UNDELETED")
        return b" ".join(each for each in found if isinstance(each, bytes)).decode("ascii", "replace").split()

    def size(self, uid: str) -> int | None:
        """The letter's size in bytes; None when it is gone."""
        for each in self._ask("FETCH", uid, "(RFC822.SIZE)"):
            if isinstance(each, bytes) and (found := _SIZE.search(each)):
                return int(found[1])
        return None

    def letter(self, uid: str) -> bytes | None:
        """The whole letter, which stays as unread as it was; None when it is gone."""
        return self._literal(uid, "(BODY.PEEK[])")

    def head(self, uid: str) -> bytes | None:
        """The letter's headers."""
        return self._literal(uid, "(BODY.PEEK[HEADER])")

    def done(self, uid: str, *, taken: bool = True) -> None:
        """Mark a letter as dealt with; one that was not `taken` is also flagged for somebody to look at."""
        self._ask("STORE", uid, "+FLAGS.SILENT", r"(\Seen)" if taken else r"(\Seen \Flagged)")

    def _literal(self, uid: str, what: str) -> bytes | None:
        for each in self._ask("FETCH", uid, what):
            if isinstance(each, tuple) and isinstance(each[1], bytes):
                return each[1]
        return None

    def _ask(self, command: str, *words: str) -> list[Any]:
        with _patience():
            answer, found = self._dialogue.uid(command, *words)
        if answer != "OK":
            raise Away(f"the mailbox refuses {command}")
        return list(found)


@contextmanager
def opened(where: Place) -> Iterator[Mailbox]:
    """The folder, open for the body. Raises `Away` when the server cannot be reached or refuses us."""
    with _patience():
        dialogue = _connected(where)
    try:
        with _patience():
            dialogue.login(where.user, where.password)
            answer, _count = dialogue.select(f'"{where.folder}"')
        if answer != "OK":
            raise Away("the mailbox has no such folder")
        yield Mailbox(dialogue)
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            dialogue.logout()


def _connected(where: Place) -> imaplib.IMAP4:
    if not where.tls:
        return imaplib.IMAP4(where.host, where.port, timeout=SECONDS)
    context = ssl.create_default_context(cafile=where.ca)  # none: those of this machine
    return imaplib.IMAP4_SSL(where.host, where.port, ssl_context=context, timeout=SECONDS)


@contextmanager
def _patience() -> Iterator[None]:
    try:
        yield
    except (OSError, imaplib.IMAP4.error) as error:
        raise Away(f"the mailbox does not answer: {type(error).__name__}: {error}"[:300]) from error
