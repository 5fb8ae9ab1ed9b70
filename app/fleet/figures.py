"""Gathering the figures of the bound manager: counts, sizes and moments, and nothing that says who."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from app.core.actor import OUTSIDE_SQL, system
from app.core.clock import local, now
from app.fleet.models import TenantFigures
from app.hooks.health import health
from app.imports import lateness
from tenants.bound import current
from tenants.db import PLATFORM, db

_FIGURES = text(f"""
WITH good AS (
    SELECT max(finished_at) AS at FROM imports WHERE status IN ('published', 'unchanged') AND NOT dry_run
), week AS (
    SELECT count(*) FILTER (WHERE state = 'sent') AS sent,
        count(*) FILTER (WHERE state IN ('failed', 'bounced')) AS failed,
        count(*) FILTER (WHERE state = 'held') AS held
    FROM outbox_items WHERE created_at > now() - interval '7 days'
), due AS (
    SELECT count(*) AS letters, min(run_after) AS since FROM outbox_items WHERE live AND run_after <= now()
), work AS (
    SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'running') AS running,
        count(*) FILTER (WHERE state = 'failed') AS failed,
        min(run_after) FILTER (WHERE state = 'waiting' AND run_after <= now()) AS since
    FROM jobs WHERE state <> 'done' AND NOT (name = 'fleet.gather' AND state = 'running')
), room AS (
    SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) AS size FROM pg_class c
    WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND c.relkind = 'r'
)
SELECT (SELECT count(*) FROM units WHERE until_revision IS NULL) AS units,
    (SELECT count(*) FROM accounts WHERE status <> 'closed' AND role = 'resident') AS accounts,
    (SELECT count(*) FROM accounts WHERE status <> 'closed' AND role NOT IN {OUTSIDE_SQL}) AS staff,
    good.at AS last_import_at,
    (SELECT as_of FROM revisions ORDER BY number DESC LIMIT 1) AS as_of,
    (SELECT count(*) FROM imports WHERE status IN ('refused', 'failed') AND NOT dry_run
        AND created_at > coalesce(good.at, '-infinity')) AS failed_imports,
    (SELECT max(coalesce(launched_at, created_at)) FROM mailouts WHERE state IN ('sending', 'paused', 'cancelled')
        AND recipients > 0) AS last_mailout_at,
    (SELECT count(*) FROM mailouts m JOIN outbox_items i ON i.cause = 'mailout:' || m.public_id
        WHERE i.created_at >= :month AND i.state <> 'skipped') AS letters_month,
    due.letters AS letters_waiting, due.since AS letters_since,
    week.sent AS letters_sent, week.failed AS letters_failed, week.held AS letters_held,
    (SELECT coalesce(sum(size), 0) FROM stored_files)
        + (SELECT coalesce(sum(size), 0) FROM imports WHERE storage_key IS NOT NULL) AS files_size,
    room.size AS tables_size,
    work.waiting AS jobs_waiting, work.since AS jobs_since, work.running AS jobs_running, work.failed AS jobs_failed
FROM good, week, due, work, room
""")


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of one manager; as the columns of `TenantFigures`."""

    gathered_at: datetime
    units: int
    accounts: int
    staff: int
    last_import_at: datetime | None
    as_of: datetime | None
    failed_imports: int
    data_late: bool
    last_mailout_at: datetime | None
    letters_month: int
    letters_waiting: int
    letters_since: datetime | None
    letters_sent: int
    letters_failed: int
    letters_held: int
    files_size: int
    tables_size: int
    jobs_waiting: int
    jobs_since: datetime | None
    jobs_running: int
    jobs_failed: int
    hooks: int
    hooks_off: int
    hooks_failing: int
    hooks_failed: int
    hooks_delivered_at: datetime | None
    hooks_error_at: datetime | None
    hooks_error: str | None
    hooks_host: str | None


def read() -> Figures:
    """The figures of the bound manager as they are now."""
    moment = now()
    month = local(moment).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    row = db.session.execute(_FIGURES, {"month": month}).one()._asdict()
    late = lateness.late(system("fleet"), moment) is not None
    whole = {name: int(row[name]) for name in ("files_size", "tables_size")}  # sums come as numeric
    return Figures(gathered_at=moment, data_late=late, **row | whole | asdict(health(moment)))


def store(found: Figures) -> None:
    """Put the bound manager's figures into the platform's table, unless newer ones are there.

    A transaction of its own: the manager's role cannot reach that table.
    """
    values = asdict(found)
    statement = insert(TenantFigures).values(tenant_id=current().id, **values)
    newer = statement.on_conflict_do_update(
        index_elements=["tenant_id"], set_=values, where=TenantFigures.gathered_at < found.gathered_at
    )
    with db.engines[PLATFORM].begin() as connection:
        connection.execute(newer)
