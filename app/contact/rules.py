"""Hours as people write them, and what an entry of the contact page may hold."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.office import settings
from app.office.rules import checked_email, without_controls

EMERGENCY, PERSON, PLACE = "emergency", "person", "place"
KINDS = {
    EMERGENCY: _l("Telefony alarmowe"),
    PERSON: _l("Ludzie i sprawy"),
    PLACE: _l("Administracje i inne biura"),
}
MOST = 200
WEEKDAYS = (
    _l("Poniedziałek"), _l("Wtorek"), _l("Środa"), _l("Czwartek"), _l("Piątek"), _l("Sobota"), _l("Niedziela"),
)  # fmt: skip
LENGTHS = {"name": 120, "duty": 300, "phone": 40, "email": 255, "place": 160, "hours": 160}
Interval = tuple[int, int]  # minutes since midnight
_INTERVAL = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))? ?[-–—] ?([0-9]{1,2})(?:[:.]([0-9]{2}))?")
_CLOSED = ("", "-", "–", "nieczynne", "zamknięte")
_PHONE = re.compile(r"[+0-9][0-9 ()./-]{1,38}[0-9)]|[0-9]{3}")


@settings.group("office_hours")
@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When the office is open on the days of the week from Monday, as `written` writes it; an empty day is closed."""

    days: tuple[str, ...] = ("",) * 7

    @property
    def known(self) -> bool:
        """Whether the manager has said anything about its hours."""
        return any(self.days)


def intervals(typed: str, field: str) -> tuple[Interval, ...]:
    """The hours of a day, such as `8-16` or `7.30-11, 12:00-15:00`; none when closed. Raises `Refused`."""
    plain = " ".join(without_controls(typed[:200], field).split()).lower()
    if plain in _CLOSED:
        return ()
    found: list[Interval] = []
    for part in re.split(r" ?[,;] ?| i ", plain):
        match = _INTERVAL.fullmatch(part)
        if match is None:
            raise Refused(_("Podaj godziny, na przykład 8.00–16.00, albo zostaw puste."), field=field)
        since, until = (int(match[at]) * 60 + int(match[at + 1] or 0) for at in (1, 3))
        if until > 24 * 60 or since >= until or any(int(match[at] or 0) > 59 for at in (2, 4)):
            raise Refused(_("Godzina zamknięcia musi być późniejsza niż otwarcia."), field=field)
        if found and since < found[-1][1]:
            raise Refused(_("Godziny jednego dnia nie mogą na siebie zachodzić."), field=field)
        found.append((since, until))
    return tuple(found)


def written(hours: tuple[Interval, ...]) -> str:
    """Hours in their one form: `8.00–16.00, 17.00–18.00`."""
    return ", ".join(f"{a // 60}.{a % 60:02d}–{b // 60}.{b % 60:02d}" for a, b in hours)


def checked(kind: str, field: str, typed: str | None) -> str | None:
    """A field of an entry in its normal form; None when empty. Raises `Refused`."""
    text = " ".join(without_controls(typed or "", field).split())
    if len(text) > LENGTHS[field]:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(most)d znaków.", most=LENGTHS[field]), field=field)
    if not text:
        if field == "name":
            raise Refused(_("Podaj nazwę."), field=field)
        if field == "phone" and kind == EMERGENCY:
            raise Refused(_("Podaj numer, pod który można zadzwonić."), field=field)
        return None
    if field == "email":
        return checked_email(text, field)
    if field == "phone" and not _PHONE.fullmatch(text):
        raise Refused(_("Podaj numer telefonu, np. 76 123 45 67."), field=field)
    return text
