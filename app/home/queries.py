"""Figures of a tenant's start page, for staff."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.core.actor import Actor
from tenants.db import db


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are now."""

    units: int
    people: int
    accounts: int
    without_email: int
    failed_imports: int
    failed_letters: int


_COUNTS = text(
    "SELECT (SELECT count(*) FROM units WHERE until_revision IS NULL), "
    "(SELECT count(*) FROM people WHERE until_revision IS NULL), "
    "(SELECT count(*) FROM accounts), "
    "(SELECT count(*) FROM people WHERE until_revision IS NULL AND email IS NULL), "
    "(SELECT count(*) FROM imports WHERE status IN ('refused', 'failed') "
    " AND created_at > coalesce((SELECT max(published_at) FROM revisions), '-infinity')), "
    "(SELECT count(*) FROM outbox_items WHERE state IN ('failed', 'held') AND created_at > now() - interval '7 days')"
)


def counts(_actor: Actor) -> Counts:
    return Counts(*db.session.execute(_COUNTS).one())
