"""Reading closings, for operators."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.closing.models import LIVE, Closing
from app.core.actor import Actor
from app.operators.queries import only_operators
from tenants.db import db


def live(actor: Actor, tenant_id: int) -> Closing | None:
    """The closing of a manager that is under way. Operators only; raises `NotThere`."""
    only_operators(actor)
    return db.session.scalars(
        select(Closing).where(Closing.tenant_id == tenant_id, Closing.state.in_(LIVE))
    ).one_or_none()


def latest(actor: Actor) -> Sequence[Closing]:
    """The latest closings, newest first. Operators only; raises `NotThere`."""
    only_operators(actor)
    return db.session.scalars(select(Closing).order_by(Closing.id.desc()).limit(100)).all()
