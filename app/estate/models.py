"""Tables of the estate. Rows are revisions of the books; they refer to each other by the books' own codes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Boolean, CheckConstraint, Date, Index, Integer, Numeric, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.revisions import APPEND_ONLY, Revisioned
from tenants.db import Model

_NOW = text("until_revision IS NULL")


class Building(Revisioned, Model):
    """A building (budynek)."""

    __tablename__ = "buildings"
    __table_args__ = (
        Index("uq_buildings_now", "code", unique=True, postgresql_where=_NOW),
        {"info": APPEND_ONLY},
    )

    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    street: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    postcode: Mapped[str] = mapped_column(Text)
    city: Mapped[str] = mapped_column(Text)


class Unit(Revisioned, Model):
    """A unit (lokal). `area` and `heated_area` in m²; `account` is its virtual account, 26 digits."""

    __tablename__ = "units"
    __table_args__ = (
        Index("uq_units_now", "code", unique=True, postgresql_where=_NOW),
        Index("ix_units_building", "building_code", postgresql_where=_NOW),
        {"info": APPEND_ONLY},
    )

    code: Mapped[str] = mapped_column(Text)
    building_code: Mapped[str] = mapped_column(Text)
    staircase: Mapped[str | None] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    floor: Mapped[str | None] = mapped_column(Text)
    area: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    heated_area: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    persons: Mapped[int | None] = mapped_column(Integer)
    title: Mapped[str | None] = mapped_column(Text)
    share: Mapped[str | None] = mapped_column(Text)
    account: Mapped[str | None] = mapped_column(Text)


class Person(Revisioned, Model):
    """A person or company (osoba) known to the books."""

    __tablename__ = "people"
    __table_args__ = (
        Index("uq_people_now", "code", unique=True, postgresql_where=_NOW),
        {"info": APPEND_ONLY},
    )

    code: Mapped[str] = mapped_column(Text)
    first_name: Mapped[str | None] = mapped_column(Text)
    last_name: Mapped[str | None] = mapped_column(Text)
    company: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    street: Mapped[str | None] = mapped_column(Text)
    number: Mapped[str | None] = mapped_column(Text)
    postcode: Mapped[str | None] = mapped_column(Text)
    city: Mapped[str | None] = mapped_column(Text)
    member: Mapped[bool | None] = mapped_column(Boolean)


class Occupancy(Revisioned, Model):
    """A title of a person to a unit (dysponent, tytuł prawny), from a day, possibly to a day (inclusive)."""

    __tablename__ = "occupancies"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'co-owner', 'tenant', 'proxy')", name="role"),
        Index(
            "uq_occupancies_now",
            "unit_code",
            "person_code",
            unique=True,
            postgresql_where=_NOW,
        ),
        Index("ix_occupancies_person", "person_code", postgresql_where=_NOW),
        {"info": APPEND_ONLY},
    )

    unit_code: Mapped[str] = mapped_column(Text)
    person_code: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date | None] = mapped_column(Date)
