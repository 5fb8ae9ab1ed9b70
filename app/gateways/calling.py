"""Calling an address that a manager gave: nothing of ours is behind it, so nothing of ours may be reached by it.

A name is looked up once, each address that it stands for is judged, and the connection goes to the one that was judged:
a name that changes meanwhile changes nothing. Redirects are not followed, and nothing of the answer is read but its
status and `Retry-After`.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from time import monotonic
from urllib.parse import urlsplit

SECONDS = 10.0
_NAT64 = ip_network("64:ff9b::/96")
_INTERNET = ip_network("2000::/3")  # all that IANA gives out; elsewhere lie networks' own ways to their IPv4
_ISATAP = 0x5EFE  # stands before an IPv4 address in the last half (RFC 5214)


@dataclass(frozen=True, slots=True)
class Answer:
    """The status that was answered, how many milliseconds it took, and `Retry-After` as it came, cut short."""

    status: int
    milliseconds: int
    retry_after: str | None = None


class Unreached(Exception):
    """Nobody answered. `problem` is `name`, `private`, `refused`, `timeout`, `tls` or `broken`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def post(url: str, body: bytes, headers: Mapping[str, str], *, strict: bool, seconds: float = SECONDS) -> Answer:
    """Send `body`. Raises `Unreached`.

    `strict` wants https and public addresses. `seconds` are for everything after the name was looked up.
    """
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    if (strict and not secure) or "@" in parts.netloc:
        raise Unreached("private")
    address, started = judged(host, parts.port or (443 if secure else 80), strict=strict), monotonic()
    try:
        plain = socket.create_connection(address, timeout=seconds)
    except TimeoutError:
        raise Unreached("timeout") from None
    except OSError:
        raise Unreached("refused") from None
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with plain:
        told = {"Host": parts.netloc, **headers}
        status, later = _asked(plain, host if secure else None, target, body, told, seconds)
    return Answer(status, int((monotonic() - started) * 1000), later)


def judged(host: str, port: int, *, strict: bool) -> tuple[str, int]:
    """The address to connect to. Raises `Unreached` when there is none, or where one of them is not public."""
    try:
        found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise Unreached("name") from None
    if not found:
        raise Unreached("name")
    if strict and not all(is_public(one) for one in found):
        raise Unreached("private")
    return found[0], port


def is_public(address: str) -> bool:
    """Whether an address belongs to the internet at large, also behind the ways to write IPv4 in IPv6."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if inner is None and found in _NAT64:
            inner = ip_address(int(found) & 0xFFFFFFFF)  # type: ignore[assignment]
        if inner is not None and not is_public(str(inner)):
            return False
        if (int(found) >> 32) & 0xFFFF == _ISATAP and not is_public(str(ip_address(int(found) & 0xFFFFFFFF))):
            return False
        if inner is None and found not in _INTERNET:
            return False
    return found.is_global and not found.is_multicast


def _asked(
    plain: socket.socket, host: str | None, target: str, body: bytes, headers: Mapping[str, str], seconds: float
) -> tuple[int, str | None]:
    """The status that was answered, and `Retry-After`; `host` is whose certificate must be shown."""
    late = threading.Event()

    def give_up() -> None:
        late.set()
        with suppress(OSError):
            plain.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, give_up)  # a server that sends a byte now and then is never silent
    timer.start()
    try:
        if host is not None:
            plain = secured = _wrapped(plain, host)  # so that the timer ends a handshake, too
            secured.do_handshake()
        connection = http.client.HTTPConnection("unused")
        connection.sock = plain
        connection.request("POST", target, body, dict(headers))
        answer = connection.getresponse()
        status, later = int(answer.status), (answer.getheader("Retry-After") or "")[:40] or None
        if late.is_set():  # headers that were cut off look like headers that ended
            raise TimeoutError
        return status, later
    except ssl.SSLError:
        raise Unreached("timeout" if late.is_set() else "tls") from None
    except TimeoutError:
        raise Unreached("timeout") from None
    except (OSError, http.client.HTTPException, ValueError):
        raise Unreached("timeout" if late.is_set() else "broken") from None
    finally:
        timer.cancel()
        plain.close()


def _wrapped(plain: socket.socket, host: str) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
