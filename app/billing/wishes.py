"""What is asked of Stripe: a key for each wish, committed before Stripe hears of it, so that it is granted once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Label, literal_column, text, update
from sqlalchemy.dialects.postgresql import insert

from app.billing.models import BillingIntent
from app.core.clock import now
from app.core.public_ids import new_public_id
from tenants.db import PLATFORM, db


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish that stands: its idempotency key, and whether it was wished for the first time."""

    key: str
    fresh: bool


def wish(tenant_id: int, purpose: str, life: timedelta | None = None) -> Wish:
    """Note what is wished for a manager; the same wish while it stands. One older than `life` is another one."""
    with db.engines[PLATFORM].begin() as connection:
        if life is not None:
            old = (BillingIntent.tenant_id == tenant_id, BillingIntent.purpose == purpose)
            ended = update(BillingIntent).where(
                *old, BillingIntent.finished_at.is_(None), BillingIntent.started_at < now() - life
            )
            connection.execute(ended.values(finished_at=now()))
        noted = insert(BillingIntent).values(tenant_id=tenant_id, purpose=purpose, key=new_public_id())
        again = noted.on_conflict_do_update(
            index_elements=["tenant_id", "purpose"],
            index_where=text("finished_at IS NULL"),
            set_={"purpose": purpose},
        )
        # a row that was there before carries the transaction that touches it now
        fresh: Label[bool] = literal_column("(xmax = 0)").label("fresh")
        row = connection.execute(again.returning(BillingIntent.key, fresh)).one()
    return Wish(row.key, bool(row.fresh))


def key(tenant_id: int, purpose: str, life: timedelta | None = None) -> str:
    """The idempotency key of a wish."""
    return wish(tenant_id, purpose, life).key


def finish(tenant_id: int, purpose: str | None = None) -> None:
    """The answer to a wish is known; without a purpose, to all of the manager's."""
    which = [BillingIntent.tenant_id == tenant_id, BillingIntent.finished_at.is_(None)]
    if purpose is not None:
        which.append(BillingIntent.purpose == purpose)
    with db.engines[PLATFORM].begin() as connection:
        connection.execute(update(BillingIntent).where(*which).values(finished_at=now()))
