"""Policy of announcements: what one may say, when it appears and ends, and what may become of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.core.clock import WARSAW
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l

TITLE_LENGTH, BODY_LENGTH, NAME_LENGTH, WORDS_LENGTH = 160, 50_000, 80, 200
MOST_PICTURES, MOST_ATTACHMENTS = 10, 10
LARGEST = 10 << 20
FURTHEST = timedelta(days=3 * 366)
OTHER_LANGUAGES = ("en", "uk")
ORDINARY, IMPORTANT, FAILURE = "ordinary", "important", "failure"
IMPORTANCE: dict[str, Any] = {ORDINARY: _l("Zwykłe"), IMPORTANT: _l("Ważne"), FAILURE: _l("Awaria")}
NOTICE, MAILOUT, NONE = "notice", "mailout", "none"
TELL: dict[str, Any] = {
    NOTICE: _l("Krótkie powiadomienie z linkiem, tak jak każdy sobie wybrał"),
    MAILOUT: _l("Cała treść e-mailem, jako wysyłka"),
    NONE: _l("Tylko w portalu, bez powiadomienia"),
}
STATES: dict[str, Any] = {
    "draft": _l("szkic"),
    "scheduled": _l("zaplanowane"),
    "published": _l("opublikowane"),
    "withdrawn": _l("wycofane"),
}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[.-](\d{1,2})[.-](\d{4})")
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?::\d{2})?")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person has written. `translations` are `{locale: {"title", "body"}}`, `audience` JSON."""

    title: str
    body: str
    audience: dict[str, Any]
    importance: str = ORDINARY
    translations: dict[str, dict[str, str]] = field(default_factory=dict)
    ends_at: datetime | None = None
    expires_at: datetime | None = None
    confirm: bool = False
    tell: str = NOTICE
    letters: bool = False


def checked_title(text: str | None, name: str = "title") -> str:
    """One line. Raises `Refused` when it is empty or too long."""
    line = " ".join(_CONTROLS.sub("", text or "").split())
    if not line:
        raise Refused(_("Podaj tytuł."), field=name)
    if len(line) > TITLE_LENGTH:
        raise Refused(_("Tytuł może mieć najwyżej %(most)d znaków.", most=TITLE_LENGTH), field=name)
    return line


def checked_body(text: str | None, name: str = "body") -> str:
    """The text with `\\n` line ends. Raises `Refused` when it is empty or too long."""
    clean = _CONTROLS.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not clean:
        raise Refused(_("Wpisz treść."), field=name)
    if len(clean) > BODY_LENGTH:
        raise Refused(_("Treść może mieć najwyżej %(most)d znaków.", most=BODY_LENGTH), field=name)
    return clean


def checked_translations(given: Mapping[str, tuple[str, str]]) -> dict[str, dict[str, str]]:
    """(title, body) by locale, empty ones left out. Raises `Refused` for one that has only half of it."""
    found = {}
    for code in OTHER_LANGUAGES:
        title, body = given.get(code, ("", ""))
        if title.strip() or body.strip():
            found[code] = {
                "title": checked_title(title, f"title_{code}"),
                "body": checked_body(body, f"body_{code}"),
            }
    return found


def checked(draft: Draft) -> Draft:
    """The draft if it may be kept. Raises `Refused` with the field."""
    if draft.importance not in IMPORTANCE:
        raise Refused(_("Wybierz, jak ważne jest ogłoszenie."), field="importance")
    if draft.tell not in TELL:
        raise Refused(_("Wybierz, jak powiadomić mieszkańców."), field="tell")
    if draft.ends_at is not None and draft.importance != FAILURE:
        raise Refused(_("Koniec awarii podaj tylko przy awarii."), field="ends_day")
    return draft


def check_times(importance: str, starts: datetime, ends_at: datetime | None, expires_at: datetime | None) -> None:
    """What must hold of the times of one that appears at `starts`. Raises `Refused` with the field."""
    if importance == FAILURE and ends_at is None:
        raise Refused(_("Podaj, do kiedy potrwa awaria. Możesz to potem zmienić."), field="ends_day")
    if ends_at is not None and ends_at <= starts:
        raise Refused(_("Koniec awarii musi być później niż publikacja."), field="ends_day")
    if expires_at is not None and expires_at <= starts:
        raise Refused(_("Ogłoszenie musi wygasać później, niż się pojawi."), field="expires_day")
    if expires_at is not None and ends_at is not None and expires_at < ends_at:
        raise Refused(_("Ogłoszenie nie może wygasnąć przed końcem awarii."), field="expires_day")


def check_schedule(publish_at: datetime, now: datetime) -> datetime:
    """When it may appear. Raises `Refused` for the past and for what nobody can mean."""
    if publish_at <= now:
        raise Refused(_("Podaj termin w przyszłości albo opublikuj od razu."), field="publish_day")
    if publish_at > now + FURTHEST:
        raise Refused(_("Podaj termin w ciągu najbliższych trzech lat."), field="publish_day")
    return publish_at


def moment(day: str | None, hour: str | None, name: str, default: time) -> datetime | None:
    """A moment (UTC) from a day and an hour as typed, Europe/Warsaw; None when both are empty.

    Raises `Refused` on `name` for what is no day or hour.
    """
    typed, clock = (day or "").strip(), (hour or "").strip()
    if not typed and not clock:
        return None
    if not typed:
        raise Refused(_("Podaj też dzień."), field=name)
    return datetime.combine(_day(typed, name), _hour(clock, name) if clock else default, WARSAW).astimezone(UTC)


def _day(typed: str, name: str) -> date:
    found = _DATE.fullmatch(typed)
    try:
        if found is None:
            raise ValueError
        parts = [int(part) for part in found.groups() if part is not None]
        made = date(*parts) if found[1] else date(parts[2], parts[1], parts[0])
    except ValueError:
        raise Refused(_("Podaj dzień, na przykład 30.11.2026."), field=name) from None
    if not 2000 <= made.year <= 2200:
        raise Refused(_("Podaj dzień, na przykład 30.11.2026."), field=name)
    return made


def _hour(typed: str, name: str) -> time:
    found = _TIME.fullmatch(typed)
    try:
        if found is None:
            raise ValueError
        return time(int(found[1]), int(found[2]))
    except ValueError:
        raise Refused(_("Podaj godzinę, na przykład 15:30."), field=name) from None


def said_in(locale: str, title: str, body: str, translations: Mapping[str, Any]) -> tuple[str, str, str]:
    """(title, body, the language that they are really in): Polish where there is no other."""
    other = translations.get(locale)
    return (other["title"], other["body"], locale) if other else (title, body, "pl")


def cause(public_id: str) -> str:
    """What letters and notices about an announcement carry as their cause."""
    return f"announcement:{public_id}"
