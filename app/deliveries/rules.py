"""Policy of deliveries: when a letter goes on to the next channel, what states are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from app.core.clock import WARSAW, local
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.outbox.rules import status_code

MOST_HOURS = 24 * 30
WAKES, SLEEPS = 8, 20

STATES: dict[str, Any] = {
    "queued": _l("Czeka na wysłanie"),
    "sending": _l("Właśnie wychodzi"),
    "sent": _l("Wysłano"),
    "failed": _l("Nie wysłano"),
    "skipped": _l("Pominięto"),
    "held": _l("Wstrzymano"),
    "bounced": _l("Wróciło"),
    "opened": _l("Przeczytano w portalu"),
    "confirmed": _l("Potwierdzono odbiór"),
    "paused": _l("Wysyłka zatrzymana"),
}
CHANNELS: dict[str, Any] = {"email": _l("E-mail"), "sms": _l("SMS"), "letter": _l("List")}
EVENTS: dict[str, Any] = {
    "sent": _l("Serwer odbiorcy lub pośrednik przyjął wiadomość"),
    "deferred": _l("Serwer odłożył przyjęcie, ponowimy próbę"),
    "failed": _l("Nie udało się wysłać"),
    "held": _l("Wstrzymano: nie wiadomo, czy wiadomość została przyjęta"),
    "skipped": _l("Pominięto"),
    "bounced": _l("Wiadomość wróciła"),
    "delayed": _l("Serwer odbiorcy zgłosił opóźnienie"),
    "opened": _l("Odbiorca przeczytał w portalu"),
    "confirmed": _l("Odbiorca potwierdził odbiór"),
    "escalated": _l("Wysłano następnym sposobem, bo nikt nie odczytał"),
    "posted": _l("Nadano na poczcie lub doręczono do skrzynki"),
}

# What a status code (RFC 3463) means for who must do something about it; the longest that fits counts.
_CODES: dict[str, Any] = {
    "5.1.1": _l("Nie ma takiej skrzynki"),
    "5.1.2": _l("Nie ma takiej domeny"),
    "5.1.3": _l("Niepoprawny adres"),
    "5.1.6": _l("Skrzynkę przeniesiono"),
    "5.1.10": _l("Ta domena nie przyjmuje poczty"),
    "5.1": _l("Adres nie działa"),
    "5.2.1": _l("Skrzynka jest wyłączona"),
    "5.2.2": _l("Skrzynka jest pełna"),
    "5.2.3": _l("Wiadomość jest za duża dla tej skrzynki"),
    "5.3.4": _l("Wiadomość jest za duża dla tego serwera"),
    "5.4": _l("Nie udało się połączyć z serwerem odbiorcy"),
    "5.7": _l("Serwer odbiorcy odrzucił wiadomość (filtr antyspamowy albo zasady serwera)"),
    "4.2.2": _l("Skrzynka jest pełna; serwer przyjmie wiadomość, gdy się zwolni"),
    "4.4": _l("Serwer odbiorcy na razie nie odpowiada"),
    "4.7": _l("Serwer odbiorcy na razie odkłada przyjęcie (tzw. szara lista)"),
}


def plainly(said: str | None) -> str | None:
    """What a server's sentence means, in ours; None when it gives no code that is known."""
    code = status_code(said or "")
    if code is None:
        return None
    known = _CODES.get(code) or _CODES.get(code.rpartition(".")[0])
    return None if known is None else str(known)


@dataclass(frozen=True, slots=True)
class Escalation:
    """After how many hours an important letter that nobody has read goes on: by text message, then on paper.

    0 leaves that channel out. What came back, or never could leave, goes on at once.
    """

    sms_hours: int = 24
    letter_hours: int = 72


def next_channel(
    rules: Escalation,
    *,
    reached: bool,
    written_at: datetime,
    tried: Mapping[str, tuple[str, datetime | None]],
    now: datetime,
) -> str | None:
    """The channel to which an important letter goes on now; None while it is read, waits, or nothing is left.

    `tried` holds state and moment of leaving of each channel that was used; `reached` says that its person has read it.
    """
    if reached:
        return None
    first = min((at for _state, at in tried.values() if at is not None), default=written_at)
    alive = any(state in ("queued", "sending", "sent") for state, _at in tried.values())
    for channel, hours in (("sms", rules.sms_hours), ("letter", rules.letter_hours)):
        if not hours or channel in tried:
            continue
        return channel if not alive or now >= first + timedelta(hours=hours) else None
    return None


def polite(moment: datetime) -> datetime:
    """The first moment, not before this one, at which a telephone may ring: from 8 to 20 of Europe/Warsaw."""
    here = local(moment)
    if WAKES <= here.hour < SLEEPS:
        return moment
    day = here.date() if here.hour < WAKES else here.date() + timedelta(days=1)
    return datetime.combine(day, time(WAKES), WARSAW)


def checked(value: Escalation) -> Escalation:
    """The same if it can be. Raises `Refused` with the field."""
    for field in ("sms_hours", "letter_hours"):
        if not 0 <= getattr(value, field) <= MOST_HOURS:
            raise Refused(_("Podaj od 0 do %(most)d godzin.", most=MOST_HOURS), field=field)
    if value.sms_hours and value.letter_hours and value.letter_hours < value.sms_hours:
        raise Refused(_("List ma iść po SMS-ie: podaj nie mniej godzin niż dla SMS-a."), field="letter_hours")
    return value
