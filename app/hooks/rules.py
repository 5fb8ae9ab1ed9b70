"""Policy of webhooks: which events there are, what an address may be, how a call is signed, when it is tried again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l

NAME_LENGTH, URL_LENGTH, MOST = 80, 500, 20
PREFIX = "whsec_"
PING = "ping"
#: Trial events of one manager within an hour: somebody who presses a button calls another's program.
MOST_PINGS, HOUR = 10, 3600
EVENTS: dict[str, Any] = {
    "import.published": _l("Opublikowano nowe dane"),
    "message.received": _l("Mieszkaniec napisał do biura"),
    "payment.matched": _l("Rozpoznano wpłatę na lokal"),
}
LABELS: dict[str, Any] = {**EVENTS, PING: _l("Zdarzenie próbne")}
PROBLEMS: dict[str, Any] = {
    "name": _l("Nie ma serwera o tej nazwie"),
    "private": _l("Adres nie prowadzi do publicznego internetu"),
    "refused": _l("Serwer nie przyjął połączenia"),
    "timeout": _l("Serwer nie odpowiedział w 10 sekund"),
    "tls": _l("Certyfikat serwera jest nieprawidłowy"),
    "broken": _l("Serwer przerwał rozmowę"),
}
#: After so long without one good answer an address is disabled, and a single event is given up.
GIVE_UP = timedelta(days=3)
KEPT = timedelta(days=30)
_FIRST, _LONGEST = 30, 6 * 3600
#: Answers that mean that nobody is there for now, whatever the event is.
_AWAY = frozenset({408, 429})
GONE = 410


def checked_name(typed: str) -> str:
    """One line. Raises `Refused`."""
    name = " ".join(typed.split())
    if not name or not name.isprintable():
        raise Refused(_("Nazwij adres, na przykład od programu, który pod nim działa."), field="name")
    if len(name) > NAME_LENGTH:
        raise Refused(_("Nazwa jest za długa: najwyżej %(most)d znaków.", most=NAME_LENGTH), field="name")
    return name


def checked_url(typed: str, *, strict: bool) -> str:
    """An address to call; `strict` wants https. Raises `Refused`."""
    url = typed.strip()
    wrong = Refused(_("Podaj pełny adres, na przykład https://program.przyklad.pl/osiedle."), field="url")
    if not url.isascii() or not url.isprintable() or " " in url or not 1 <= len(url) <= URL_LENGTH:
        raise wrong
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in ("https", "http") or not host or "@" in parts.netloc or parts.fragment:
        raise wrong
    if strict and parts.scheme != "https":
        raise Refused(_("Adres musi zaczynać się od https://, bo zdarzenia nie mogą iść jawnie."), field="url")
    return url


def checked_events(chosen: Iterable[str]) -> list[str]:
    """The events in our order. Raises `Refused` for none and for one that there is not."""
    wanted = set(chosen)
    if not wanted or wanted - set(EVENTS):
        raise Refused(_("Wybierz, o czym powiadamiać."), field="events")
    return [event for event in EVENTS if event in wanted]


def new_secret() -> str:
    """A secret in the form that libraries of Standard Webhooks take."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, event_id: str, timestamp: int, body: str) -> str:
    """`v1,…`: HMAC-SHA256 over id, time and body (Standard Webhooks)."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    made = hmac.new(key, f"{event_id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return "v1," + base64.b64encode(made).decode()


def backoff(failures: int) -> timedelta:
    """How long to wait after so many tries: half a minute, doubled each time up to six hours."""
    return timedelta(seconds=min(_FIRST * 2 ** min(max(failures - 1, 0), 20), _LONGEST))


def asked_to_wait(told: str | None, moment: datetime) -> timedelta:
    """How long a `Retry-After` asks us to wait (RFC 9110 10.2.3: seconds or a date), six hours at most; zero for none
    and for what cannot be read."""
    if not told:
        return timedelta()
    try:
        if told.isascii() and told.isdigit():
            wait = timedelta(seconds=min(int(told[:12]), _LONGEST))
        else:
            wait = parsedate_to_datetime(told) - moment
    except (ValueError, TypeError, OverflowError):
        return timedelta()
    return min(max(wait, timedelta()), timedelta(seconds=_LONGEST))


def is_delivered(status: int | None) -> bool:
    return status is not None and 200 <= status < 300


def is_away(status: int | None) -> bool:
    """Whether nothing else needs to be tried at this address for now, for it is not the event's fault."""
    return status is None or status >= 500 or status in _AWAY


def is_over(since: datetime | None, moment: datetime) -> bool:
    """Whether what has failed since then is given up."""
    return since is not None and moment - since >= GIVE_UP
