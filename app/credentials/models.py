"""Tables of start credentials. What a letter on paper says is sealed here until it is printed, other secrets never."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Identity, Index, Integer, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import Model


class CredentialBatch(Model):
    """Credentials for many people at once: for one `staircase` (klatka), one `building`, or everybody.

    `running` hands out, `printing` makes the letters, then it is `done`; `failed` was given up. `parts` are the
    stored files of letters: [{"key", "letters", "first", "last"}]; they are wiped at `letters_until` at the latest.
    """

    __tablename__ = "credential_batches"
    __table_args__ = (
        CheckConstraint("state IN ('running', 'printing', 'done', 'failed')", name="state"),
        CheckConstraint("way IN ('best', 'two_channels', 'letter', 'link')", name="way"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    form_key: Mapped[str] = mapped_column(Text, unique=True)
    building: Mapped[str | None] = mapped_column(Text)
    staircase: Mapped[str | None] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    way: Mapped[str] = mapped_column(Text)
    unopened: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[str] = mapped_column(Text, server_default="running")
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    created_by: Mapped[str] = mapped_column(Text)
    scope: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    finished_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    letters_until: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    wiped_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    error: Mapped[str | None] = mapped_column(Text)


class CredentialIssue(Model):
    """Credentials handed out to one account, once. What its letters in the outbox became is found by their cause.

    `sealed` is what a letter on paper says, until it is printed or `ended_at`: newer credentials end older ones.
    """

    __tablename__ = "credential_issues"
    __table_args__ = (
        CheckConstraint("way IN ('two_channels', 'letter', 'link', 'screen')", name="way"),
        Index("ix_credential_issues_account", "account_id"),
        Index("ix_credential_issues_batch", "batch_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"))
    batch_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("credential_batches.id", ondelete="SET NULL"))
    way: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    issued_by: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    sealed: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    printed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))

    @property
    def cause(self) -> str:
        """The cause of its letters in the outbox."""
        return f"credentials:{self.public_id}"


class CredentialBatchPerson(Model):
    """One person of a batch, in the order in which letters are carried out."""

    __tablename__ = "credential_batch_people"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'issued', 'unreachable')", name="state"),
        Index("ix_credential_batch_people_waiting", "batch_id", "position", postgresql_where=text("state = 'waiting'")),
    )

    batch_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("credential_batches.id", ondelete="CASCADE"), primary_key=True
    )
    person_code: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    place: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    way: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    issue_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("credential_issues.id", ondelete="SET NULL"))
    part: Mapped[int | None] = mapped_column(Integer)
