"""The operators' steps of a closing: ask, confirm, take back."""

from __future__ import annotations

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.closing import queries, rules
from app.closing.jobs import ARCHIVE, SUBSCRIPTION, folder
from app.closing.models import LIVE, Closing
from app.core import audit, jobs
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict, NotThere
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.gateways.files import files
from app.operators import commands as operators
from app.operators.queries import tenant as manager
from app.operators.rules import checked_reason
from tenants.db import PLATFORM, db

_CLOSED = text(
    "UPDATE platform.tenants SET contact = CASE WHEN :closed THEN contact || '{\"closed\": true}'::jsonb "
    "ELSE contact - 'closed' END WHERE id = :id"
)


def ask(actor: Actor, slug: str, typed: str, reason: str) -> None:
    """Suspend a manager and have its archive made. Raises `NotThere`, `Conflict`, `Refused` on `slug` or `reason`."""
    _only_people(actor)
    tenant = manager(slug)
    rules.typed_right(typed, tenant.slug)
    reason = checked_reason(reason)
    if queries.live(actor, tenant.id) is not None:
        raise Conflict(_("Zamykanie tego zarządcy już trwa."))
    if not tenant.suspended:
        operators.suspend(actor, tenant.slug, reason)
    closing = Closing(
        public_id=new_public_id(), tenant_id=tenant.id, slug=tenant.slug, name=tenant.name, schema=tenant.schema,
        reason=reason, was_suspended=tenant.suspended, asked_by=actor.login,
    )  # fmt: skip
    db.session.add(closing)
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        raise Conflict(_("Zamykanie tego zarządcy już trwa.")) from error
    jobs.enqueue(ARCHIVE, closing.public_id, {"closing": closing.public_id}, lane="bulk")
    audit.record(actor, "closing.asked", tenant.slug, reason=reason)


def confirm(actor: Actor, slug: str, typed: str) -> None:
    """Another operator confirms; the time of grace begins. Raises `NotThere`, `Conflict`, `Refused`."""
    _only_people(actor)
    closing = _locked(actor, slug)
    if closing.state != "archived":
        raise Conflict(_("Najpierw musi być gotowe archiwum."))
    rules.another(closing.asked_by, actor.login)
    rules.typed_right(typed, closing.slug)
    closing.state, closing.confirmed_by, closing.confirmed_at = "confirmed", actor.login, now()
    closing.delete_after = closing.confirmed_at + rules.GRACE
    _show_closed(closing, True)
    jobs.enqueue(SUBSCRIPTION, closing.public_id, {"closing": closing.public_id}, lane="urgent")
    audit.record(
        actor, "closing.confirmed", closing.slug, sha256=closing.sha256, until=closing.delete_after.isoformat()
    )


def take_back(actor: Actor, slug: str, reason: str) -> None:
    """End a closing before the manager is deleted; it is as it was before. Raises `NotThere`, `Refused`."""
    _only_people(actor)
    closing, reason = _locked(actor, slug), checked_reason(reason)
    closing.state, closing.ended_at, closing.ended_by = "taken_back", now(), actor.login
    _show_closed(closing, False)
    db.session.flush()
    jobs.enqueue(SUBSCRIPTION, closing.public_id, {"closing": closing.public_id}, lane="urgent")
    audit.record(actor, "closing.taken_back", closing.slug, reason=reason)
    if not closing.was_suspended:
        operators.resume(actor, closing.slug, reason)
    files().clear(folder(closing.public_id))


def _locked(actor: Actor, slug: str) -> Closing:
    tenant = manager(slug)
    found = db.session.scalars(
        select(Closing).where(Closing.tenant_id == tenant.id, Closing.state.in_(LIVE)).with_for_update()
    ).one_or_none()
    if found is None:
        raise NotThere(_("Ten zarządca nie jest zamykany."))
    return found


def _show_closed(closing: Closing, closed: bool) -> None:
    db.session.execute(
        _CLOSED, {"id": closing.tenant_id, "closed": closed}, bind_arguments={"bind": db.engines[PLATFORM]}
    )


def _only_people(actor: Actor) -> None:
    """Two different people close a manager, so no process of ours does."""
    if not actor.is_operator:
        raise NotThere("")


def _keeps(tenant_id: int) -> str | None:
    found = db.session.scalar(select(Closing.id).where(Closing.tenant_id == tenant_id, Closing.state.in_(LIVE)))
    return None if found is None else _("Trwa zamykanie tego zarządcy. Najpierw cofnij zamknięcie.")


operators.keeps_suspended(_keeps)
