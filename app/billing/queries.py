"""Reading of billing: a manager's own for its administrators, everybody's for operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select

from app.billing.models import BillingAccount, BillingInvoice
from app.billing.state import PAGE_SIZE, Account, Invoice, account, late, read, shown
from app.core.actor import Actor, Can
from app.core.clock import today
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.paging import Page
from app.operators.queries import only_operators
from tenants.bound import current
from tenants.db import db
from tenants.models import TenantRow


@dataclass(frozen=True, slots=True)
class Line:
    """A manager in the operators' list; `overdue` in grosze, `lapse` the kind of what ended and nothing followed."""

    slug: str
    name: str
    status: str
    plan: str | None
    plan_interval: str
    collection: str
    trial_until: date | None
    units: int | None
    stage: str
    overdue: int
    account: Account
    lapse: str

    @property
    def on_trial(self) -> bool:
        """Whether a trial is, or was, all that there is."""
        found = self.account
        other = found.subscribed or found.by_hand or self.lapse == "subscription"
        return found.trial_until is not None and not other


def mine(actor: Actor) -> Account:
    """The bound manager's account. Administrators only; raises `NotThere`."""
    if not actor.may(Can.CONFIGURE):
        raise NotThere(_("Nie ma takiej strony."))
    return account(current().id)


def of(actor: Actor, slug: str) -> tuple[TenantRow, Account]:
    """A manager and its account. Operators only; raises `NotThere`."""
    only_operators(actor)
    row = db.session.scalars(select(TenantRow).where(TenantRow.slug == slug)).one_or_none()
    if row is None:
        raise NotThere(_("Nie ma takiego zarządcy."))
    return row, account(row.id)


def invoice(actor: Actor, slug: str, public_id: str) -> Invoice:
    """One invoice of a manager. Operators only; raises `NotThere`."""
    tenant, _found = of(actor, slug)
    row = db.session.scalars(
        select(BillingInvoice).where(BillingInvoice.public_id == public_id, BillingInvoice.tenant_id == tenant.id)
    ).one_or_none()
    if row is None:
        raise NotThere(_("Nie ma takiej faktury."))
    return shown(row)


def lines(actor: Actor, number: int, *, only_late: bool = False) -> Page[Line]:
    """One page of managers with what they agreed to and owe, those who owe first. Operators only."""
    only_operators(actor)
    owed = func.coalesce(func.sum(BillingInvoice.net + BillingInvoice.vat), 0)
    unpaid = and_(BillingInvoice.tenant_id == TenantRow.id, *late(today()))
    query = (
        select(TenantRow, BillingAccount, owed.label("owed"))
        .outerjoin(BillingAccount, BillingAccount.tenant_id == TenantRow.id)
        .outerjoin(BillingInvoice, unpaid)
        .group_by(TenantRow.id, BillingAccount.tenant_id)
    )
    if only_late:
        query = query.having(or_(owed > 0, func.coalesce(BillingAccount.stage, "good") != "good"))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = db.session.execute(
        query.order_by(owed.desc(), TenantRow.slug).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    ).all()
    return Page([_line(row[0], row[1], int(row[2])) for row in rows], number, PAGE_SIZE, total)


def _line(tenant: TenantRow, kept: BillingAccount | None, owed: int) -> Line:
    found = read(kept) if kept is not None else Account(tenant.id)
    ended = found.lapsed()
    return Line(
        tenant.slug, tenant.name, tenant.status, found.plan, found.plan_interval, found.collection,
        found.trial_until, found.units, found.stage, owed, found,
        ended.kind if ended else "",
    )  # fmt: skip
