"""What billing knows of a manager: for its own commands, jobs and pages, which have asked before who comes."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, text

from app.billing import plans
from app.billing.models import BillingAccount, BillingInvoice, BillingSteps
from app.billing.plans import Plan, Price
from app.billing.rules import TRIAL_MARKS, Lapse, Next, Steps, lapse, next_step
from app.core.clock import today
from app.core.paging import Page
from app.gateways.payments import client
from app.outbox import brake
from tenants.db import PLATFORM, db

PAGE_SIZE = 50
_UNITS = text("SELECT count(*) FROM units WHERE until_revision IS NULL")
#: Subscriptions that bring money, or are about to.
LIVE = ("trialing", "active", "past_due", "unpaid")
#: Invoices that nobody has paid or withdrawn; Stripe's `uncollectible` is its own bookkeeping, the debt stands.
OWED = ("open", "uncollectible")


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
    agreed_on: date | None = None
    ended_on: date | None = None

    @property
    def agreed(self) -> Plan | None:
        return plans.PLANS.get(self.plan or "")

    @property
    def subscribed(self) -> bool:
        """Whether a subscription at Stripe is alive."""
        return self.stripe_subscription is not None and self.stripe_status in LIVE

    @property
    def by_hand(self) -> bool:
        """Whether an operator agreed a plan that is paid by invoices written by hand."""
        return self.plan is not None and self.collection == "hand"

    def trial_left(self, day: date | None = None) -> int | None:
        """How many days of the trial are left after a day, by default today; None without a trial that lasts."""
        left = (self.trial_until - (day or today())).days if self.trial_until else -1
        return left if left >= 0 else None

    def lapsed(self, day: date | None = None) -> Lapse | None:
        """The trial or subscription that ended before a day, by default today, with nothing agreed after it."""
        if self.subscribed or self.by_hand:
            return None
        return lapse(self.trial_until, self.ended_on, day or today())


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
    def owed(self) -> bool:
        return self.state in OWED

    @property
    def late(self) -> bool:
        return self.owed and self.due_on < today()


@dataclass(frozen=True, slots=True)
class Overdue:
    """What should have been paid: since which day, how much in grosze with VAT, how many invoices."""

    since: date
    gross: int
    invoices: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand: what is overdue, the stage, what follows when, and what ended with nothing after it."""

    stage: str
    overdue: Overdue | None
    next: Next | None
    lapse: Lapse | None = None

    @property
    def since(self) -> date | None:
        """The day from which the steps are counted; None when all is well."""
        days = [one.since for one in (self.overdue, self.lapse) if one is not None]
        return min(days) if days else None


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


def trying(tenant_id: int) -> bool:
    """Whether a manager tries the portal, or tried it, and never agreed to anything."""
    names = [one.name for one in fields(Account)]
    wanted = select(*(getattr(BillingAccount, name) for name in names)).where(BillingAccount.tenant_id == tenant_id)
    with db.engines[PLATFORM].connect() as connection:  # a manager is bound: its role cannot read this
        row = connection.execute(wanted).one_or_none()
    if row is None:
        return False
    found = Account(**row._mapping)
    return found.trial_until is not None and found.ended_on is None and not found.subscribed and not found.by_hand


brake.register(trying)


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
    return BillingInvoice.state.in_(OWED), BillingInvoice.due_on < day


def standing(found: Account, day: date | None = None) -> Standing:
    """How a manager's account stands on a day, by default today."""
    moment = day or today()
    known = Standing(found.stage, overdue(found.tenant_id, moment), None, found.lapsed(moment))
    return replace(known, next=next_step(found.stage, found.stage_since, known.since, moment, steps()))


def known_to_stripe() -> list[int]:
    """The managers that have a customer at Stripe."""
    return list(db.session.scalars(select(BillingAccount.tenant_id).where(BillingAccount.stripe_customer.is_not(None))))


def to_watch() -> list[int]:
    """The managers that dunning must look at: with an unpaid invoice, on a step already, or with a trial or
    subscription that ended or is about to.
    """
    soon = today() + timedelta(days=max(TRIAL_MARKS))
    ends = or_(BillingAccount.trial_until <= soon, BillingAccount.ended_on.is_not(None))
    by_hand = and_(BillingAccount.plan.is_not(None), BillingAccount.collection == "hand")
    alive = and_(BillingAccount.stripe_subscription.is_not(None), BillingAccount.stripe_status.in_(LIVE))
    unpaid = (BillingInvoice.tenant_id.is_not(None), BillingInvoice.state.in_(OWED))
    found = set(db.session.scalars(select(BillingInvoice.tenant_id).where(*unpaid)))
    watched = or_(BillingAccount.stage != "good", and_(ends, not_(by_hand), alive.is_not(True)))
    found |= set(db.session.scalars(select(BillingAccount.tenant_id).where(watched)))
    return sorted(one for one in found if one is not None)
