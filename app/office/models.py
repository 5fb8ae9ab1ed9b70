"""The manager's profile."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Integer, SmallInteger, Text
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
