"""Tables of settlements: those that the manager's books brought, and those that staff reckon here."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
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


class SettlementRun(Model):
    """A settlement (rozliczenie) of one medium and period for whole buildings, reckoned here.

    `state` goes draft → published → withdrawn or replaced; a published run is never edited. A newer version names the
    one that it `replaces`. `parameters` is `rules.Parameters` as JSON, `advances` says where advances come from,
    `pots` how the costs were shared (`reckoning.Pot` as JSON), `totals` what that came to, in grosze. `version` grows
    with each change, so that two people cannot overwrite each other. `form_key` makes a double click one run.
    """

    __tablename__ = "settlement_runs"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'published', 'withdrawn', 'replaced')", name="state"),
        CheckConstraint("medium IN ('cold_water', 'hot_water', 'heat')", name="medium"),
        CheckConstraint("from_on < to_on", name="period"),
        Index("ix_settlement_runs_period", "to_on", "medium"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    form_key: Mapped[str | None] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    medium: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date] = mapped_column(Date)
    buildings: Mapped[list[str]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    replaces_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("settlement_runs.id"))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    advances: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    pots: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    totals: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    due_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, server_default="")
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    reckoned_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    published_by: Mapped[str | None] = mapped_column(Text)
    published_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    ended_by: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    reason: Mapped[str | None] = mapped_column(Text)


class SettlementCost(Model):
    """A cost of a run: an invoice's `amount` in grosze, or a tariff's `price` in złoty for one of what was used."""

    __tablename__ = "settlement_costs"
    __table_args__ = (
        CheckConstraint("kind IN ('fixed', 'variable', 'split', 'other', 'tariff')", name="kind"),
        CheckConstraint("(kind = 'tariff') = (price IS NOT NULL)", name="price"),
        Index("ix_settlement_costs_run", "run_id", "id"),
        Index("ix_settlement_costs_file_id", "file_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("settlement_runs.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text, server_default="")
    kind: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text, server_default="")
    amount: Mapped[int] = mapped_column(BigInteger, server_default="0")
    price: Mapped[Decimal | None] = mapped_column(Numeric(16, 6))
    file_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("stored_files.id"))


class SettlementRunUnit(Model):
    """A unit in a run: what is known of it, and what it came to. Amounts in grosze; a positive balance is to be paid.

    `readings` are meters with the reading at either end: {serial, from_on, from_value, to_on, to_value, use}; `use` is
    None where nobody could read. `given` holds what staff put in place of what was found. `months` are the advances by
    month: {month, amount, what}. `lines` are `reckoning.Line` as JSON, `flags` what is unusual (`outliers.LABELS`).
    `unread` says why meters tell nothing (`no_meter`, `no_reading`), `lump_reason` why a norm counts.
    """

    __tablename__ = "settlement_run_units"
    __table_args__ = (
        UniqueConstraint("run_id", "unit_code"),
        Index("ix_settlement_run_units_unit", "unit_code"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("settlement_runs.id", ondelete="CASCADE"))
    unit_code: Mapped[str] = mapped_column(Text)
    building_code: Mapped[str] = mapped_column(Text)
    area: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    persons: Mapped[int] = mapped_column(Integer, server_default="0")
    share: Mapped[Decimal] = mapped_column(Numeric(16, 10), server_default="0")
    readings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    use: Mapped[Decimal | None] = mapped_column(Numeric(14, 3))
    coefficient: Mapped[Decimal] = mapped_column(Numeric(10, 4), server_default="1")
    lump: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    lump_reason: Mapped[str] = mapped_column(Text, server_default="")
    given: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    months: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    bare: Mapped[Decimal] = mapped_column(Numeric(20, 7), server_default="0")
    counted: Mapped[Decimal] = mapped_column(Numeric(20, 7), server_default="0")
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    fixed: Mapped[int] = mapped_column(BigInteger, server_default="0")
    variable: Mapped[int] = mapped_column(BigInteger, server_default="0")
    cost: Mapped[int] = mapped_column(BigInteger, server_default="0")
    advances: Mapped[int] = mapped_column(BigInteger, server_default="0")
    balance: Mapped[int] = mapped_column(BigInteger, server_default="0")
    flags: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    unread: Mapped[str] = mapped_column(Text, server_default="")
