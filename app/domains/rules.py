"""What a domain of one's own may be, and how it is proved."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from app.core.errors import Refused
from app.core.language import gettext as _

RECORD = "_osiedle"
LONGEST = 200
MOST = 5
TOLD_AFTER = 3  # nights in a row without the proof
SERVED_FOR = timedelta(days=14)  # from the first night without it
WARNED_FOR = timedelta(days=11)  # at least, before a domain is switched off
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+(?:xn--[a-z0-9-]{{1,59}}|[a-z]{{2,63}})")


def checked_host(typed: str, base_hostname: str) -> str:
    """A host name in its normal form (lower case, no dot at the end). Raises `Refused` on field `host`.

    Our own names are nobody's: the base domain, all below it, and what it lies below.
    """
    host = typed.strip().lower().removesuffix(".")
    if len(host) > LONGEST or not _HOST.fullmatch(host):
        raise Refused(
            _("Podaj samą nazwę, na przykład portal.spoldzielnia.pl; polskie litery w postaci xn--…"), field="host"
        )
    if f".{host}".endswith(f".{base_hostname}") or base_hostname.endswith(f".{host}"):
        raise Refused(_("Ta domena należy do platformy."), field="host")
    return host


def record_name(host: str) -> str:
    return f"{RECORD}.{host}"


def record_value(token: str) -> str:
    return f"osiedle={token}"


def proves(texts: list[str], token: str) -> bool:
    """Whether one of the TXT records says what was asked for."""
    return any(text.strip() == record_value(token) for text in texts)


@dataclass(frozen=True, slots=True)
class Absence:
    """How long the proof of a domain has been gone: nights in a row, the first and the latest of them."""

    nights: int = 0
    since: date | None = None
    night: date | None = None


def after(before: Absence, outcome: str, night: date) -> Absence:
    """The absence after a look at night. A name server in trouble says nothing, so that night does not count;
    nor does one night twice."""
    if outcome == "proved":
        return Absence()
    if outcome != "missing" or before.night == night:
        return before
    return Absence(before.nights + 1, before.since or night, night)


def must_tell(absence: Absence, told_on: date | None) -> bool:
    return absence.nights >= TOLD_AFTER and told_on is None


def must_end(absence: Absence, told_on: date | None, night: date) -> bool:
    """Whether a domain is served no longer: gone for two weeks, missed tonight too, and long told of."""
    if absence.since is None or absence.night != night or told_on is None:
        return False
    return night - absence.since >= SERVED_FOR and night - told_on >= WARNED_FOR


def last_day(since: date) -> date:
    """The day on which a domain is switched off, unless its proof is back."""
    return since + SERVED_FOR
