"""Text messages leave through a gateway, one request a message.

`SMS_URL` is `smsapi://token@host` (SMSAPI's HTTPS interface) or `file:///dir`, which keeps each message as a JSON
file. What a failure means is said in the words of `gateways.mail`: certainly not taken, never, or unknown.
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlencode, urlsplit

from app.gateways.mail import OutcomeUnknown, Postponed, ServerDown, WillNeverWork

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 30.0
ANSWER_BYTES = 64 * 1024
SENTENCE_LENGTH = 300
# What SMSAPI says of one message, and not of our account or of itself.
_TAKEN_BEFORE = 53  # this reference has been sent
_NEVER = frozenset({11, 12, 13, 17, 25, 26, 57})  # too long, not a number, on the operator's black list
_NOT_NOW = frozenset({14, 52, 200})  # sender name not approved, too many to one number, not passed on


@dataclass(frozen=True, slots=True)
class Message:
    """One text message. `number` is E.164; `reference` is the same each time that it is tried."""

    number: str
    text: str = field(repr=False)
    tenant: str
    reference: str
    sender: str | None = None


class Gateway(Protocol):
    """Sends one message. Raises `Postponed`, `ServerDown`, `WillNeverWork` (not taken) or `OutcomeUnknown`."""

    def send(self, message: Message) -> None: ...


class Folder:
    """Messages as files of `{"to", "text", "tenant", "at"}`, for development and tests."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def send(self, message: Message) -> None:
        at = datetime.now(UTC)
        content = {"to": message.number, "text": message.text, "tenant": message.tenant, "at": at.isoformat()}
        try:
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
            if any(self._root.glob(f"*-{message.reference}.json")):
                return
            handle, name = tempfile.mkstemp(dir=self._root, prefix=".part-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False)
            os.replace(name, self._root / f"{at:%Y%m%dT%H%M%S%f}-{message.reference}.json")
        except OSError as error:
            raise ServerDown(f"{type(error).__name__}: {error.strerror}") from error


class Smsapi:
    """SMSAPI: one POST a message. Its `idx` makes it refuse a message that it has taken before."""

    def __init__(self, host: str, port: int, token: str) -> None:
        self._host, self._port, self._token = host, port, token

    def send(self, message: Message) -> None:
        deadline = time.monotonic() + TOTAL_SECONDS
        tls = ssl.create_default_context()
        connection = http.client.HTTPSConnection(self._host, self._port, timeout=CONNECT_SECONDS, context=tls)
        try:
            try:
                connection.connect()
            except (OSError, http.client.HTTPException) as error:
                raise ServerDown(_why(error)) from error
            try:
                status, answer = self._ask(connection, message, deadline)
            except (OSError, http.client.HTTPException) as error:
                raise OutcomeUnknown(_why(error)) from error
        finally:
            connection.close()
        _judge(status, answer)

    def _ask(self, connection: http.client.HTTPSConnection, message: Message, deadline: float) -> tuple[int, bytes]:
        form = {
            "to": message.number,
            "message": message.text,
            "encoding": "utf-8",
            "format": "json",
            "idx": message.reference,
            "check_idx": "1",
        } | ({"from": message.sender} if message.sender else {})
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        }
        _patience(connection, deadline)
        connection.request("POST", "/sms.do", urlencode(form).encode(), headers)
        _patience(connection, deadline)
        response = connection.getresponse()
        answer = b""
        while len(answer) < ANSWER_BYTES:
            _patience(connection, deadline)
            block = response.read1(4096)
            if not block:
                break
            answer += block
        return response.status, answer


def gateway(url: str) -> Gateway:
    """The gateway that an `SMS_URL` names. Raises `ValueError` with a sentence."""
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path:
        return Folder(Path(unquote(parts.path)))
    if parts.scheme == "smsapi" and parts.hostname and parts.username:
        return Smsapi(parts.hostname, parts.port or 443, unquote(parts.username))
    raise ValueError("SMS_URL must look like smsapi://token@api.smsapi.pl or file:///dir")


def _patience(connection: http.client.HTTPSConnection, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    if connection.sock is not None:  # an answer that closes the connection has taken the socket with it
        connection.sock.settimeout(left)


def _judge(status: int, answer: bytes) -> None:
    """Raise what the answer means; silence is success."""
    known = _read(answer)
    code = known.get("error")
    if isinstance(code, int):
        if code == _TAKEN_BEFORE:
            return
        sentence = _sentence(f"{code} {known.get('message', '')}")
        raise _kind(code)(sentence)
    if status == 200 and known.get("count"):
        return
    sentence = _sentence(f"HTTP {status}")
    if status == 200 or (status >= 500 and status != 503):
        raise OutcomeUnknown(sentence)
    raise ServerDown(sentence)


def _kind(code: int) -> Callable[[str], Exception]:
    if code in _NEVER:
        return WillNeverWork
    return Postponed if code in _NOT_NOW else ServerDown


def _read(answer: bytes) -> dict[str, Any]:
    try:
        known = json.loads(answer)
    except (ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}


def _sentence(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)[:SENTENCE_LENGTH].strip()


def _why(error: Exception) -> str:
    return _sentence(f"{type(error).__name__}: {error}")
