"""Carrying out the operators' orders."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.billing import commands as billing
from app.core import work
from app.core.actor import Actor, system
from app.core.clock import now
from app.core.errors import Refused, TryLater
from app.core.jobs import job
from app.core.language import gettext as _
from app.onboarding import commands
from app.operators import queries
from app.operators.commands import OPEN_JOB
from app.operators.models import Opening
from tenants.db import db
from tenants.errors import ProvisioningFailed

_MARK = text("UPDATE platform.openings SET state = 'opened' WHERE id = :id AND state = 'ordered' RETURNING id")


def given_up(opening: int, error: str) -> None:
    """Tell the operator that nobody will try again. What was opened stays open."""
    found = db.session.get(Opening, opening)
    if found is not None and found.state == "ordered":
        _finish(opening, "refused", _("Nie udało się: %(error)s", error=error))


@job(OPEN_JOB, platform=True, parked=given_up)
def open_ordered(opening: int) -> None:
    """Make the manager of an order, once, however often this is run and wherever it was killed.

    The order is marked as opened in the transaction that makes the tenant, so a second run knows whether the
    tenant of this name is the one of this order.
    """
    found = db.session.get(Opening, opening)
    if found is None or found.state in ("done", "refused"):
        return
    if found.state == "ordered":
        found.attempts += 1
        order = (found.id, found.slug, found.name, found.kind, found.admin_email, found.ordered_by)
        work.commit()
        reason = _make(*order)
        if reason is not None:
            _finish(opening, "refused", reason)
            return
    db.session.rollback()
    slug = db.session.get_one(Opening, opening).slug
    try:
        tenant = queries.tenant(slug)
    except Refused:
        _finish(opening, "refused", _("Zarządca został założony, a potem usunięty."))
        return
    commands.post_first_letter(tenant)
    if db.session.get_one(Opening, opening).trial:
        billing.start_trial(tenant.id)  # in the unit of work that marks the order as done
    _finish(opening, "done", None)


def _make(number: int, slug: str, name: str, kind: str, email: str, ordered_by: str) -> str | None:
    """Make the tenant; returns the reason why it cannot be made, or None. Raises `TryLater`."""
    actor = system(ordered_by) if "@" not in ordered_by else Actor(kind="operator", login=ordered_by)

    def seed(session: Session) -> None:
        if session.execute(_MARK, {"id": number}).first() is None:
            raise Taken
        commands.first_rows(session, name=name, kind=kind, email=email, password=None)
        commands.witness(session.connection(), actor, "tenant.opened", slug, name=name, kind=kind)

    try:
        commands.provisioned(slug, name, kind, seed)
    except Taken:
        return None
    except Refused as refusal:
        db.session.rollback()
        return None if db.session.get_one(Opening, number).state == "opened" else refusal.message
    except ProvisioningFailed as failure:
        if isinstance(failure.__cause__, OperationalError):
            raise TryLater(str(failure)) from failure
        return str(failure)
    return None


def _finish(number: int, state: str, outcome: str | None) -> None:
    opening = db.session.get_one(Opening, number)
    opening.state, opening.outcome, opening.finished_at = state, outcome, now()
    work.commit()


class Taken(Exception):
    """Another run of this job has made the tenant."""
