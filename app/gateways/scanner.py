"""The virus scanner: clamd, spoken to by its own protocol (INSTREAM), where `CLAMAV_URL` names one.

`clamd://host:port` or `clamd:///path/of/socket`. What cannot be asked is not taken for clean.
"""

from __future__ import annotations

import socket
import struct
from urllib.parse import unquote, urlsplit

from app.core.runtime import settings

SECONDS = 30.0
BLOCK = 1 << 16


class ScannerDown(OSError):
    """The scanner does not answer, or not in words that we know."""


def verdict(content: bytes) -> str:
    """`clean`, `infected`, or `unchecked` where no scanner is configured. Raises ScannerDown."""
    address = settings().clamav_url
    if not address:
        return "unchecked"
    try:
        with _connected(address) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), BLOCK):
                block = content[start : start + BLOCK]
                line.sendall(struct.pack("!L", len(block)) + block)
            line.sendall(struct.pack("!L", 0))
            answer = _answer(line)
    except OSError as error:
        raise ScannerDown(str(error)) from error
    if answer.endswith(" FOUND"):
        return "infected"
    if answer.endswith(" OK"):
        return "clean"
    raise ScannerDown(answer)


def _connected(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.hostname:
        return socket.create_connection((parts.hostname, parts.port or 3310), timeout=SECONDS)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(SECONDS)
    line.connect(unquote(parts.path))
    return line


def _answer(line: socket.socket) -> str:
    found = b""
    while b"\0" not in found and len(found) < 4096:
        more = line.recv(4096)
        if not more:
            break
        found += more
    return found.split(b"\0")[0].decode("utf-8", "replace").strip()
