"""What tokens may be: their form, scopes, life and limits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from app.core.actor import Can
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l

PREFIX = "osiedle_"  # scanners of leaked secrets look for a word that stands before them
NAME_LENGTH = 80
MOST_TOKENS = 50
SCOPES: dict[str, Any] = {
    "imports:write": _l("Przekazywanie danych i sprawdzanie wyniku"),
    "imports:read": _l("Tylko sprawdzanie wyniku importów"),
    "units:read": _l("Odczyt budynków i lokali"),
    "people:read": _l("Odczyt danych osobowych: osób, ich adresów i tytułów do lokali"),
    "balances:read": _l("Odczyt sald lokali"),
    "documents:read": _l("Odczyt dokumentów i pobieranie plików"),
    "announcements:read": _l("Odczyt ogłoszeń"),
    "announcements:write": _l("Pisanie i publikowanie ogłoszeń"),
    "deliveries:read": _l("Odczyt losu wysłanych wiadomości"),
}
RIGHTS: dict[str, frozenset[Can]] = {
    "imports:write": frozenset({Can.RUN_IMPORTS, Can.SEE_IMPORTS}),
    "imports:read": frozenset({Can.SEE_IMPORTS}),
    "units:read": frozenset({Can.SEE_RESIDENTS}),
    "people:read": frozenset({Can.SEE_RESIDENTS}),
    "balances:read": frozenset({Can.SEE_RESIDENTS}),
    "documents:read": frozenset({Can.SEE_DOCUMENTS}),
    "announcements:read": frozenset({Can.SEE_MAILOUTS}),
    "announcements:write": frozenset({Can.SEND_MAILOUTS, Can.SEE_MAILOUTS}),
    "deliveries:read": frozenset({Can.SEE_MAILOUTS}),
}
#: What a scope opens beside itself. Pages of the interface ask for a scope, what lies below them for a right.
_WITH: dict[str, frozenset[str]] = {
    "imports:write": frozenset({"imports:read"}),
    "announcements:write": frozenset({"announcements:read"}),
}
#: Scopes that reach over all buildings, so that no token limited to some may have them.
WHOLE_MANAGER = frozenset({"imports:write", "imports:read"})
KEY_LENGTH = 200
LIVES: dict[str, tuple[Any, int | None]] = {
    "90": (_l("3 miesiące"), 90),
    "365": (_l("rok"), 365),
    "730": (_l("2 lata"), 730),
    "never": (_l("bez terminu"), None),
}
OVERLAPS: dict[str, tuple[Any, int]] = {
    "0": (_l("od razu przestaje działać"), 0),
    "1": (_l("działa jeszcze godzinę"), 1),
    "24": (_l("działa jeszcze dobę"), 24),
    "168": (_l("działa jeszcze tydzień"), 168),
}
LONGEST_LIFE = 3650


def rights(scopes: Iterable[str]) -> frozenset[Can]:
    """What a token with these scopes may do; a scope of another version of the portal opens nothing."""
    return frozenset().union(*(RIGHTS.get(scope, frozenset()) for scope in scopes))


def opened(scopes: Iterable[str]) -> frozenset[str]:
    """The scopes that a token with these may show, also those that one of them brings along."""
    kept = frozenset(scope for scope in scopes if scope in RIGHTS)
    return kept.union(*(_WITH.get(scope, frozenset()) for scope in kept))


def checked_name(typed: str) -> str:
    """A token's name in one line. Raises `Refused`."""
    name = " ".join(typed.split())
    if not name or any(not sign.isprintable() for sign in name):
        raise Refused(_("Nazwij token, na przykład od programu, który go użyje."), field="name")
    if len(name) > NAME_LENGTH:
        raise Refused(_("Nazwa jest za długa: najwyżej %(most)d znaków.", most=NAME_LENGTH), field="name")
    return name


def checked_scopes(chosen: Iterable[str]) -> list[str]:
    """The scopes in our order. Raises `Refused` for none and for one that there is not."""
    wanted = set(chosen)
    if not wanted or wanted - set(SCOPES):
        raise Refused(_("Wybierz, co program może robić."), field="scopes")
    return [scope for scope in SCOPES if scope in wanted]


def checked_buildings(chosen: Iterable[str], known: Iterable[str], scopes: Iterable[str]) -> list[str] | None:
    """Codes of the buildings that a token is limited to, None for no limit. Raises `Refused`."""
    wanted = set(chosen)
    if not wanted:
        return None
    if wanted - set(known):
        raise Refused(_("Wybierz budynki z listy."), field="buildings")
    if WHOLE_MANAGER & set(scopes):
        raise Refused(
            _("Przekazywać dane i sprawdzać importy można tylko dla wszystkich budynków naraz."), field="buildings"
        )
    return sorted(wanted)


def expiry(moment: datetime, days: int | None) -> datetime | None:
    """When a token of this life ends; None: never. Raises `Refused`."""
    if days is None:
        return None
    if not 1 <= days <= LONGEST_LIFE:
        raise Refused(_("Token może działać od 1 do %(most)d dni.", most=LONGEST_LIFE), field="life")
    return moment + timedelta(days=days)


def state(
    moment: datetime, expires_at: datetime | None, revoked_at: datetime | None, warn: timedelta = timedelta(days=14)
) -> str:
    """`revoked`, `expired`, `ending` (within `warn`) or `active`."""
    if revoked_at is not None:
        return "revoked"
    if expires_at is not None and expires_at <= moment:
        return "expired"
    return "ending" if expires_at is not None and expires_at <= moment + warn else "active"


def checked_key(key: str) -> str:
    """An Idempotency-Key that programs send, as it is. Raises `Refused` on its header."""
    if not 1 <= len(key) <= KEY_LENGTH or not (key.isascii() and key.isprintable()):
        raise Refused(
            _("Idempotency-Key ma od 1 do %(most)d znaków: litery bez polskich znaków, cyfry i znaki przestankowe.",
              most=KEY_LENGTH),
            field="Idempotency-Key",
        )  # fmt: skip
    return key
