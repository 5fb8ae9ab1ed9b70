"""Background work of the console: gathering figures at each manager, at night and soon after what changes them."""

from __future__ import annotations

import structlog
from sqlalchemy.exc import DBAPIError

from app.core import events, jobs, work
from app.core.jobs import job
from app.core.runtime import settings
from app.fleet import figures
from tenants.context import bind
from tenants.db import PLATFORM, db
from tenants.errors import TenantError
from tenants.registry import Registry

GATHER = "fleet.gather"
GATHER_ALL = "fleet.gather_all"
#: Seconds after what changes the figures: an import that follows another, or a mailout in parts, is counted once.
SETTLED = 60
log = structlog.get_logger("osiedle.fleet")


@job(GATHER, bulk_transactions=True)
def gather() -> None:
    """Put the bound manager's figures into the platform's table."""
    figures.store(figures.read())


@job(GATHER_ALL, platform=True)
def gather_all() -> None:
    """Have each served manager gather its figures; one that cannot be entered does not keep the others waiting."""
    for tenant in Registry(db.engines[PLATFORM], "", settings().base_domain).all():
        if tenant.suspended:
            continue
        try:
            with bind(tenant):
                ask()
                work.commit()
        except (DBAPIError, TenantError) as error:
            log.warning("could not ask for figures", tenant=tenant.slug, error=type(error).__name__)


def ask(after: float = 0) -> None:
    """Have the bound manager's figures gathered, in `after` seconds."""
    jobs.enqueue(GATHER, "figures", lane="bulk", after=after)


@events.on("imports.published")
def _published(**_facts: object) -> None:
    ask(SETTLED)


@events.on("imports.undone")
def _undone(**_facts: object) -> None:
    ask(SETTLED)


@events.on("mailouts.launched")
def _launched(**_facts: object) -> None:
    ask(SETTLED)
