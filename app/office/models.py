"""The manager's profile."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Integer, SmallInteger, Text, func
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Model


class OfficeProfile(Model):
    """Name, contact and rules of the one manager whose schema this is."""

    __tablename__ = "office_profile"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    short_name: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    street_line: Mapped[str | None] = mapped_column(Text)
    city_line: Mapped[str | None] = mapped_column(Text)
    hours: Mapped[str | None] = mapped_column(Text)
    accent: Mapped[str] = mapped_column(Text, server_default="#1f6650")
    locale: Mapped[str] = mapped_column(Text, server_default="pl")
    idle_minutes: Mapped[int] = mapped_column(Integer, server_default="30")


class OfficeSetting(Model):
    """What the manager set of one group of rules; a group without a row is at its defaults (`office.settings`)."""

    __tablename__ = "office_settings"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
