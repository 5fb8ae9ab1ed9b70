"""Accounts of one tenant. Secrets are stored as hashes only."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy_utils import EmailType

from app.core.public_ids import new_public_id
from tenants.db import Model


class Account(Model):
    """A login (konto). `login_key` is the login in its normal form; `person_code` ties it to the books.

    A password that somebody else chose opens the account until `start_password_until` only.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("role IN ('resident', 'admin', 'accountant', 'clerk', 'board')", name="role"),
        CheckConstraint("status IN ('active', 'blocked')", name="status"),
        Index("ix_accounts_email", "email"),
        Index("ix_accounts_person_code", "person_code"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    login: Mapped[str] = mapped_column(Text)
    login_key: Mapped[str] = mapped_column(Text, unique=True)
    password_hash: Mapped[str | None] = mapped_column(Text)
    must_change_password: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    start_password_until: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    role: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default="active")
    email: Mapped[str | None] = mapped_column(EmailType)
    person_code: Mapped[str | None] = mapped_column(Text)
    locale: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    last_login_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class AccountUnit(Model):
    """Access of an account to a unit, from a day, possibly to a day (inclusive).

    One that `follows_books` repeats a title of the account's person and counts as long as the books hold it.
    """

    __tablename__ = "account_units"
    __table_args__ = (Index("ix_account_units_unit", "unit_code"),)

    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(Text, primary_key=True)
    since: Mapped[date] = mapped_column(Date, server_default=func.current_date())
    until: Mapped[date | None] = mapped_column(Date)
    follows_books: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class AccountSession(Model):
    """A browser that is logged in. The cookie holds the secret, the table its digest."""

    __tablename__ = "account_sessions"
    __table_args__ = (Index("ix_account_sessions_account", "account_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    secret_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    address: Mapped[str | None] = mapped_column(Text)
    agent: Mapped[str | None] = mapped_column(Text)


class AccountToken(Model):
    """A link that works once, for one purpose (`activation`, `reset`) and one account."""

    __tablename__ = "account_tokens"
    __table_args__ = (
        CheckConstraint("purpose IN ('activation', 'reset')", name="purpose"),
        Index("ix_account_tokens_account", "account_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    secret_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    purpose: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
