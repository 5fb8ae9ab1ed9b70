"""Telling residents of windows of readings: when one opens, and before it closes those who are still missing."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from app.accounts.queries.titles import HELD_UNITS
from app.core import audit, events
from app.core.actor import Actor, Can, system
from app.core.clock import now, today
from app.core.errors import Conflict, NotThere
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.estate import scope
from app.meters.queries import windows
from app.meters.queries.windows import UNITS, Window, unit_values
from app.meters.rules import OPEN
from app.notifications.commands import tell_many
from app.notifications.happenings import READINGS
from app.outbox import letters
from tenants.db import db

DAILY_JOB, REMINDER = "meters.windows", "readings_reminder"
letters.register(letters.Kind(REMINDER, _l("Przypomnienie: podaj stan liczników"), topic=READINGS))
_HELD = HELD_UNITS.replace(":person", "a.person_code").replace(":account", "a.id")
_ACCOUNTS = text(
    f"SELECT DISTINCT a.id FROM accounts a CROSS JOIN LATERAL ({_HELD}) AS h "
    "WHERE a.role = 'resident' AND a.status = 'active' "
    f"AND h.unit_code IN (SELECT x.code FROM ({UNITS}) x WHERE (NOT CAST(:missing AS boolean) OR x.state = 'missing') "
    f"AND {scope.units('x.code')}) ORDER BY a.id"
)
_MARK = {
    which: text(f"UPDATE reading_windows SET {which} = coalesce({which}, :at) WHERE id = :id")
    for which in ("told_at", "reminded_at", "closed_at")
}


def tell_opened(public_id: str) -> None:
    """Tell the residents whom a window reaches that it is open, once however often this runs."""
    for one in windows.begun(today()):
        if one.public_id == public_id and one.state == OPEN:
            _tell_opened(one)


def every_day() -> None:
    """What windows do of themselves: open, remind, close. A day that was missed is made up for."""
    for one in windows.begun(today()):
        if one.state != OPEN:
            _mark(one, "closed_at")
            audit.record(system("meters"), "meters.window_closed", one.public_id, before={"state": OPEN})
        elif one.told_at is None:
            _tell_opened(one)
        elif one.remind_days and one.reminded_at is None and _is_near(one):
            told = _remind(system("meters"), one)
            audit.record(system("meters"), "meters.window_reminded", one.public_id, after={"accounts": told})


def remind(actor: Actor, public_id: str) -> int:
    """Remind those who have not told yet, at the word of staff; returns how many accounts are missing. Nobody gets a
    second reminder of one window. Raises `NotThere`, `Conflict` when it is not open."""
    if not actor.may(Can.MANAGE_METERS):
        raise NotThere("")
    found = windows.window(actor, public_id, today())
    if found.state != OPEN:
        raise Conflict(_("To okno nie jest teraz otwarte."))
    told = _remind(actor, found)
    audit.record(actor, "meters.window_reminded", public_id, after={"accounts": told})
    return told


def _tell_opened(one: Window) -> None:
    link = external(f"/media/meters/windows/{one.public_id}")
    accounts = _accounts(system("meters"), one, missing=False)
    cause, until = f"readings:{one.public_id}", f"{one.closes_on:%d.%m.%Y}"
    events.happened("meters.window_opened", cause=cause, link=link, until=until, accounts=accounts)
    _mark(one, "told_at")


def _remind(actor: Actor, one: Window) -> int:
    accounts = _accounts(actor, one, missing=True)
    context = {"until": f"{one.closes_on:%d.%m.%Y}", "link": external(f"/media/meters/windows/{one.public_id}")}
    tell_many(READINGS, f"readings:{one.public_id}:reminder", accounts, REMINDER, context)
    if actor.buildings is None:
        _mark(one, "reminded_at")
    return len(accounts)


def _accounts(actor: Actor, one: Window, *, missing: bool) -> list[int]:
    """The accounts of residents with a unit in the window; `missing`: of whose unit a reading is still awaited."""
    values = {**unit_values(one, today()), **scope.values(actor), "missing": missing}
    return list(db.session.execute(_ACCOUNTS, values).scalars())


def _is_near(one: Window) -> bool:
    return today() >= one.closes_on - timedelta(days=one.remind_days)


def _mark(one: Window, which: str) -> None:
    db.session.execute(_MARK[which], {"id": one.id, "at": now()})
