"""Reading for the console: who an operator is, and which managers there are. Never a resident's data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.core import audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.public_ids import digest
from app.core.runtime import settings
from app.factors.devices import Login
from app.operators.models import Opening, Operator, OperatorSession
from app.operators.rules import IDLE, SEEN_EVERY
from app.web.sessions import Seen
from tenants.context import bind
from tenants.db import PLATFORM, db
from tenants.errors import TenantError
from tenants.migrating import head_revision
from tenants.models import TenantRow
from tenants.registry import Registry, Tenant

_UNITS = text("SELECT count(*) FROM units WHERE until_revision IS NULL")
ATTEMPTS = {
    "operator.logged_in": "in",
    "operator.password_right": "factor",
    "operator.password_wrong": "password",
    "operator.factor_wrong": "factor_wrong",
    "operator.factor_throttled": "factor_throttled",
}
PROGRESS = {"ordered": "ordered", "opened": "active", "done": "active", "refused": "failed"}


@dataclass(frozen=True, slots=True)
class Manager:
    """A manager, or an order for one, as the console shows it. `status` is `active`, `suspended`, `ordered`,
    `running` or `failed`; `units` is None where nobody counted; `url` is the portal's address."""

    slug: str
    name: str
    kind: str
    status: str
    status_reason: str | None
    database: str | None
    schema: str | None
    revision: str | None
    behind: bool
    units: int | None
    created_at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class Order:
    """The newest order to open a manager with some slug; `outcome` says why it was refused."""

    slug: str
    name: str
    kind: str
    status: str
    outcome: str | None
    ordered_at: datetime


def registry() -> Registry:
    """Look-ups of tenants that always ask the database."""
    return Registry(db.engines[PLATFORM], "", settings().base_domain)


def tenant(slug: str) -> Tenant:
    """The tenant of this name. Raises `NotThere`."""
    found = registry().by_slug(slug.strip().lower())
    if found is None:
        raise NotThere(_("Nie ma zarządcy o subdomenie „%(slug)s”.", slug=slug))
    return found


def session_of(secret: str, address: str | None = None) -> Seen | None:
    """The operator whose browser holds this secret, if the session is alive."""
    row = db.session.execute(
        select(
            OperatorSession.id,
            OperatorSession.seen_at,
            OperatorSession.waits_for,
            Operator.id.label("operator"),
            Operator.email,
        )
        .join(Operator, Operator.id == OperatorSession.operator_id)
        .where(
            OperatorSession.secret_digest == digest(secret),
            OperatorSession.ended_at.is_(None),
            OperatorSession.expires_at > now(),
            OperatorSession.seen_at > now() - IDLE,
        )
    ).one_or_none()
    if row is None:
        return None
    actor = Actor(
        kind="operator",
        login=row.email,
        name=row.email,
        operator_id=row.operator,
        session_id=row.id,
        address=address,
        waits_for=row.waits_for,
    )
    return Seen(actor, stale=row.seen_at < now() - SEEN_EVERY)


def logins(actor: Actor) -> list[Login]:
    """The latest attempts at the operator's own login, newest first."""
    entry = audit.PlatformAuditEntry
    rows = db.session.execute(
        select(entry.at, entry.action, entry.address)
        .where(entry.subject == actor.login, entry.action.in_(ATTEMPTS))
        .order_by(entry.id.desc())
        .limit(20)
    ).all()
    return [Login(row.at, ATTEMPTS[row.action], None, row.address) for row in rows]


def touch(session_id: int) -> None:
    """Mark a session as seen now."""
    with db.engines[PLATFORM].begin() as connection:
        connection.execute(
            text("UPDATE platform.operator_sessions SET seen_at = now() WHERE id = :id AND ended_at IS NULL"),
            {"id": session_id},
        )


def all_managers(actor: Actor) -> list[Manager]:
    """Every manager by slug, with its number of units. Raises `NotThere`."""
    only_operators(actor)
    return _counted([_manager(row) for row in db.session.scalars(select(TenantRow).order_by(TenantRow.slug))])


def manager(actor: Actor, slug: str) -> Manager:
    """The manager of this slug. Raises `NotThere`."""
    only_operators(actor)
    row = db.session.scalars(select(TenantRow).where(TenantRow.slug == slug)).one_or_none()
    if row is None:
        raise NotThere(_("Nie ma takiego zarządcy."))
    return _counted([_manager(row)])[0]


def order(actor: Actor, slug: str) -> Order | None:
    """The newest order for this slug."""
    only_operators(actor)
    row = db.session.scalars(
        select(Opening).where(Opening.slug == slug).order_by(Opening.id.desc()).limit(1)
    ).one_or_none()
    return _order(row) if row else None


def live_orders(actor: Actor) -> list[Order]:
    """Orders that no worker has finished yet, newest first."""
    only_operators(actor)
    rows = db.session.scalars(select(Opening).where(Opening.state == "ordered").order_by(Opening.id.desc()).limit(20))
    return [_order(row) for row in rows]


def only_operators(actor: Actor) -> None:
    if actor.kind not in ("operator", "system"):
        raise NotThere(_("Nie ma takiej strony."))


def _manager(row: TenantRow) -> Manager:
    site = settings().url(f"{row.slug}.{settings().base_domain}")
    behind = row.revision != head_revision()
    return Manager(
        row.slug, row.name, row.kind, row.status, row.status_reason, row.database, row.schema, row.revision, behind,
        None, row.created_at, site,
    )  # fmt: skip


def _counted(managers: list[Manager]) -> list[Manager]:
    """The same managers with their numbers of units, counted in one schema after the other."""
    tenants = {tenant.slug: tenant for tenant in registry().all([manager.slug for manager in managers])}
    return [replace(manager, units=_units(tenants.get(manager.slug))) for manager in managers]


def _units(tenant: Tenant | None) -> int | None:
    if tenant is None:
        return None
    try:
        with bind(tenant):
            return int(db.session.scalar(_UNITS) or 0)
    except (DBAPIError, TenantError):  # a schema that is far behind; the list must still be shown
        return None


def _order(row: Opening) -> Order:
    status = "running" if row.state == "ordered" and row.attempts else PROGRESS[row.state]
    return Order(row.slug, row.name, row.kind, status, row.outcome, row.ordered_at)


def admin_waits(actor: Actor, slug: str) -> bool:
    """Whether the manager's first administrator has not set a password yet."""
    only_operators(actor)
    with bind(tenant(slug)):
        return db.session.scalar(
            text("SELECT true FROM accounts WHERE login_key = 'admin' AND password_hash IS NULL AND status = 'active'")
        ) is True
