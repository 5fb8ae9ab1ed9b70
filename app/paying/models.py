"""Online payments, what was given back of them, and which account at Stripe is whose."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Identity, Index, Integer, Text, func, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import PLATFORM, Model, PlatformModel

OPEN = "state IN ('intended', 'created', 'processing')"


class OnlinePayment(Model):
    """What a resident means to pay, pays or has paid over the internet; `amount` is credited, `fee` comes on top of it,
    `refunded` counts what went back of both; all in grosze.

    States: `intended` (written down, nobody asked yet), `created` (the payment page is open), `processing` (the bank
    has it), then `paid`, `failed`, `expired`; a paid one may become `refunded`. `call_key` is the idempotency key of
    the one request that opens the page. `reference` stands in the title of the credit, for the manager's books.
    `called_at` is when Stripe was first asked, `seen_at` how old what we know is.

    `dispute` is how its newest dispute stands (spór, chargeback): `open` asks the manager for an answer until
    `dispute_due`, `waiting` is with the bank, `won` and `lost` are over; `dispute_amount` grosze are at stake, and
    `dispute_seen_at` is how old that is.
    """

    __tablename__ = "online_payments"
    __table_args__ = (
        CheckConstraint(
            "state IN ('intended', 'created', 'processing', 'paid', 'failed', 'expired', 'refunded')", name="state"
        ),
        CheckConstraint("amount > 0 AND fee >= 0 AND refunded BETWEEN 0 AND amount + fee", name="amounts"),
        Index("uq_online_payments_form", "account_id", "form_key", unique=True),
        Index("ix_online_payments_unit", "unit_code", "created_at"),
        Index("ix_online_payments_open", "closes_at", postgresql_where=text(OPEN)),
        Index("ix_online_payments_created", "created_at"),
        CheckConstraint("dispute IN ('open', 'waiting', 'won', 'lost')", name="dispute"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    form_key: Mapped[str] = mapped_column(Text)
    unit_code: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    fee: Mapped[int] = mapped_column(BigInteger, server_default="0")
    refunded: Mapped[int] = mapped_column(BigInteger, server_default="0")
    state: Mapped[str] = mapped_column(Text, server_default="intended")
    failure: Mapped[str | None] = mapped_column(Text)
    method: Mapped[str | None] = mapped_column(Text)
    stripe_account: Mapped[str] = mapped_column(Text)
    call_key: Mapped[str] = mapped_column(Text, unique=True)
    session_id: Mapped[str | None] = mapped_column(Text, unique=True)
    session_url: Mapped[str | None] = mapped_column(Text)
    intent_id: Mapped[str | None] = mapped_column(Text, index=True)
    charge_id: Mapped[str | None] = mapped_column(Text, index=True)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    called_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    closes_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    seen_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    paid_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    dispute_id: Mapped[str | None] = mapped_column(Text)
    dispute: Mapped[str | None] = mapped_column(Text)
    dispute_amount: Mapped[int | None] = mapped_column(BigInteger)
    dispute_due: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    dispute_seen_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class OnlineRefund(Model):
    """That staff give a payment back, or a part of it; `amount` in grosze.

    States: `asked` (written down), `sent` (Stripe has it), `done`, `failed`. `call_key` is the idempotency key of the
    request, `form_key` the form's, so that one sent twice gives back once.
    """

    __tablename__ = "online_refunds"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'sent', 'done', 'failed')", name="state"),
        Index("uq_online_refunds_form", "payment_id", "form_key", unique=True),
        Index("ix_online_refunds_payment", "payment_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    payment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("online_payments.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="asked")
    failure: Mapped[str | None] = mapped_column(Text)
    call_key: Mapped[str] = mapped_column(Text, unique=True)
    refund_id: Mapped[str | None] = mapped_column(Text, unique=True)
    asked_by: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    form_key: Mapped[str | None] = mapped_column(Text)


class ConnectAccount(PlatformModel):
    """The account at Stripe of one manager, on which its residents pay. Kept by the platform, outside the manager's
    archives: what is restored under another name must not pay into this one's account.

    `call_key` is the idempotency key under which the account is made; `due` is how many things Stripe still asks for.
    """

    __tablename__ = "connect_accounts"
    __table_args__ = ({"schema": PLATFORM},)

    tenant_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(f"{PLATFORM}.tenants.id", ondelete="CASCADE"), primary_key=True
    )
    call_key: Mapped[str] = mapped_column(Text, unique=True)
    account: Mapped[str | None] = mapped_column(Text, unique=True)
    charges: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    payouts: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    submitted: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    due: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    checked_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
