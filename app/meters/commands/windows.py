"""Windows of readings: opened, changed, closed early, called off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from app.core import audit, jobs
from app.core.actor import Actor, Can
from app.core.clock import now, today
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.meters.queries import windows
from app.meters.queries.windows import Window
from app.meters.rules import BEFORE, METERS, OPEN, PHOTOS
from tenants.db import db

TELL_JOB = "meters.tell_window"
LONGEST_DAYS, MOST_WORDS, FARTHEST_YEARS = 92, 1000, 2
_NEW = text(
    "INSERT INTO reading_windows (public_id, form_key, media, buildings, opens_on, closes_on, reads_from, reads_to, "
    "photo, words, remind_days, created_by) VALUES (:public_id, :form_key, :media, :buildings, :opens_on, :closes_on, "
    ":reads_from, :reads_to, :photo, :words, :remind_days, :by) ON CONFLICT (form_key) DO NOTHING RETURNING id"
)
_SAME = text("SELECT public_id FROM reading_windows WHERE form_key = :form_key AND created_by = :by")
_BUILDINGS = text("SELECT code FROM buildings WHERE until_revision IS NULL AND code = ANY(:codes)")
_OVERLAPS = text(
    "SELECT count(*) FROM reading_windows w WHERE w.cancelled_at IS NULL AND w.closed_at IS NULL "
    "AND w.id <> :but AND w.closes_on >= :opens_on AND w.opens_on <= :closes_on AND w.media && :media "
    "AND (w.buildings IS NULL OR CAST(:buildings AS text[]) IS NULL OR w.buildings && :buildings)"
)
_CHANGE = text(
    "UPDATE reading_windows SET closes_on = :closes_on, reads_from = :reads_from, reads_to = :reads_to, "
    "photo = :photo, words = :words, remind_days = :remind_days WHERE id = :id "
    "AND closed_at IS NULL AND cancelled_at IS NULL RETURNING id"
)
_END = {
    which: text(
        f"UPDATE reading_windows SET {which} = :at WHERE id = :id AND closed_at IS NULL AND cancelled_at IS NULL "
        "RETURNING id"
    )
    for which in ("closed_at", "cancelled_at")
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A window as staff want it; `buildings` empty for all, days as in `ReadingWindow`."""

    media: tuple[str, ...]
    buildings: tuple[str, ...]
    opens_on: date
    closes_on: date
    reads_from: date
    reads_to: date
    photo: str
    words: str
    remind_days: int


def open_window(actor: Actor, wish: Wish, form_key: str) -> str:
    """Open a window, or have it open on a later day; returns its public id. The same form again makes no second one.

    Those it reaches are told when it opens. Raises `Refused`, `NotThere`.
    """
    _may(actor)
    if wish.closes_on < today():
        raise Refused(_("Ten dzień już minął. Podaj dzień, do którego przyjmujesz odczyty."), field="closes_on")
    same = db.session.execute(_SAME, {"form_key": form_key, "by": actor.login}).scalar()
    if same is not None:
        return str(same)
    buildings = _checked(actor, wish)
    values: dict[str, Any] = {**_values(wish), "media": list(wish.media), "buildings": buildings}
    if db.session.execute(_OVERLAPS, {**values, "but": 0}).scalar():
        raise Refused(_("W tym czasie jest już okno odczytów dla tych samych liczników."), field="opens_on")
    public_id = new_public_id()
    values |= {"public_id": public_id, "form_key": form_key or None, "by": actor.login, "opens_on": wish.opens_on}
    if db.session.execute(_NEW, values).scalar() is None:
        raise Conflict(_("To okno zostało już zapisane."))
    audit.record(actor, "meters.window_opened", public_id, after=_said(wish))
    if wish.opens_on <= today():
        jobs.enqueue(TELL_JOB, public_id, {"public_id": public_id}, lane="bulk")
    return public_id


def change(actor: Actor, public_id: str, wish: Wish) -> None:
    """Change a window that has not ended: its last day, days of reading, photographs, words, reminder. What it reaches
    and its first day stay. Raises `Refused`, `NotThere`, `Conflict` for one that has ended."""
    found = _mine(actor, public_id)
    if wish.closes_on < today():
        raise Refused(_("Ten dzień już minął. Podaj dzień, do którego przyjmujesz odczyty."), field="closes_on")
    _check_days(wish)
    if db.session.execute(_CHANGE, {**_values(wish), "id": found.id}).scalar() is None:
        raise Conflict(_("To okno jest już zamknięte."))
    before = {"closes_on": found.closes_on.isoformat(), "reads_from": found.reads_from.isoformat(),
              "reads_to": found.reads_to.isoformat(), "photo": found.photo, "words": found.words,
              "remind_days": found.remind_days}  # fmt: skip
    after = {name: value for name, value in _said(wish).items() if name in before}
    audit.record(actor, "meters.window_changed", public_id, before=before, after=after)


