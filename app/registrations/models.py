"""Applications for access to the portal, and what was asked and answered about them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import Model

_OPEN = text("state IN ('new', 'asked', 'answered')")


class Registration(Model):
    """An application (wniosek o dostęp): what somebody wrote, how far it got, and what became of it.

    | way | is |
    |---|---|
    | form | filled in by the applicant on the public page |
    | paper | signed on paper and copied by staff |
    | facts | proved by facts that only the resident knows; decided at once |

    `form_key` is the number of the form that it came by: a form counts once. `digest` (SHA-256) is of what the
    applicant wrote: the same words wait only once. `version` grows with each change of state.
    """

    __tablename__ = "registrations"
    __table_args__ = (
        CheckConstraint("way IN ('form', 'paper', 'facts')", name="way"),
        CheckConstraint("state IN ('new', 'asked', 'answered', 'approved', 'rejected', 'withdrawn')", name="state"),
        CheckConstraint("role IN ('owner', 'co-owner', 'tenant', 'proxy')", name="role"),
        Index("uq_registrations_open", "digest", unique=True, postgresql_where=_OPEN),
        Index("ix_registrations_state", "state", "created_at"),
        Index("ix_registrations_account", "account_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    form_key: Mapped[str] = mapped_column(Text, unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    way: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="new")
    version: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    first_name: Mapped[str] = mapped_column(Text)
    last_name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text, server_default="pl")
    address: Mapped[str | None] = mapped_column(Text)
    terms_version: Mapped[int | None] = mapped_column(Integer)
    privacy_version: Mapped[int | None] = mapped_column(Integer)
    email_confirmed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    signed_on: Mapped[date | None] = mapped_column(Date)
    identity_note: Mapped[str | None] = mapped_column(Text)
    entered_by: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="SET NULL"))
    handed: Mapped[str | None] = mapped_column(Text)


class RegistrationNote(Model):
    """A question of the office (`side` is `office`) or the applicant's answer (`applicant`)."""

    __tablename__ = "registration_notes"
    __table_args__ = (
        CheckConstraint("side IN ('office', 'applicant')", name="side"),
        Index("ix_registration_notes_registration", "registration_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    registration_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("registrations.id", ondelete="CASCADE"))
    side: Mapped[str] = mapped_column(Text)
    author: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.clock_timestamp())
