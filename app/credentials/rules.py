"""What start credentials are: the ways to hand them out, codes for paper, and what stands against a way."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.accounts.models import Account
from app.core.language import lazy_gettext as _l
from app.outbox.rules import NO_ADDRESS, REASONS
from app.outbox.texting import unreachable

TWO_CHANNELS, LETTER, LINK, SCREEN = "two_channels", "letter", "link", "screen"
BEST = "best"
WAYS = (TWO_CHANNELS, LETTER, LINK)
BATCH_WAYS = (BEST, *WAYS)
LABELS: dict[str, Any] = {
    TWO_CHANNELS: _l("Dwa kanały: login e-mailem, hasło SMS-em"),
    LETTER: _l("List z jednorazowym kodem"),
    LINK: _l("Link aktywacyjny e-mailem"),
    SCREEN: _l("Login i hasło na ekranie"),
    BEST: _l("Najlepszy możliwy sposób dla każdej osoby"),
}
NO_POSTAL = "no_postal"
_REASONS: dict[str, Any] = {NO_POSTAL: _l("Brak adresu do korespondencji"), **REASONS}

# Neither I, O nor 0, 1, which read like others; 32 signs, so that twelve of them are 60 bits.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
GROUPS, GROUP = 3, 4
_SILENT = str.maketrans("", "", " -–—.\t\n\u00a0")

LETTERS_LIFE = timedelta(days=7)
PART = 200  # letters in one file of a batch: what the compiler holds in memory at once, and a ream is 500

PAIR_LIMIT, PAIR_WINDOW = 10, 300
LOGIN_LIMIT, LOGIN_WINDOW = 30, 3600
ADDRESS_LIMIT, ADDRESS_WINDOW = 60, 3600


@dataclass(frozen=True, slots=True)
class Reach:
    """Where somebody can be reached: `email` and `phone` as known, `postal` the lines of an address or nothing."""

    email: str | None
    phone: str | None
    postal: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A way and why it is not possible; `against` is None when it is."""

    way: str
    against: str | None


def offers(reach: Reach) -> list[Offer]:
    """Each way of handing out, with what stands against it."""
    no_mail = None if reach.email else NO_ADDRESS
    return [
        Offer(TWO_CHANNELS, no_mail or unreachable(reach.phone)),
        Offer(LETTER, None),
        Offer(LINK, no_mail),
    ]


def ways(account: Account) -> tuple[str, ...]:
    """The ways that are possible with what the account itself knows; the books may know more."""
    reach = Reach(str(account.email) if account.email else None, account.phone, ())
    return tuple(offer.way for offer in offers(reach) if offer.against is None)


def chosen(wanted: str, reach: Reach) -> Offer:
    """The way for one person of a batch: the wanted one, or with `best` the first that is possible.

    A letter of a batch needs an address to go to: nobody stands at the counter to take it.
    """
    found = [
        Offer(LETTER, None if reach.postal else NO_POSTAL) if offer.way == LETTER else offer for offer in offers(reach)
    ]
    if wanted != BEST:
        return next(offer for offer in found if offer.way == wanted)
    return next((offer for offer in found if offer.against is None), found[0])


def told(reason: str | None) -> str:
    """Why somebody was not reached, as a sentence."""
    return str(_REASONS.get(reason or "", reason or ""))


def new_code() -> str:
    """A code for a letter: `7KQP-M3XA-9RTD`."""
    groups = ("".join(secrets.choice(ALPHABET) for _sign in range(GROUP)) for _group in range(GROUPS))
    return "-".join(groups)


def code_form(typed: str) -> str:
    """A code as it is compared: letter case, spaces and dashes say nothing. Empty for what can be none."""
    if len(typed) > 100:
        return ""
    form = typed.translate(_SILENT).upper()
    return form if len(form) == GROUPS * GROUP and set(form) <= set(ALPHABET) else ""
