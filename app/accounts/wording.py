"""Words of the office's pages about accounts."""

from __future__ import annotations

from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l

STATES = {
    "all": _l("Wszystkie czynne"),
    "never": _l("Jeszcze bez logowania"),
    "locked": _l("Wstrzymane po błędnych próbach"),
    "blocked": _l("Zablokowane"),
    "unitless": _l("Bez lokalu"),
    "resigning": _l("Proszą o zamknięcie"),
    "closed": _l("Zamknięte"),
}
MENDS = {
    "unblock": _l("Odblokuj konto"),
    "unlock": _l("Pozwól logować się od razu"),
    "open": _l("Otwórz konto teraz"),
    "link": _l("Wydaj nowy link do hasła"),
    "attach": _l("Przypisz lokale z ewidencji"),
    "remind": _l("Wyślij prośbę jeszcze raz"),
}
SEES = {
    "reset": _l("Wydaj nowy link do hasła"),
    "contact": _l("Popraw dane konta"),
    "factors/reset": _l("Usuń drugi krok logowania"),
    "new": _l("Załóż nowe konto"),
    "#units": _l("Przypisz lokal"),
}
_OUTCOMES = {
    "in": ("good", _l("zalogowano")),
    "factor": ("warn", _l("hasło dobre, czeka na drugi krok")),
    "enrol": ("warn", _l("hasło dobre, czeka na drugi krok")),
    "factor_wrong": ("bad", _l("błędny drugi krok")),
    "factor_throttled": ("bad", _l("za dużo prób drugiego kroku")),
    "password": ("bad", _l("błędne hasło")),
    "no_password": ("bad", _l("konto bez hasła")),
    "throttled": ("bad", _l("za dużo prób, odesłano")),
    "early": ("warn", _l("konto jeszcze nieotwarte")),
    "blocked": ("bad", _l("konto zablokowane")),
    "closed": ("bad", _l("konto zamknięte")),
    "expired": ("bad", _l("hasło startowe nieważne")),
}


def outcome(name: str) -> tuple[str, str]:
    """How an attempt to log in ended: the kind of chip, and words."""
    kind, words = _OUTCOMES.get(name, ("bad", _l("nieudane logowanie")))
    return kind, str(words)


def standing(status: str, has_password: bool, must_change: bool) -> tuple[str, str]:
    """The state of an account: the kind of chip, and words."""
    if status == "closed":
        return "", _("zamknięte")
    if status == "blocked":
        return "bad", _("zablokowane")
    if not has_password:
        return "warn", _("czeka na ustawienie hasła")
    return ("warn", _("hasło startowe")) if must_change else ("good", _("czynne"))
