"""The letter to who has not handed in what a series awaits from them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.outbox import letters
from app.outbox.commands import post
from app.works.access import Author, Place
from app.works.filing import series
from app.works.filing.series import Series, Week
from tenants.db import db

MISSING = "works_missing"
#: A week is reminded of for so many days after its last day: a series begun long ago does not send a letter for each.
DAYS_REMINDED = 14
letters.register(letters.Kind(MISSING, _l("Budowa: czekamy na zdjęcia lub raport z tygodnia"), lane="bulk"))
_RUNNING = text(
    "SELECT s.id, s.public_id, s.kind, s.title, s.note, s.weekday, s.every, s.starts_on, s.ends_on, s.account_id, "
    "m.name AS who, m.public_id AS member, w.id AS site_id, w.public_id AS site, w.name AS site_name, "
    "a.public_id AS account, a.email, a.locale FROM works_series s JOIN works_sites w ON w.id = s.site_id "
    "AND w.state = 'open' JOIN works_members m ON m.site_id = s.site_id AND m.account_id = s.account_id "
    "AND m.left_at IS NULL JOIN accounts a ON a.id = s.account_id AND a.status = 'active' "
    "WHERE s.starts_on <= :today AND (s.ends_on IS NULL OR s.ends_on >= :since) ORDER BY s.id"
)


def remind(today: date) -> int:
    """Write to who is responsible of each week that is missing, once for each; returns how many letters are new."""
    since = today - timedelta(days=DAYS_REMINDED)
    told = 0
    for row in db.session.execute(_RUNNING, {"today": today, "since": since - timedelta(days=7)}).all():
        (found,) = series.reckoned([Series(*row[:12])], _site(row))
        told += sum(_told(row, found, week) for week in found.missing if since <= week.until)
    return told


def _told(row: Any, found: Series, week: Week) -> bool:
    context = {
        "title": found.title,
        "site": row.site_name,
        "week": week.label,
        "span": week.span,
        "link": external(series.where(_site(row), found, week)),
    }
    cause = f"works-missing:{found.public_id}:{week.on.isoformat()}"
    return post(MISSING, cause, f"account:{row.account}", row.email, found.who, context, locale=row.locale or "pl")


def _site(row: Any) -> Place:
    """The site as nobody in particular stands in it: only who handed in something is looked at."""
    return Place(
        id=row.site_id, public_id=row.site, name=row.site_name, buildings=(), is_open=True, author=Author(""),
        member_id=None, member_public_id=None, firm="", duty=None, rights=frozenset(), works_here=False,
    )  # fmt: skip
