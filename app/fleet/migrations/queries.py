"""How far the managers' schemas are, out of the registry alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text

from app.core.actor import Actor
from app.core.clock import now
from app.operators.queries import only_operators
from tenants.db import PLATFORM, db
from tenants.migrating import head_revision, served_revisions
from tenants.models import MigrationRun, TenantRow

SHOWN = 50
#: A run writes at least after each manager; whoever is silent for longer was killed.
SILENT = timedelta(minutes=6)
_WAITS = text("SELECT EXISTS (SELECT FROM platform.jobs WHERE name = :name AND state IN ('waiting', 'running'))")


@dataclass(frozen=True, slots=True)
class Behind:
    """A manager that is not on the newest revision; `served` tells whether its portal works meanwhile."""

    slug: str
    name: str
    revision: str
    error: str | None
    served: bool


@dataclass(frozen=True, slots=True)
class Past:
    """A run. `state` is `running`, `done`, `failed` (or some were held) or `killed`; one that ended has no `wave`."""

    started_at: datetime
    seen_at: datetime
    started_by: str
    target: str
    wave: str | None
    total: int
    migrated: int
    current: int
    failed: int
    held: int
    state: str

    @property
    def dealt_with(self) -> int:
        return self.migrated + self.current + self.failed + self.held


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the page shows: `behind` holds at most `SHOWN` managers, those with errors first."""

    head: str
    total: int
    ready: int
    waiting: int
    failed: int
    behind: tuple[Behind, ...]
    runs: tuple[Past, ...]
    ordered: bool

    @property
    def running(self) -> Past | None:
        return next((run for run in self.runs if run.state == "running"), None)


def overview(actor: Actor, job: str) -> Overview:
    """The state of all migrations; `job` is the name of the work that carries them out. Raises `NotThere`."""
    only_operators(actor)
    head = head_revision()
    row = TenantRow
    total, ready, failed = db.session.execute(
        select(
            func.count(),
            func.count().filter(row.revision == head),
            func.count().filter(row.revision != head, row.migration_error.is_not(None)),
        ).select_from(row)
    ).one()
    behind = db.session.execute(
        select(row.slug, row.name, row.revision, row.migration_error)
        .where(row.revision != head)
        .order_by(row.migration_error.is_(None), row.slug)
        .limit(SHOWN)
    ).all()
    runs = db.session.scalars(select(MigrationRun).order_by(MigrationRun.id.desc()).limit(10)).all()
    return Overview(
        head, total, ready, total - ready - failed, failed,
        tuple(Behind(one.slug, one.name, one.revision, one.migration_error, one.revision in served_revisions())
              for one in behind),
        tuple(_past(run) for run in runs),
        bool(db.session.scalar(_WAITS, {"name": job}, bind_arguments={"bind": db.engines[PLATFORM]})),
    )  # fmt: skip


def strangers(slugs: Sequence[str]) -> list[str]:
    """Those of the subdomains that no manager has."""
    known = set(db.session.scalars(select(TenantRow.slug).where(TenantRow.slug.in_(slugs))))
    return [slug for slug in slugs if slug not in known]


def _past(run: MigrationRun) -> Past:
    if run.finished_at is None:
        state = "running" if run.seen_at > now() - SILENT else "killed"
    else:
        state = "failed" if run.failed or run.held else "done"
    return Past(
        run.started_at, run.seen_at, run.started_by, run.target, None if run.finished_at else run.wave,
        run.total, run.migrated, run.current, run.failed, run.held, state,
    )  # fmt: skip