def close(actor: Actor, public_id: str) -> None:
    """Take no more readings from now on. Raises `NotThere`, `Conflict` for one that has ended."""
    _end(actor, public_id, "closed_at", "meters.window_closed", (OPEN,))


def cancel(actor: Actor, public_id: str) -> None:
    """Call a window off: it disappears for residents, what they told stays. Raises `NotThere`, `Conflict`."""
    _end(actor, public_id, "cancelled_at", "meters.window_cancelled", (BEFORE, OPEN))


def _end(actor: Actor, public_id: str, which: str, act: str, states: tuple[str, ...]) -> None:
    found = _mine(actor, public_id)
    ended = found.state in states and db.session.execute(_END[which], {"id": found.id, "at": now()}).scalar()
    if not ended:
        raise Conflict(_("To okno jest już zamknięte albo odwołane."))
    audit.record(actor, act, public_id, before={"state": found.state})


def _mine(actor: Actor, public_id: str) -> Window:
    """A window that the actor may change: staff of some buildings only one of their own buildings."""
    _may(actor)
    found = windows.window(actor, public_id, today())
    if actor.buildings is not None and (found.buildings is None or not set(found.buildings) <= actor.buildings):
        raise NotThere("")
    return found


def _may(actor: Actor) -> None:
    if not actor.may(Can.MANAGE_METERS):
        raise NotThere("")


def _checked(actor: Actor, wish: Wish) -> list[str] | None:
    """The codes of the buildings that the window reaches. Raises `Refused`."""
    if not wish.media or not set(wish.media) <= set(METERS):
        raise Refused(_("Wybierz, których liczników dotyczy okno."), field="media")
    _check_days(wish)
    codes = [code.replace("\0", "") for code in wish.buildings]
    if not codes:
        return None if actor.buildings is None else sorted(actor.buildings)
    known = set(db.session.execute(_BUILDINGS, {"codes": codes}).scalars())
    if actor.buildings is not None:
        known &= actor.buildings
    if known != set(codes):
        raise Refused(_("Wybierz spośród podanych możliwości."), field="buildings")
    return sorted(known)


def _check_days(wish: Wish) -> None:
    if wish.closes_on < wish.opens_on:
        raise Refused(_("Ostatni dzień nie może być przed pierwszym."), field="closes_on")
    if (wish.closes_on - wish.opens_on).days > LONGEST_DAYS:
        raise Refused(_("Okno może trwać najwyżej trzy miesiące."), field="closes_on")
    if abs(wish.opens_on.year - today().year) > FARTHEST_YEARS:
        raise Refused(_("Podaj dzień z tego albo przyszłego roku."), field="opens_on")
    if wish.reads_to < wish.reads_from:
        raise Refused(_("Ostatni dzień odczytu nie może być przed pierwszym."), field="reads_to")
    if wish.reads_from > wish.closes_on or wish.reads_from < wish.opens_on - timedelta(days=366):
        raise Refused(_("Podaj dzień, z którego odczyt da się podać w tym oknie."), field="reads_from")
    if wish.photo not in PHOTOS:
        raise Refused(_("Wybierz jedną z podanych możliwości."), field="photo")
    if not 0 <= wish.remind_days <= 60:
        raise Refused(_("Podaj liczbę dni od 0 do 60."), field="remind_days")
    if len(wish.words) > MOST_WORDS:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(max)d znaków.", max=MOST_WORDS), field="words")


def _values(wish: Wish) -> dict[str, Any]:
    return {
        "opens_on": wish.opens_on,
        "closes_on": wish.closes_on,
        "reads_from": wish.reads_from,
        "reads_to": wish.reads_to,
        "photo": wish.photo,
        "words": wish.words.replace("\0", "").strip(),
        "remind_days": wish.remind_days,
    }


def _said(wish: Wish) -> dict[str, Any]:
    """The window for the audit log."""
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in _values(wish).items()}
    return plain | {"media": list(wish.media), "buildings": list(wish.buildings)}
