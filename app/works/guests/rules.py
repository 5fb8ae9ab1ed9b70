"""How long an invitation lives, what a guest may do, and the code that is sent to their address."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l

DAYS, MOST_DAYS = 14, 60
CODE_DIGITS, CODE_LIFE, CODE_TRIES = 8, timedelta(minutes=10), 5
#: A visit ends when nothing was done for so long, and in any case after so long.
IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=4)
#: Counted in windows of an hour: codes for one invitation, codes asked for from one network, wrong codes.
WINDOW, CODES, CODES_FROM, WRONG = 3600, 6, 30, 20
#: Links that lead nowhere, tried from one network within a minute.
GUESS_WINDOW, GUESSES = 60, 20
MOST_OPEN = 200  # invitations of one site that can be used at the same time
MOST_ADDED = 20  # documents by one invitation
WORD_LENGTH, NAME_LENGTH = 1000, 120
ABILITIES = {"read": _l("tylko czyta"), "add": _l("może dodać fakturę, rachunek albo notatkę")}
KINDS = {"letter": _l("wiadomość"), "document": _l("dokument"), "folder": _l("teczka")}
ENDS = {
    "waiting": _l("czeka na wejście"),
    "inside": _l("gość jest w środku"),
    "open": _l("link działa"),
    "used": _l("wykorzystane"),
    "expired": _l("wygasło"),
    "revoked": _l("odwołane"),
}


def checked_days(typed: str | int | None) -> int:
    """For how many days an invitation counts. Raises `Refused` on field `days`."""
    said = str(typed if typed is not None else "").strip()
    if not (said.isascii() and said.isdigit() and len(said) <= 3 and 1 <= int(said) <= MOST_DAYS):
        raise Refused(_("Podaj liczbę dni od 1 do %(most)d.", most=MOST_DAYS), field="days")
    return int(said)


def new_code() -> str:
    """A random code of eight digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def typed_code(typed: str | None) -> str:
    """A code as it was typed, without the spaces and hyphens that people put in."""
    return "".join(sign for sign in (typed or "")[:40] if sign not in " -\u00a0\t")


def code_digest(key: str, tenant: int, browser: str, code: str) -> bytes:
    """What is kept of a code. It counts with the cookie of the browser that asked, so alone it is worth nothing."""
    said = f"works-guest:{tenant}:{browser}:{code}".encode("utf-8", "surrogatepass")
    return hmac.new(key.encode(), said, hashlib.sha256).digest()


def masked(email: str) -> str:
    """An address of which its owner knows that it is theirs: `j•••@firma.example`."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}•••@{host}"
