"""Reading the platform's own log: what operators did."""

from __future__ import annotations

from sqlalchemy import func, select

from app.audit.queries import PAGE_SIZE, Entry
from app.core.actor import Actor
from app.core.audit import PlatformAuditEntry
from app.core.paging import Page
from app.operators.queries import only_operators
from tenants.db import db

_FIELDS = ("id", "at", "actor_kind", "actor", "action", "subject", "detail", "address")


def entries(actor: Actor, number: int) -> Page[Entry]:
    """One page of the log, newest first. Operators only; raises `NotThere`."""
    only_operators(actor)
    total = db.session.scalar(select(func.count()).select_from(PlatformAuditEntry)) or 0
    columns = [getattr(PlatformAuditEntry, name) for name in _FIELDS]
    rows = db.session.execute(
        select(*columns).order_by(PlatformAuditEntry.id.desc()).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    )
    return Page([Entry(*row) for row in rows], number, PAGE_SIZE, total)
