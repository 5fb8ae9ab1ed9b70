"""The manager's profile."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Identity,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import Model


class OfficeProfile(Model):
    """Name, contact and rules of the one manager whose schema this is.

    `bank_account` is 26 digits (NRB), `emergency` the number for breakdowns, `logo` the id of the picture in force,
    `nip` the ten digits of the tax number.
    """

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
    bank_account: Mapped[str | None] = mapped_column(Text)
    emergency: Mapped[str | None] = mapped_column(Text)
    logo: Mapped[str | None] = mapped_column(Text)
    nip: Mapped[str | None] = mapped_column(Text)


class OfficeSetting(Model):
    """What the manager set of one group of rules; a group without a row is at its defaults (`office.settings`)."""

    __tablename__ = "office_settings"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class OfficeText(Model):
    """One published version of a text of the manager's, such as the terms (regulamin). Never changed nor deleted.

    `body` is Markdown in Polish; `translations` is `{locale: {"title": …, "body": …}}` of the same version; `files`
    are the public ids of its attachments, in order. Residents acknowledge a version that `needs_acceptance`.
    """

    __tablename__ = "office_texts"
    __table_args__ = (
        UniqueConstraint("kind", "version"),
        CheckConstraint("version > 0", name="version"),
        {"info": {"grants": ["REVOKE UPDATE, DELETE ON {table} FROM {role}"]}},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    translations: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    files: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    needs_acceptance: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    published_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    published_by: Mapped[str] = mapped_column(Text)


class OfficeFile(Model):
    """A file that a text of the manager's may carry; its bytes lie in the storage under the public id."""

    __tablename__ = "office_files"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(Text)
    content_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    uploaded_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
