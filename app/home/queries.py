"""Figures of a tenant's start page, for staff."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import text

from app.core.actor import Actor
from app.estate import scope
from tenants.db import db


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are now that are the actor's business; failures of the whole manager only for who may see them."""

    units: int
    people: int
    accounts: int
    without_email: int
    failed_imports: int
    failed_letters: int


_COUNTS = text(
    f"SELECT (SELECT count(*) FROM units WHERE until_revision IS NULL AND {scope.units('code')}), "
    f"(SELECT count(*) FROM people WHERE until_revision IS NULL AND {scope.people('code')}), "
    f"(SELECT count(*) FROM accounts a WHERE a.status <> 'closed' AND {scope.accounts('a')}), "
    f"(SELECT count(*) FROM people WHERE until_revision IS NULL AND email IS NULL AND {scope.people('code')}), "
    "(SELECT count(*) FROM imports WHERE status IN ('refused', 'failed') "
    " AND created_at > coalesce((SELECT max(published_at) FROM revisions), '-infinity')), "
    "(SELECT count(*) FROM outbox_items WHERE state IN ('failed', 'held', 'bounced') "
    "AND created_at > now() - interval '7 days')"
)


def counts(actor: Actor) -> Counts:
    found = Counts(*db.session.execute(_COUNTS, scope.values(actor)).one())
    return found if actor.buildings is None else replace(found, failed_imports=0, failed_letters=0)
