"""How the bound manager's addresses fare, in numbers: for those who run the platform, and so without what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import text

from app.core.language import gettext as _
from app.hooks import rules
from tenants.db import db

#: Shorter failures are a restart of the other side, and mend themselves.
FAILING = timedelta(hours=1)
WINDOW = timedelta(hours=24)
_NUMBERS = text("""
SELECT count(*) AS hooks, count(*) FILTER (WHERE state = 'disabled') AS hooks_off,
    count(*) FILTER (WHERE state = 'active' AND failing_since < :failing) AS hooks_failing,
    (SELECT count(*) FROM webhook_attempts WHERE at >= :window AND (status IS NULL OR status NOT BETWEEN 200 AND 299))
        AS hooks_failed,
    max(delivered_at) AS hooks_delivered_at
FROM webhooks
""")
_LAST_ERROR = text("""
SELECT a.at, coalesce(a.problem, a.status::text) AS code, w.url
FROM webhook_attempts a JOIN webhook_deliveries d ON d.id = a.delivery_id JOIN webhooks w ON w.id = d.webhook_id
WHERE a.status IS NULL OR a.status NOT BETWEEN 200 AND 299 ORDER BY a.id DESC LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Health:
    """Addresses; those that we disabled; those that have failed for `FAILING` or longer; tries of `WINDOW` that failed.

    `hooks_error` is the code of the last failed try: a status, or a name of `rules.PROBLEMS`. `hooks_host` is the host
    that it went to, never the path, for that may hold a key.
    """

    hooks: int
    hooks_off: int
    hooks_failing: int
    hooks_failed: int
    hooks_delivered_at: datetime | None
    hooks_error_at: datetime | None
    hooks_error: str | None
    hooks_host: str | None


def health(moment: datetime) -> Health:
    """The bound manager's addresses as they are at this moment."""
    numbers = db.session.execute(_NUMBERS, {"failing": moment - FAILING, "window": moment - WINDOW}).one()._asdict()
    last = db.session.execute(_LAST_ERROR).one_or_none()
    if last is None:
        return Health(**numbers, hooks_error_at=None, hooks_error=None, hooks_host=None)
    host = urlsplit(last.url).hostname
    return Health(**numbers, hooks_error_at=last.at, hooks_error=last.code, hooks_host=host)


def said_of(code: str) -> str:
    """An error's code in words: what kept the call from being answered, or the status that was answered."""
    words = rules.PROBLEMS.get(code)
    return str(words) if words else _("Odpowiedź HTTP %(status)s", status=code)
