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
    Integer,
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

    A password that somebody else chose opens the account until `start_password_until` only; `advise_change` asks
    to change it without insisting. `email` and `phone` (E.164) are confirmed by their owner or vouched for by staff;
    one that waits to be confirmed is an `AccountToken`. The account opens at `opens_at` if that is set, and has been
    shown round once `welcomed_at` is. A closed account (status `closed`) never opens again; its history stays.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("role IN ('resident', 'admin', 'accountant', 'clerk', 'board', 'collaborator')", name="role"),
        CheckConstraint("status IN ('active', 'blocked', 'closed')", name="status"),
        Index("ix_accounts_email", "email"),
        Index("ix_accounts_phone", "phone"),
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
    phone: Mapped[str | None] = mapped_column(Text)
    advise_change: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    opens_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    welcomed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    password_set_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    closed_reason: Mapped[str | None] = mapped_column(Text)


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
    """A browser that is logged in. The cookie holds the secret, the table its digest.

    One that `waits_for` something, such as the second factor (`factor`), opens nothing but the page that asks for it.
    `proven_at` is when its owner last typed the password or a factor again. One with a `watcher` is that member of
    staff, who sees what the account sees and changes nothing; `watcher_session` is the session to go back to.
    """

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
    waits_for: Mapped[str | None] = mapped_column(Text)
    proven_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    watcher: Mapped[str | None] = mapped_column(Text)
    watcher_session: Mapped[int | None] = mapped_column(BigInteger)


class AccountToken(Model):
    """A secret that works once, for one purpose and one account.

    | purpose | is | `value` |
    |---|---|---|
    | activation, reset | a link to a new password | |
    | letter | a code printed in a letter, typed with the login | |
    | email, phone | confirms a new address or number | the address or number |
    | unlock | a code that ends a lock-out | |

    Short codes count their `tries`.
    """

    __tablename__ = "account_tokens"
    __table_args__ = (
        CheckConstraint("purpose IN ('activation', 'reset', 'letter', 'email', 'phone', 'unlock')", name="purpose"),
        Index("ix_account_tokens_account", "account_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    secret_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    purpose: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    value: Mapped[str | None] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(Integer, server_default=text("0"))


class LoginAttempt(Model):
    """One attempt to log in: `outcome` is `in`, or why not. An unknown login leaves `account_id` empty.

    Kept for as long as the manager's retention says; the login that was typed is not kept.
    """

    __tablename__ = "login_attempts"
    __table_args__ = (Index("ix_login_attempts_account", "account_id", "at"), Index("ix_login_attempts_at", "at"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    outcome: Mapped[str] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    agent: Mapped[str | None] = mapped_column(Text)


class StaffScope(Model):
    """A building to which a member of staff is limited; one without rows sees all buildings."""

    __tablename__ = "staff_scopes"

    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    building_code: Mapped[str] = mapped_column(Text, primary_key=True)


class TextAcceptance(Model):
    """A version of one of the manager's texts (regulamin, personal-data notice) that a person has acknowledged."""

    __tablename__ = "text_acceptances"

    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    address: Mapped[str | None] = mapped_column(Text)
