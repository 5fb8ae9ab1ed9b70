"""The ledger, the charges behind it, and payments on their way to it.

Amounts in grosze; a unit's balance is debits minus credits, positive is owed.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, Identity, Index, Integer, Numeric, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.revisions import APPEND_ONLY, Revisioned
from tenants.db import PLATFORM, Model, PlatformModel

_NOW = text("until_revision IS NULL")


class LedgerEntry(Revisioned, Model):
    """One entry (obrót) on a unit's settlement account (konto)."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint("debit >= 0 AND credit >= 0 AND (debit = 0 OR credit = 0)", name="one_side"),
        Index("uq_ledger_entries_now", "entry", unique=True, postgresql_where=_NOW),
        Index("ix_ledger_entries_unit", "unit_code", "booked_on", postgresql_where=_NOW),
        Index("ix_ledger_entries_past", "unit_code", postgresql_where=text("until_revision IS NOT NULL")),
        {"info": APPEND_ONLY},
    )

    entry: Mapped[str] = mapped_column(Text)
    unit_code: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    account: Mapped[str] = mapped_column(Text)
    booked_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    period: Mapped[str | None] = mapped_column(Text)
    debit: Mapped[int] = mapped_column(BigInteger)
    credit: Mapped[int] = mapped_column(BigInteger)
    document: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)


class Component(Revisioned, Model):
    """A component of the charges (składnik opłat); `basis` is m2, person, unit, m3, GJ or piece, `kind` whether the
    manager sets its price itself (dependent) or passes on somebody else's (independent)."""

    __tablename__ = "components"
    __table_args__ = (
        Index("uq_components_now", "code", unique=True, postgresql_where=_NOW),
        {"info": APPEND_ONLY},
    )

    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(Text)


class Charge(Revisioned, Model):
    """What a unit is charged every month for one component (naliczenie), from a day, possibly to a day (inclusive).

    `price` in złoty for one of the component's basis, `amount` in grosze a month: a discount is negative.
    """

    __tablename__ = "charges"
    __table_args__ = (
        Index(
            "uq_charges_now",
            "unit_code",
            "component_code",
            "from_on",
            unique=True,
            postgresql_where=_NOW,
        ),
        {"info": APPEND_ONLY},
    )

    unit_code: Mapped[str] = mapped_column(Text)
    component_code: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date | None] = mapped_column(Date)
    quantity: Mapped[Decimal] = mapped_column(Numeric(14, 4))
    price: Mapped[Decimal] = mapped_column(Numeric(16, 6))
    amount: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str | None] = mapped_column(Text)


class PendingPayment(Model):
    """Money that a bank has credited to a unit and the books do not hold yet; `amount` in grosze.

    `source` and `source_ref` name what it came from, once. It is `booked` when an entry of the books took its place
    (`entry`), and `withdrawn` when the bank took it back or staff said that it was none.
    """

    __tablename__ = "pending_payments"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'booked', 'withdrawn')", name="state"),
        CheckConstraint("amount > 0", name="amount"),
        Index("uq_pending_payments_source", "source", "source_ref", unique=True),
        Index("ix_pending_payments_unit", "unit_code", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    unit_code: Mapped[str] = mapped_column(Text)
    account: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    paid_on: Mapped[date] = mapped_column(Date)
    title: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    source_ref: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="pending")
    entry: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    settled_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class InterestHold(Model):
    """The manager's word that a document bears no interest (wstrzymanie odsetek) up to a day inclusive, or for good.

    `entry` is the number of the ledger entry. Withdrawn, it is as if it had never been; one may stand for an entry.
    """

    __tablename__ = "interest_holds"
    __table_args__ = (
        Index("uq_interest_holds_live", "entry", unique=True, postgresql_where=text("withdrawn_at IS NULL")),
        Index("ix_interest_holds_unit", "unit_code", postgresql_where=text("withdrawn_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    unit_code: Mapped[str] = mapped_column(Text)
    entry: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    until_on: Mapped[date | None] = mapped_column(Date)
    held_by: Mapped[str] = mapped_column(Text)
    held_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    withdrawn_by: Mapped[str | None] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class StatutoryRate(PlatformModel):
    """The yearly rate of statutory interest for delay (odsetki ustawowe za opóźnienie, k.c. art. 481 § 2) from a day
    on, in percent. Kept by operators for every manager; `source` says where it was announced, `checked_on` when
    somebody last saw that it still held."""

    __tablename__ = "statutory_rates"
    __table_args__ = (
        CheckConstraint("percent >= 0 AND percent <= 100", name="percent"),
        {"schema": PLATFORM},
    )

    from_on: Mapped[date] = mapped_column(Date, primary_key=True)
    percent: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    source: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    checked_on: Mapped[date | None] = mapped_column(Date)


class BalanceConfirmation(Model):
    """A confirmation of balance (potwierdzenie salda) that was handed out: what it says, so that it can be checked.

    `code` is printed on it. `balance` in grosze is that of `on_day` as the books stood at `revision`, which speak of
    `as_of`; `accounts` is settlement account → grosze. It names nobody: who asked for it is in the audit log.
    """

    __tablename__ = "balance_confirmations"
    __table_args__ = (Index("ix_balance_confirmations_unit", "unit_code", "issued_at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    unit_code: Mapped[str] = mapped_column(Text)
    on_day: Mapped[date] = mapped_column(Date)
    balance: Mapped[int] = mapped_column(BigInteger)
    accounts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    revision: Mapped[int] = mapped_column(Integer)
    as_of: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    issued_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
