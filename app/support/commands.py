"""Granting and revoking support access, coming in, leaving, and the line of the log before every page."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Engine, insert, text

from app.core import audit, work
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import digest, new_public_id, new_secret
from app.core.runtime import settings
from app.operators import keyring
from app.operators.queries import tenant as manager
from app.support import mails, queries, rules
from app.support.models import SupportGrant, SupportVisit
from app.web.sessions import SUPPORT
from tenants.context import bind
from tenants.db import db

_REVOKE = text(
    "UPDATE support_grants SET revoked_at = now(), revoked_by = :who WHERE revoked_at IS NULL AND until > now() "
    "RETURNING public_id"
)
_END_ALL = text("UPDATE support_visits SET ended_at = now() WHERE ended_at IS NULL")
_USABLE = (
    "link_digest = :link AND entered_at IS NULL AND ended_at IS NULL AND link_until > now() AND EXISTS "
    "(SELECT FROM support_grants g WHERE g.id = grant_id AND g.revoked_at IS NULL AND g.until > now())"
)
_LOOK = text(f"SELECT operator, operator_id, operator_session FROM support_visits WHERE {_USABLE}")
_ENTER = text(
    "UPDATE support_visits SET entered_at = now(), seen_at = now(), address = :address, secret_digest = :secret, "
    f"expires_at = now() + interval '{int(rules.VISIT_LIFE.total_seconds())} seconds' WHERE {_USABLE} RETURNING id"
)
_TOUCH = text("UPDATE support_visits SET seen_at = now() WHERE id = :id AND ended_at IS NULL")


def grant(actor: Actor, hours: str, note: str, *, writes: bool) -> SupportGrant:
    """Let support in for a time; what was granted before ends. Raises `NotThere`, `Refused` with the field."""
    _only_admins(actor)
    length, note = rules.checked_hours(hours), rules.checked_note(note)
    _end(actor)
    moment = now()
    made = SupportGrant(
        public_id=new_public_id(), granted_by=actor.login, granted_at=moment, until=moment + length, writes=writes,
        note=note,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    audit.record(actor, "support.granted", note, until=made.until.isoformat(), writes=writes)
    return made


def revoke(actor: Actor) -> None:
    """End what is granted; whoever is in is out with the next request. Raises `NotThere`."""
    _only_admins(actor)
    if _end(actor):
        audit.record(actor, "support.revoked", actor.login)


def ask_in(actor: Actor, slug: str, reason: str) -> str:
    """The address of a link by which the operator comes in once, soon; written down at the manager and the platform.

    Ends a unit of work of its own in the manager's schema. Raises `NotThere`, `Refused`, `Conflict` without a grant.
    """
    if not actor.is_operator or actor.operator_id is None or actor.session_id is None:
        raise NotThere("")
    reason = rules.checked_note(reason)
    tenant = manager(slug)
    if keyring.must_have() and not keyring.has_factor(keyring.RING, actor.operator_id):
        raise Refused(_("Najpierw włącz logowanie dwuetapowe."))
    if tenant.suspended:
        raise Conflict(_("Ten portal jest wstrzymany."))
    secret = new_secret()
    with bind(tenant):
        found = db.session.execute(
            text("SELECT id FROM support_grants WHERE revoked_at IS NULL AND until > now() ORDER BY id DESC LIMIT 1")
        ).scalar_one_or_none()
        if found is None:
            raise Conflict(_("Administrator tego zarządcy nie zezwolił teraz na dostęp wsparcia."))
        visit = SupportVisit(
            grant_id=found, operator=actor.login, operator_id=actor.operator_id, operator_session=actor.session_id,
            reason=reason, link_digest=digest(secret), link_until=now() + rules.LINK_LIFE, address=actor.address,
        )  # fmt: skip
        db.session.add(visit)
        audit.record(actor, "support.asked", actor.login, reason=reason)
        work.commit()
    audit.record(actor, "support.asked", tenant.slug, reason=reason)
    return settings().url(tenant.host, f"/support/{secret}")


def check_link(secret: str) -> str:
    """The operator for whom a link would work now; looking changes nothing. Raises `NotThere`."""
    row = db.session.execute(_LOOK, {"link": digest(secret)}).one_or_none()
    if row is None or not queries.at_console(row.operator_id, row.operator_session):
        raise NotThere("")
    return str(row.operator)


def enter(secret: str, address: str) -> str:
    """Use a link: the secret for the cookie, and a letter to the administrators. Of many at once one succeeds.

    Raises `NotThere`.
    """
    operator, mine = check_link(secret), SUPPORT + new_secret()
    values = {"link": digest(secret), "secret": digest(mine), "address": address}
    visit = db.session.execute(_ENTER, values).scalar_one_or_none()
    if visit is None:
        raise NotThere("")
    came = queries.came(visit)
    audit.record(Actor("support", operator, address=address), "support.entered", operator, reason=came.reason)
    mails.tell_of(visit, came)
    return mine


def leave(actor: Actor) -> None:
    """End one's own visit. Raises `NotThere`."""
    if not actor.is_support:
        raise NotThere("")
    db.session.execute(
        text("UPDATE support_visits SET ended_at = now() WHERE id = :id AND ended_at IS NULL"), {"id": actor.session_id}
    )
    audit.record(actor, "support.left", actor.login)


def touch(visit_id: int) -> None:
    """Mark a visit of the bound tenant as seen, in a transaction of its own."""
    with cast(Engine, db.session.get_bind()).begin() as connection:
        connection.execute(_TOUCH, {"id": visit_id})


def witness(actor: Actor, path: str, query: str, *, looks: bool) -> None:
    """Write down that support opens a page, in a transaction of its own, before the page is made."""
    values = {
        "actor_kind": actor.kind, "actor": actor.login, "action": "support.viewed" if looks else "support.sent",
        "subject": path[:300], "detail": {"query": query[:300]} if query else {}, "address": actor.address,
    }  # fmt: skip
    with cast(Engine, db.session.get_bind()).begin() as connection:
        connection.execute(insert(audit.AuditEntry).values(**values))


def _end(actor: Actor) -> bool:
    ended = db.session.execute(_REVOKE, {"who": actor.login}).all()
    db.session.execute(_END_ALL)
    return bool(ended)


def _only_admins(actor: Actor) -> None:
    if actor.is_support or not (actor.is_staff and actor.may(Can.MANAGE_STAFF)):
        raise NotThere("")
