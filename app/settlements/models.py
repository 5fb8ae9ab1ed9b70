"""Tables of settlements: those that the manager's books brought, and those that staff reckon here."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, Date, Index, Numeric, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.revisions import APPEND_ONLY, Revisioned
from tenants.db import Model

_NOW = text("until_revision IS NULL")


class MediaSettlement(Revisioned, Model):
    """A settlement (rozliczenie) of one medium for one unit. Amounts in grosze; a positive balance is owed."""

    __tablename__ = "media_settlements"
    __table_args__ = (
        Index("uq_media_settlements_now", "number", unique=True, postgresql_where=_NOW),
        Index("ix_media_settlements_unit", "unit_code", postgresql_where=_NOW),
        {"info": APPEND_ONLY},
    )

    number: Mapped[str] = mapped_column(Text)
    unit_code: Mapped[str] = mapped_column(Text)
    medium: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date] = mapped_column(Date)
    consumption: Mapped[Decimal | None] = mapped_column(Numeric(14, 3))
    cost: Mapped[int] = mapped_column(BigInteger)
    advances: Mapped[int] = mapped_column(BigInteger)
    balance: Mapped[int] = mapped_column(BigInteger)
