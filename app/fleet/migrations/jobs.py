"""The run itself, by a worker, which holds the owner's login."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from app.core import work
from app.core.jobs import job
from app.core.runtime import settings
from config.settings import libpq_url
from tenants.migrating import migrate

MIGRATE = "fleet.migrate"
log = structlog.get_logger("osiedle.fleet")


@job(MIGRATE, platform=True)
def run(by: str, canaries: Sequence[str] = ()) -> None:
    """Bring every manager to the newest revision; killed anywhere, the next try goes on where this one was."""
    work.commit()  # nothing of ours stays open for as long as this takes
    outcomes = migrate(libpq_url(settings().database_url), canaries=canaries, by=by)
    left = sum(outcome.result in ("failed", "held") for outcome in outcomes)
    log.info("managers migrated", total=len(outcomes), left=left)
