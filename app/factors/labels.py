"""Outcomes of attempts to log in, in words for the owner."""

from __future__ import annotations

from app.core.language import lazy_gettext as _l

_OUTCOMES = {
    "in": ("good", _l("zalogowano")),
    "factor": ("warn", _l("hasło dobre, bez drugiego kroku")),
    "enrol": ("warn", _l("hasło dobre, bez drugiego kroku")),
    "factor_wrong": ("bad", _l("błędny drugi krok")),
    "factor_throttled": ("bad", _l("za dużo prób drugiego kroku")),
    "password": ("bad", _l("błędne hasło")),
    "no_password": ("bad", _l("konto nie miało jeszcze hasła")),
    "throttled": ("bad", _l("za dużo prób")),
    "early": ("warn", _l("konto jeszcze nie było otwarte")),
    "blocked": ("bad", _l("konto było zablokowane")),
    "closed": ("bad", _l("konto było zamknięte")),
    "expired": ("bad", _l("hasło startowe straciło ważność")),
}


def outcome(name: str) -> tuple[str, str]:
    """The kind of chip and the words."""
    kind, words = _OUTCOMES.get(name, ("bad", _l("nieudane logowanie")))
    return kind, str(words)
