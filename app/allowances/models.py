"""Tables of housing allowances. Rows are revisions of the books."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Date, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.revisions import APPEND_ONLY, Revisioned
from tenants.db import Model

_NOW = text("until_revision IS NULL")


class HousingAllowance(Revisioned, Model):
    """A decision on a housing allowance (dodatek mieszkaniowy); `monthly` in grosze, both days inclusive."""

    __tablename__ = "housing_allowances"
    __table_args__ = (
        Index("uq_housing_allowances_now", "decision", unique=True, postgresql_where=_NOW),
        Index("ix_housing_allowances_person", "person_code", postgresql_where=_NOW),
        {"info": APPEND_ONLY},
    )

    decision: Mapped[str] = mapped_column(Text)
    unit_code: Mapped[str] = mapped_column(Text)
    person_code: Mapped[str] = mapped_column(Text)
    authority: Mapped[str | None] = mapped_column(Text)
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date] = mapped_column(Date)
    monthly: Mapped[int] = mapped_column(BigInteger)
