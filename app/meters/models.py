"""Tables of meters. Rows are revisions of the books; readings refer to meters by serial number."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Date, Index, Numeric, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.revisions import APPEND_ONLY, Revisioned
from tenants.db import Model

_NOW = text("until_revision IS NULL")


class Meter(Revisioned, Model):
    """A meter (licznik) of a unit; `medium` is cold_water, hot_water, heat, electricity or gas."""

    __tablename__ = "meters"
    __table_args__ = (
        Index("uq_meters_now", "serial", unique=True, postgresql_where=_NOW),
        Index("ix_meters_unit", "unit_code", postgresql_where=_NOW),
        {"info": APPEND_ONLY},
    )

    serial: Mapped[str] = mapped_column(Text)
    unit_code: Mapped[str] = mapped_column(Text)
    medium: Mapped[str] = mapped_column(Text)
    location: Mapped[str | None] = mapped_column(Text)
    installed_on: Mapped[date | None] = mapped_column(Date)
    verified_until: Mapped[date | None] = mapped_column(Date)
    removed_on: Mapped[date | None] = mapped_column(Date)


class MeterReading(Revisioned, Model):
    """A reading (odczyt): what the meter showed at the end of a day, in m³, GJ or kWh, to three decimals."""

    __tablename__ = "meter_readings"
    __table_args__ = (
        Index("uq_meter_readings_now", "serial", "read_on", unique=True, postgresql_where=_NOW),
        {"info": APPEND_ONLY},
    )

    serial: Mapped[str] = mapped_column(Text)
    read_on: Mapped[date] = mapped_column(Date)
    value: Mapped[Decimal] = mapped_column(Numeric(14, 3))
    source: Mapped[str | None] = mapped_column(Text)
