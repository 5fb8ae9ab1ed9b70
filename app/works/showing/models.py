"""What residents of the building are shown of a site."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, ForeignKey, Identity, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import Model


class WorksShowing(Model):
    """The slice of a site for residents: shown while `shown_at` is set. Money is shown only where `with_money`."""

    __tablename__ = "works_showings"

    site_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("works_sites.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    intro: Mapped[str] = mapped_column(Text, server_default="")
    with_money: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    shown_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class WorksStage(Model):
    """A stage of the schedule (etap harmonogramu), from day to day inclusive; `done_on` once it is finished."""

    __tablename__ = "works_stages"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="order"),
        Index("ix_works_stages_site", "site_id", "starts_on"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_sites.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)


class WorksBudgetLine(Model):
    """What is planned and was spent for a part of the works, gross, in grosze."""

    __tablename__ = "works_budget_lines"
    __table_args__ = (
        CheckConstraint("planned >= 0 AND spent >= 0", name="sums"),
        Index("ix_works_budget_lines_site", "site_id", "position"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_sites.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer, server_default="0")
    name: Mapped[str] = mapped_column(Text)
    planned: Mapped[int] = mapped_column(BigInteger)
    spent: Mapped[int] = mapped_column(BigInteger)
