"""The ledger. Amounts in grosze; a unit's balance is debits minus credits, positive is owed."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.revisions import APPEND_ONLY, Revisioned
from tenants.db import Model

_NOW = text("until_revision IS NULL")


class LedgerEntry(Revisioned, Model):
    """One entry (obrót) on a unit's settlement account (konto)."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint("debit >= 0 AND credit >= 0 AND (debit = 0 OR credit = 0)", name="one_side"),
        Index("uq_ledger_entries_now", "entry", unique=True, postgresql_where=_NOW),
        Index("ix_ledger_entries_unit", "unit_code", "booked_on", postgresql_where=_NOW),
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
