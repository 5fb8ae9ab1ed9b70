"""The audit log in words. An act without a sentence here is shown by its name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.audit.acts import ACTIONS
from app.core.clock import local
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.money import money

_FIELDS = {
    "ability": _l("Co może"),
    "accent": _l("Kolor"),
    "amount": _l("Kwota"),
    "buildings": _l("Budynki"),
    "city": _l("Miejscowość"),
    "city_line": _l("Kod i miejscowość"),
    "collection": _l("Rozliczanie"),
    "email": _l("E-mail"),
    "entry": _l("Pozycja w księgach"),
    "expires_at": _l("Działa do"),
    "fee": _l("Opłata"),
    "fields": _l("Zmienione pola"),
    "files": _l("Pliki"),
    "gross": _l("Brutto"),
    "host": _l("Domena"),
    "hours": _l("Godziny pracy"),
    "interval": _l("Okres rozliczeniowy"),
    "identity": _l("Jak sprawdzono tożsamość"),
    "kind": _l("Rodzaj"),
    "job": _l("Zadanie"),
    "least": _l("Najmniejsza kwota"),
    "letters": _l("Wiadomości w miesiącu"),
    "lines": _l("Liczba wpisów"),
    "locale": _l("Język"),
    "login": _l("Login"),
    "mailed": _l("Wysłano e-mailem"),
    "most": _l("Największa kwota"),
    "name": _l("Nazwa"),
    "nip": _l("NIP"),
    "number": _l("Numer"),
    "note": _l("Uwaga"),
    "opens_at": _l("Działa od"),
    "overlap_hours": _l("Godziny działania starego tokenu"),
    "paid_on": _l("Data wpływu"),
    "percent": _l("Stawka w procentach"),
    "person": _l("Osoba z ewidencji"),
    "plan": _l("Plan"),
    "plan_interval": _l("Okres rozliczeniowy"),
    "phone": _l("Telefon"),
    "reason": _l("Powód"),
    "recipients": _l("Odbiorcy"),
    "revision": _l("Wersja danych"),
    "role": _l("Rola"),
    "rows": _l("Wiersze"),
    "scopes": _l("Uprawnienia"),
    "short_name": _l("Krótka nazwa"),
    "signed_on": _l("Data podpisu"),
    "since": _l("Od"),
    "stage": _l("Stan abonamentu"),
    "state": _l("Stan"),
    "storage": _l("Miejsce na dane, w bajtach"),
    "status": _l("Stan konta"),
    "street_line": _l("Ulica i numer"),
    "subject": _l("Czego dotyczy"),
    "trial_until": _l("Okres próbny do dnia"),
    "thing": _l("Do czego"),
    "title": _l("Tytuł"),
    "unit": _l("Lokal"),
    "units": _l("Lokale"),
    "source": _l("Źródło"),
    "until": _l("Do"),
    "version": _l("Wersja"),
    "way": _l("Sposób"),
    "writes": _l("Także zmiany"),
    "who": _l("Kto"),
}
#: Fields that hold grosze.
_MONEY = frozenset({"amount", "fee", "gross", "least", "most"})
_VALUES = {
    "active": _l("czynne"),
    "blocked": _l("zablokowane"),
    "closed": _l("zamknięte"),
    "resident": _l("mieszkaniec"),
    "admin": _l("administrator"),
    "accountant": _l("księgowość"),
    "clerk": _l("pracownik biura"),
    "board": _l("zarząd"),
    "agency": _l("firma zarządzająca"),
    "association": _l("wspólnota"),
    "cooperative": _l("spółdzielnia"),
    "facts": _l("samodzielnie"),
    "form": _l("formularz"),
    "good": _l("bez zaległości"),
    "hand": _l("faktury wystawiane ręcznie, przelew"),
    "letter": _l("List z jednorazowym kodem"),
    "link": _l("Link aktywacyjny e-mailem"),
    "month": _l("co miesiąc"),
    "paper": _l("papier"),
    "read_only": _l("tylko odczyt"),
    "screen": _l("Login i hasło na ekranie"),
    "staff_off": _l("panel zamknięty"),
    "stripe": _l("subskrypcja w Stripe"),
    "suspended": _l("wstrzymany"),
    "two_channels": _l("Dwa kanały: login e-mailem, hasło SMS-em"),
    "warned": _l("upomnienie"),
    "year": _l("co rok"),
}
_KINDS = {
    "account": _l("konto w portalu"),
    "operator": _l("operator platformy"),
    "support": _l("wsparcie platformy"),
    "system": _l("system"),
    "token": _l("program"),
    "visitor": _l("gość"),
}


def action_label(action: str) -> str:
    """What was done, in words; the act's own name where there are none."""
    if action.startswith("factor.") and action not in ACTIONS:
        return _("Zmieniono drugi krok logowania")
    return str(ACTIONS.get(action, action))


def actor_kind_label(kind: str) -> str:
    return str(_KINDS.get(kind, kind))


def field_label(name: str) -> str:
    return str(_FIELDS.get(name, name.replace("_", " ")))


def value_text(value: Any, name: str = "") -> str:
    """A value of the log as people read it; `name` is its field: some hold grosze."""
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return _("tak") if value else _("nie")
    if isinstance(value, int) and name in _MONEY:
        return money(value)
    if isinstance(value, list | tuple):
        return ", ".join(value_text(one) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{field_label(key)}: {value_text(one, key)}" for key, one in value.items())
    return _moment(str(value)) or str(_VALUES.get(str(value), value))


def _moment(value: str) -> str | None:
    """A moment in ISO form, with a zone, as people read it; None for any other text."""
    if not 20 <= len(value) <= 35 or "T" not in value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return f"{local(found):%d.%m.%Y, %H:%M}" if found.tzinfo else None
