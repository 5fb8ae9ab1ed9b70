"""How many attempts are allowed, and by what they are counted."""

from __future__ import annotations

import ipaddress
from datetime import timedelta

from app.core.errors import Refused

ACTIVATION_LIFE = timedelta(days=14)
RESET_LIFE = timedelta(minutes=60)
OBJECTION_LIFE = timedelta(days=7)
LIVES = {
    "activation": ACTIVATION_LIFE,
    "letter": timedelta(days=30),
    "reset": RESET_LIFE,
    "email": timedelta(hours=24),
    "phone": timedelta(minutes=15),
    "unlock": timedelta(minutes=15),
}
RESETS_A_DAY = 5

PAIR_LIMIT, PAIR_WINDOW = 10, 300
LOGIN_LIMIT, LOGIN_WINDOW = 50, 900
ADDRESS_LIMIT, ADDRESS_WINDOW = 100, 300
FORGOT_LIMIT, FORGOT_WINDOW = 20, 3600
UNLOCK_LIMIT, UNLOCK_WINDOW = 20, 3600
CODES_LIMIT, CODES_WINDOW = 5, 3600
CODE_TRIES = 5


class TooMany(Refused):
    """Too many attempts; `retry_after` is in seconds."""

    status = 429

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Busy(Refused):
    """All turns of an expensive calculation are taken; `retry_after` is in seconds."""

    status = 503

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def network(address: str) -> str:
    """By what an address is counted: itself, or the /64 network that one IPv6 subscriber owns."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), 64), strict=False))
