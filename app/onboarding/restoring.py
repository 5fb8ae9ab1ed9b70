"""What must not come back to life with an archive: sessions, links, letters on their way, unfinished work.

Plain statements, because an archive may be older than the models: each is skipped when its table, or a column that it
needs, is not there.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.outbox.rules import RESTORED

LEFT_OUT = frozenset(
    {
        "account_sessions", "account_tokens", "account_challenges", "api_tokens", "jobs",
        "webhooks", "webhook_deliveries", "webhook_attempts",
        "support_visits", "support_grants",
    }
)  # fmt: skip
# Links that open something without a login: whoever holds one holds it for the manager that was archived.
_LINKS = (
    "account_challenges",
    "account_sessions",
    "account_tokens",
    "api_tokens",
    "calendar_feeds",
    "support_visits",
    "support_grants",  # let in was support of the manager that was archived
    "webhooks",  # programs must not hear of two managers as of one
    "works_guest_visits",
)
# Columns with keys of stored files: these begin with the schema, and this schema is another one.
_KEYS = (
    ("bank_files", "storage_key"),
    ("import_profiles", "sample_key"),
    ("imports", "storage_key"),
    ("mailout_prints", "key"),
)
_MOVED = "regexp_replace({}, '^t_[0-9]+/', current_schema() || '/')"
_MOVED_PART = _MOVED.format("part->>'key'")


@dataclass(frozen=True, slots=True)
class Settled:
    """A statement that a restored schema needs, with the columns it changes."""

    table: str
    statement: str
    columns: tuple[str, ...] = ()


SETTLED = (
    *(Settled(table, f"DELETE FROM {table}") for table in (*_LINKS, "jobs")),
    *(
        Settled(table, f"UPDATE {table} SET {key} = {_MOVED.format(key)} WHERE {key} ~ '^t_[0-9]+/'", (key,))
        for table, key in _KEYS
    ),
    Settled(
        "credential_batches",
        "UPDATE credential_batches SET parts = (SELECT jsonb_agg(CASE WHEN part ? 'key' "
        f"THEN jsonb_set(part, '{{key}}', to_jsonb({_MOVED_PART})) ELSE part END ORDER BY place) "
        "FROM jsonb_array_elements(parts) WITH ORDINALITY AS each(part, place)) WHERE parts <> '[]'",
        ("parts",),
    ),
    Settled(
        "works_guests",
        "UPDATE works_guests SET ended_at = now(), ended_why = 'revoked' WHERE ended_at IS NULL",
        ("ended_at", "ended_why"),
    ),
    Settled(
        "outbox_items",
        "UPDATE outbox_items SET state = 'held', live = false, reason = :restored, lease_until = NULL "
        "WHERE state IN ('queued', 'sending')",
        ("state", "live", "reason", "lease_until"),
    ),
    Settled(
        "imports",
        "UPDATE imports SET status = 'failed', finished_at = now() WHERE status IN ('queued', 'running')",
        ("status", "finished_at"),
    ),
    # accounts that were erased after the archive was made are erased again
    Settled("jobs", "INSERT INTO jobs (name, key, lane) VALUES ('personal.erasures', 'erasures', 'urgent')"),
)
_KNOWN = text(
    "SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass(:name) AND attname = ANY(:columns) "
    "AND NOT attisdropped"
)


def settle(session: Session) -> None:
    """End in a restored schema whatever was going on when the archive was made."""
    for each in SETTLED:
        if session.scalar(text("SELECT to_regclass(:name)"), {"name": each.table}) is None:
            continue
        if session.scalar(_KNOWN, {"name": each.table, "columns": list(each.columns)}) != len(each.columns):
            continue
        values = {"restored": RESTORED} if ":restored" in each.statement else {}
        session.execute(text(each.statement), values)
