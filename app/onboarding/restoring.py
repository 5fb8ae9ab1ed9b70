"""What must not come back to life with an archive: sessions, links, letters on their way, unfinished work.

Plain statements, because an archive may be older than the models: each is skipped when its table is not there.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.outbox.rules import RESTORED

LEFT_OUT = frozenset({"account_sessions", "account_tokens", "account_challenges", "api_tokens", "jobs"})
_SETTLED = (
    ("account_challenges", "DELETE FROM account_challenges"),
    ("account_sessions", "DELETE FROM account_sessions"),
    ("account_tokens", "DELETE FROM account_tokens"),
    ("api_tokens", "DELETE FROM api_tokens"),  # one revoked since must not open again
    ("jobs", "DELETE FROM jobs"),
    (
        "outbox_items",
        (
            "UPDATE outbox_items SET state = 'held', live = false, reason = :restored, lease_until = NULL "
            "WHERE state IN ('queued', 'sending')"
        ),
    ),
    (  # keys of stored files begin with the schema, and this schema is another one
        "imports",
        (
            "UPDATE imports SET storage_key = current_schema() || substr(storage_key, strpos(storage_key, '/')) "
            "WHERE storage_key LIKE '%/%'"
        ),
    ),
    (  # accounts that were erased after the archive was made are erased again
        "jobs",
        "INSERT INTO jobs (name, key, lane) VALUES ('personal.erasures', 'erasures', 'urgent')",
    ),
    (
        "imports",
        "UPDATE imports SET status = 'failed', finished_at = now() WHERE status IN ('queued', 'running')",
    ),
)


def settle(session: Session) -> None:
    """End in a restored schema whatever was going on when the archive was made."""
    for table, statement in _SETTLED:
        if session.scalar(text("SELECT to_regclass(:name)"), {"name": table}) is None:
            continue
        session.execute(text(statement), {"restored": RESTORED} if ":restored" in statement else {})
