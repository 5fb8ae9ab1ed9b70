"""Asking the domain name system, through the machine's own resolver or the one that DNS_SERVER names (host:port)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.runtime import settings

if TYPE_CHECKING:
    from dns.resolver import Resolver

SECONDS = 5.0


class Unanswered(Exception):
    """Nobody answered, so nothing is known."""


def txt(name: str) -> list[str]:
    """The texts of the TXT records of a name, each in one piece; none where there is no such record.

    Raises `Unanswered`.
    """
    import dns.exception  # 15 MB that most processes never need
    import dns.resolver

    try:
        answer = _resolver().resolve(name, "TXT", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise Unanswered(type(error).__name__) from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def addresses(name: str) -> frozenset[str]:
    """The IPv4 and IPv6 addresses that a host leads to, through aliases; none where it leads nowhere.

    Raises `Unanswered`.
    """
    import dns.exception
    import dns.resolver

    found: set[str] = set()
    for kind in ("A", "AAAA"):
        try:
            found.update(record.to_text() for record in _resolver().resolve(name, kind, lifetime=SECONDS))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            continue
        except dns.exception.DNSException as error:
            raise Unanswered(type(error).__name__) from error
    return frozenset(found)


def _resolver() -> Resolver:
    from dns.resolver import Resolver

    address = settings().dns_server
    if address is None:
        return Resolver()
    resolver = Resolver(configure=False)
    host, _colon, port = address.rpartition(":")
    resolver.nameservers, resolver.port = [host], int(port)
    return resolver
