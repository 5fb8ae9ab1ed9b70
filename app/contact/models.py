"""Whom residents can turn to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Identity, Integer, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import Model


class ContactEntry(Model):
    """A person with a duty, a number for emergencies, or a place such as the office of an estate.

    `duty` says what one turns to them with, `place` is a room or an address, `hours` when they are there. `buildings`
    are codes of the books; none is for all. What is not `open` only residents see, when they are signed in.
    """

    __tablename__ = "contact_entries"
    __table_args__ = (CheckConstraint("kind IN ('emergency', 'person', 'place')", name="kind"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    duty: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(Text)
    hours: Mapped[str | None] = mapped_column(Text)
    buildings: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    open: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    position: Mapped[int] = mapped_column(Integer, server_default="0")
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
