"""Policy of personal data: what may be asked, what is erased, what the law keeps, and for how long anything stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.office import settings

TEXT_LENGTH = 4000
ANSWER_DAYS = 30  # RODO art. 12: within a month
DOWNLOADS, DOWNLOAD_WINDOW = 5, 3600
KINDS: dict[str, Any] = {
    "erasure": _l("Usunięcie danych"),
    "restriction": _l("Ograniczenie przetwarzania"),
    "correction": _l("Poprawienie danych"),
}
STATES: dict[str, Any] = {
    "open": _l("czeka na odpowiedź"),
    "answered": _l("odpowiedziano"),
    "erased": _l("dane usunięto"),
    "withdrawn": _l("wycofano"),
}
ERASED = (
    _l("konto w portalu: login, hasło, e-mail i telefon konta, drugi składnik logowania, dostęp do lokali"),
    _l("historia logowań i urządzeń"),
    _l("ustawienia powiadomień"),
    _l("adresy i treść wiadomości, które portal wysłał do tej osoby"),
    _l("dane z wniosków o założenie konta"),
)
KEPT = (
    _l("rozliczenia lokalu i dowody księgowe – przez 5 lat (art. 74 ustawy o rachunkowości)"),
    _l("dane osoby w ewidencji zarządcy, dopóki ma ona tytuł do lokalu albo trwają jej rozliczenia"),
    _l("wpisy dziennika zmian, bo nie wolno ich zmieniać; po usunięciu danych nie ma w nich nowych informacji"),
    _l("fakt i wersja zaakceptowanego regulaminu oraz to, że dane usunięto – jako dowód"),
    _l("rezygnacja z wysyłek na dany adres, żeby nikt nie napisał na niego ponownie"),
)


@settings.group("retention")
@dataclass(frozen=True, slots=True)
class Retention:
    """How long anything stays after it was last needed: days, or months where the name says so.

    `bank_years` count from the end of the year of a booking; at least five, by art. 74 ustawy o rachunkowości.
    """

    attempts_days: int = 90
    sessions_days: int = 90
    links_days: int = 30
    letters_months: int = 24
    registrations_months: int = 12
    closed_months: int = 12
    messages_months: int = 60
    fetches_months: int = 24
    announcements_months: int = 60
    reads_months: int = 24
    bank_years: int = 6


@dataclass(frozen=True, slots=True)
class Period:
    """A period that the manager sets, and its bounds."""

    label: Any
    hint: Any
    least: int
    most: int

    def describe(self, name: str) -> str:
        """Its bounds in words; `name` is the field's, which tells what it counts."""
        kind = name.rpartition("_")[2]
        unit = _("miesięcy") if kind == "months" else _("lat") if kind == "years" else _("dni")
        return _("Od %(least)d do %(most)d %(unit)s.", least=self.least, most=self.most, unit=unit)


PERIODS: dict[str, Period] = {
    "attempts_days": Period(_l("Próby logowania"), _l("Kiedy, skąd i z jakim skutkiem ktoś próbował wejść."), 30, 730),
    "sessions_days": Period(_l("Zakończone sesje"), _l("Na jakich urządzeniach ktoś był zalogowany."), 30, 730),
    "links_days": Period(_l("Zużyte linki i kody"), _l("Do ustawienia hasła i potwierdzenia adresu."), 7, 365),
    "letters_months": Period(
        _l("Treść wysłanych wiadomości"),
        _l("Potem zostaje tylko informacja, że wiadomość wysłano, bez adresu i treści."),
        1,
        120,
    ),
    "registrations_months": Period(
        _l("Załatwione wnioski o konto"), _l("Licząc od decyzji; wnioski, które czekają, nie są usuwane."), 1, 120
    ),
    "closed_months": Period(
        _l("Zamknięte konta"), _l("Potem usuwamy z konta wszystko, czego nie trzeba przechowywać."), 1, 120
    ),
    "messages_months": Period(
        _l("Zamknięte rozmowy z biurem"), _l("Licząc od ostatniej wiadomości, razem z załącznikami."), 6, 240
    ),
    "fetches_months": Period(_l("Pobrania dokumentów"), _l("Kto i kiedy otworzył albo pobrał dokument."), 3, 120),
    "announcements_months": Period(
        _l("Nieaktualne ogłoszenia"),
        _l("Licząc od wygaśnięcia albo wycofania, razem z załącznikami. Te, które wiszą, zostają."),
        12,
        240,
    ),
    "reads_months": Period(
        _l("Kto przeczytał ogłoszenie"),
        _l("Licząc od wygaśnięcia albo wycofania ogłoszenia. Rejestr doręczeń zostaje."),
        3,
        120,
    ),
    "bank_years": Period(
        _l("Wyciągi bankowe i wpłaty z nich"),
        _l("Licząc od końca roku, w którym bank je zaksięgował. Wpłaty, które czekają na decyzję, zostają."),
        5,
        20,
    ),
}


def checked_periods(given: Mapping[str, Any]) -> Retention:
    """The periods as set by the manager. Raises `Refused` with the field for what is no number within its bounds."""
    found: dict[str, int] = {}
    for field in fields(Retention):
        written, period = str(given.get(field.name) or "").strip(), PERIODS[field.name]
        if not (written.isascii() and written.isdigit() and len(written) < 6):
            raise Refused(_("Podaj liczbę."), field=field.name)
        found[field.name] = int(written)
        if not period.least <= found[field.name] <= period.most:
            raise Refused(period.describe(field.name), field=field.name)
    return Retention(**found)


def checked_kind(kind: str | None) -> str:
    """What is asked for. Raises `Refused`."""
    if kind not in KINDS:
        raise Refused(_("Wybierz, o co prosisz."), field="kind")
    return str(kind)


def checked_text(text: str | None, *, field: str, empty: str) -> str:
    """What somebody wrote, with `\\n` line ends. Raises `Refused`, with the sentence `empty` for nothing."""
    clean = (text or "").replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if not clean:
        raise Refused(empty, field=field)
    if len(clean) > TEXT_LENGTH:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(most)d znaków.", most=TEXT_LENGTH), field=field)
    return clean
