"""Whether the night's data came, and telling staff once when they did not. Nothing is remembered: it is looked up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from app.core import audit, jobs
from app.core.actor import Actor, Can, system
from app.core.clock import local, now
from app.core.errors import NotThere
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.imports.window import DataDue, Window, last_due
from app.office import settings
from app.outbox import letters
from app.outbox.commands import post_set
from tenants.db import db

ALARM_JOB = "imports.alarm"
LETTER = "data_late"
letters.register(letters.Kind(LETTER, _l("Dane z programu księgowego nie dotarły na czas"), lane="urgent"))

_CAME = text("SELECT EXISTS (SELECT FROM imports WHERE status IN ('published', 'unchanged') AND finished_at >= :opens)")
_TOLD = text("SELECT EXISTS (SELECT FROM outbox_causes WHERE cause = :cause)")
_STATE = text(
    "SELECT (SELECT as_of FROM revisions ORDER BY number DESC LIMIT 1) AS as_of, last.file_name, last.status "
    "FROM (SELECT 1) AS one LEFT JOIN LATERAL (SELECT file_name, status FROM imports "
    "WHERE created_at >= :opens AND NOT dry_run ORDER BY created_at DESC, id DESC LIMIT 1) AS last ON true"
)
# Who looks after the books and may see all of them.
_WHOM = (
    "SELECT 'account:' || a.id AS recipient_key, a.email AS address, a.login AS name, "
    "coalesce(a.locale, 'pl') AS locale, '{}'::jsonb AS context FROM accounts a "
    "WHERE a.role IN ('admin', 'accountant') AND a.status = 'active' AND a.email <> '' "
    "AND NOT EXISTS (SELECT FROM staff_scopes s WHERE s.account_id = a.id)"
)


@dataclass(frozen=True, slots=True)
class Late:
    """Data that did not come: when they were due, of when those are that residents see, and what came instead.

    `file_name` and `status` are of the newest import since the window opened, None when there was none.
    """

    day: date
    due: datetime
    as_of: datetime | None
    file_name: str | None
    status: str | None


def late(actor: Actor, moment: datetime | None = None) -> Late | None:
    """What is late now; None when nothing is, or nothing is ever due. Raises `NotThere`."""
    if not actor.may(Can.SEE_IMPORTS):
        raise NotThere("")
    return _late(last_due(settings.read(DataDue), moment or now()))


def ask_if_late(moment: datetime | None = None) -> bool:
    """Ask for the alarm if the bound manager's data are late and nobody was told yet."""
    window = last_due(settings.read(DataDue), moment or now())
    if window is None or _late(window) is None or _told(window.day):
        return False
    jobs.enqueue(ALARM_JOB, window.day.isoformat(), {"due": window.day.isoformat()}, lane="urgent")
    return True


def alarm(due: str, moment: datetime | None = None) -> int:
    """Write to administrators and accountants that the data of a day are late; returns to how many.

    Once for each day, and not when they have come meanwhile.
    """
    window = last_due(settings.fresh(DataDue), moment or now())
    found = _late(window)
    if found is None or found.day.isoformat() != due or _told(found.day):
        return 0
    context: dict[str, Any] = {
        "hour": f"{local(found.due):%H:%M}",
        "as_of": _iso(found.as_of),
        "file_name": found.file_name or "",
        "refused": found.status in ("refused", "failed"),
        "waiting": found.status == "waiting",
        "link": external("/admin/imports"),
    }
    told = post_set(LETTER, _cause(found.day), context, _WHOM, {})
    audit.record(system("nightly"), "import.late", due, recipients=told)
    return told


def _late(window: Window | None) -> Late | None:
    if window is None or db.session.execute(_CAME, {"opens": window.opens}).scalar_one():
        return None
    state = db.session.execute(_STATE, {"opens": window.opens}).one()
    return Late(window.day, window.due, state.as_of, state.file_name, state.status)


def _told(day: date) -> bool:
    return bool(db.session.execute(_TOLD, {"cause": _cause(day)}).scalar_one())


def _cause(day: date) -> str:
    return f"data_late:{day.isoformat()}"


def _iso(moment: datetime | None) -> str:
    return f"{local(moment):%d.%m.%Y, %H:%M}" if moment else ""
