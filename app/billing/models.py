"""Tables of billing, in schema `platform`: tenants' roles cannot reach them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import PLATFORM, PlatformModel


class BillingSteps(PlatformModel):
    """The dates of `rules.Steps`, in days; no row: the defaults."""

    __tablename__ = "billing_steps"
    __table_args__ = (CheckConstraint("id = 1", name="single"), {"schema": PLATFORM})

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    trial_days: Mapped[int] = mapped_column(Integer)
    due_days: Mapped[int] = mapped_column(Integer)
    warn_days: Mapped[int] = mapped_column(Integer)
    remind_days: Mapped[int] = mapped_column(Integer)
    read_only_days: Mapped[int] = mapped_column(Integer)
    staff_off_days: Mapped[int] = mapped_column(Integer)
    suspend_days: Mapped[int] = mapped_column(Integer)


class BillingAccount(PlatformModel):
    """What one manager agreed to, who pays, and how far things have gone.

    `collection` is `hand` (an operator writes invoices) or `stripe`. `units` is the newest count of the manager's
    units, `quantity` what Stripe was told. `stripe_status` is Stripe's word for the subscription; `synced_at` says
    when Stripe was last heard. `stage` and `stage_since`: see `rules`. `trial_until` is the last day of a trial,
    `ended_on` the last one of a subscription that ended. A plan collected by hand is an operator's agreement,
    `agreed_on` its day where that is known.
    """

    __tablename__ = "billing_accounts"
    __table_args__ = (
        CheckConstraint("plan_interval IN ('month', 'year')", name="plan_interval"),
        CheckConstraint("collection IN ('hand', 'stripe')", name="collection"),
        CheckConstraint("stage IN ('good', 'warned', 'read_only', 'staff_off', 'suspended')", name="stage"),
        {"schema": PLATFORM},
    )

    tenant_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(f"{PLATFORM}.tenants.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    plan: Mapped[str | None] = mapped_column(Text)
    plan_interval: Mapped[str] = mapped_column(Text, server_default="month")
    collection: Mapped[str] = mapped_column(Text, server_default="hand")
    trial_until: Mapped[date | None] = mapped_column(Date)
    buyer_name: Mapped[str] = mapped_column(Text, server_default="")
    buyer_street: Mapped[str] = mapped_column(Text, server_default="")
    buyer_city: Mapped[str] = mapped_column(Text, server_default="")
    buyer_email: Mapped[str] = mapped_column(Text, server_default="")
    nip: Mapped[str | None] = mapped_column(Text)
    units: Mapped[int | None] = mapped_column(Integer)
    units_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    stage: Mapped[str] = mapped_column(Text, server_default="good")
    stage_since: Mapped[date | None] = mapped_column(Date)
    stripe_customer: Mapped[str | None] = mapped_column(Text, unique=True)
    stripe_subscription: Mapped[str | None] = mapped_column(Text, unique=True)
    stripe_item: Mapped[str | None] = mapped_column(Text)
    stripe_status: Mapped[str | None] = mapped_column(Text)
    quantity: Mapped[int | None] = mapped_column(Integer)
    period_end: Mapped[date | None] = mapped_column(Date)
    cancels: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    synced_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    agreed_on: Mapped[date | None] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)


class BillingInvoice(PlatformModel):
    """An invoice of the platform for a manager; amounts in grosze. It outlives the manager, with the buyer's name.

    Written by an operator, or read from Stripe (`stripe_id`), whose pages `hosted_url` and `pdf_url` show it.
    """

    __tablename__ = "billing_invoices"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'paid', 'void', 'uncollectible')", name="state"),
        CheckConstraint("net >= 0 AND vat >= 0", name="amounts"),
        Index("uq_billing_invoices_number", "number", unique=True, postgresql_where=text("stripe_id IS NULL")),
        Index("ix_billing_invoices_tenant", "tenant_id", "due_on"),
        {"schema": PLATFORM},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    tenant_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(f"{PLATFORM}.tenants.id", ondelete="SET NULL"))
    slug: Mapped[str] = mapped_column(Text)
    buyer_name: Mapped[str] = mapped_column(Text)
    nip: Mapped[str | None] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    period_from: Mapped[date] = mapped_column(Date)
    period_until: Mapped[date] = mapped_column(Date)
    issued_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    net: Mapped[int] = mapped_column(BigInteger)
    vat: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    paid_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, server_default="")
    stripe_id: Mapped[str | None] = mapped_column(Text, unique=True)
    hosted_url: Mapped[str | None] = mapped_column(Text)
    pdf_url: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class BillingIntent(PlatformModel):
    """Something asked of Stripe: the idempotency key, committed before the first call, so that it is done once.

    `purpose` says what (`customer`, `checkout:basic:month`); one stands open for each, until the answer is known.
    """

    __tablename__ = "billing_intents"
    __table_args__ = (
        Index(
            "uq_billing_intents_open", "tenant_id", "purpose", unique=True, postgresql_where=text("finished_at IS NULL")
        ),
        {"schema": PLATFORM},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(f"{PLATFORM}.tenants.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    started_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
