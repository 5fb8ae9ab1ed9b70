"""What billing knows of a manager: for its own commands, jobs and pages, which have asked before who comes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select, text

from app.billing import plans
from app.billing.models import BillingAccount, BillingInvoice, BillingSteps
from app.billing.plans import Plan, Price
from app.billing.rules import Next, Steps, next_step
from app.core.clock import today
from app.core.paging import Page
from app.gateways.payments import client
from tenants.db import db

PAGE_SIZE = 50
_UNITS = text("SELECT count(*) FROM units WHERE until_revision IS NULL")
#: Subscriptions that bring money, or are about to.
LIVE = ("trialing", "active", "past_due", "unpaid")


@dataclass(frozen=True, slots=True)
class Account:
    """What a manager agreed to and how it stands; see `models.BillingAccount`. `plan` is None before an agreement."""

    tenant_id: int
    plan: str | None = None
    plan_interval: str = "month"
    collection: str = "hand"
    trial_until: date | None = None
    buyer_name: str = ""
    buyer_street: str = ""
    buyer_city: str = ""
    buyer_email: str = ""
    nip: str | None = None
    units: int | None = None
    stage: str = "good"
    stage_since: date | None = None
    stripe_customer: str | None = None
    stripe_subscription: str | None = None
    stripe_item: str | None = None
    stripe_status: str | None = None
    quantity: int | None = None
    period_end: date | None = None
    cancels: bool = False
    synced_at: datetime | None = None

    @property
    def agreed(self) -> Plan | None:
        return plans.PLANS.get(self.plan or "")

    @property
    def subscribed(self) -> bool:
        """Whether a subscription at Stripe is alive."""
        return self.stripe_subscription is not None and self.stripe_status in LIVE


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice as pages show it; amounts in grosze. `late` when it is past its date of payment and not paid."""

    public_id: str
    slug: str
    number: str
    buyer_name: str
    period_from: date
    period_until: date
    issued_on: date
    due_on: date
    net: int
    vat: int
    state: str
    paid_on: date | None
    note: str
    stripe_id: str | None
    hosted_url: str | None
    pdf_url: str | None

    @property
    def gross(self) -> int:
        return self.net + self.vat

    @property
    def late(self) -> bool:
        return self.state == "open" and self.due_on < today()


@dataclass(frozen=True, slots=True)
class Overdue:
    """What should have been paid: since which day, how much in grosze with VAT, how many invoices."""

    since: date
    gross: int
    invoices: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand: what is overdue, the stage, and what follows when."""

    stage: str
    overdue: Overdue | None
    next: Next | None


def online() -> bool:
    """Whether managers can pay at Stripe. Without a key invoices are written and marked as paid by hand."""
    return client.configured()


def steps() -> Steps:
    """The dates in force."""
    row = db.session.get(BillingSteps, 1)
    return Steps() if row is None else Steps(**{one.name: getattr(row, one.name) for one in fields(Steps)})


def account(tenant_id: int) -> Account:
    """A manager's account; one without a row has agreed to nothing yet."""
    row = db.session.get(BillingAccount, tenant_id)
    return Account(tenant_id) if row is None else read(row)


def read(row: BillingAccount) -> Account:
    return Account(**{one.name: getattr(row, one.name) for one in fields(Account)})


def counted_units() -> int:
    """The units of the bound manager."""
    return int(db.session.scalar(_UNITS) or 0)


def price(account: Account, units: int) -> Price | None:
    """What the agreed plan costs for so many units, None without one."""
    return plans.price(account.agreed, account.plan_interval, units) if account.agreed else None


def invoices(tenant_id: int, number: int = 1) -> Page[Invoice]:
    """One page of a manager's invoices, newest first."""
    where = BillingInvoice.tenant_id == tenant_id
    total = db.session.scalar(select(func.count()).select_from(BillingInvoice).where(where)) or 0
    order = (BillingInvoice.issued_on.desc(), BillingInvoice.id.desc())
    rows = db.session.scalars(
        select(BillingInvoice).where(where).order_by(*order).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    )
    return Page([shown(row) for row in rows], number, PAGE_SIZE, total)


def shown(row: BillingInvoice) -> Invoice:
    return Invoice(**{one.name: getattr(row, one.name) for one in fields(Invoice)})


def overdue(tenant_id: int, day: date | None = None) -> Overdue | None:
    """What the manager should have paid before a day, by default today."""
    row = db.session.execute(
        select(
            func.min(BillingInvoice.due_on),
            func.sum(BillingInvoice.net + BillingInvoice.vat),
            func.count(),
        ).where(BillingInvoice.tenant_id == tenant_id, *late(day or today()))
    ).one()
    return None if row[0] is None else Overdue(row[0] + timedelta(days=1), int(row[1]), int(row[2]))


def late(day: date) -> tuple[ColumnElement[bool], ...]:
    return BillingInvoice.state == "open", BillingInvoice.due_on < day


def standing(found: Account, day: date | None = None) -> Standing:
    """How a manager's account stands on a day, by default today."""
    moment = day or today()
    late = overdue(found.tenant_id, moment)
    since = late.since if late else None
    return Standing(found.stage, late, next_step(found.stage, found.stage_since, since, moment, steps()))


def known_to_stripe() -> list[int]:
    """The managers that have a customer at Stripe."""
    return list(db.session.scalars(select(BillingAccount.tenant_id).where(BillingAccount.stripe_customer.is_not(None))))


def to_watch() -> list[int]:
    """The managers that dunning must look at: with an unpaid invoice, or on a step already."""
    unpaid = (BillingInvoice.tenant_id.is_not(None), BillingInvoice.state == "open")
    found = set(db.session.scalars(select(BillingInvoice.tenant_id).where(*unpaid)))
    found |= set(db.session.scalars(select(BillingAccount.tenant_id).where(BillingAccount.stage != "good")))
    return sorted(one for one in found if one is not None)
