"""Bank files, what they held, and what is known of who pays for which unit."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Model


class BankFile(Model):
    """A file from a bank that somebody handed over, and what became of it.

    `form` is what it was said to be, `encoding` the codec that a person chose, None for what it looks like. The bytes
    are kept at `storage_key`, so that what a bank wrote can always be read again.
    """

    __tablename__ = "bank_files"
    __table_args__ = (
        CheckConstraint("status IN ('queued', 'done', 'refused', 'failed')", name="status"),
        Index("ix_bank_files_created", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    file_name: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    storage_key: Mapped[str] = mapped_column(Text)
    form: Mapped[str] = mapped_column(Text, server_default="auto")
    encoding: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default="queued")
    report: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class BankStatement(Model):
    """A statement as one file told it; the same day of an account may be told by several. Balances in grosze.

    `balanced`: opening balance and bookings make the closing one; None where a balance is not told. One that does not
    balance waits for `accepted_by`; until then its bookings are known and credit nobody.
    """

    __tablename__ = "bank_statements"
    __table_args__ = (Index("ix_bank_statements_file", "file_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    file_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bank_files.id"))
    member: Mapped[str] = mapped_column(Text)
    form: Mapped[str] = mapped_column(Text)
    encoding: Mapped[str] = mapped_column(Text)
    account: Mapped[str | None] = mapped_column(Text)
    number: Mapped[str | None] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    opening: Mapped[int | None] = mapped_column(BigInteger)
    closing: Mapped[int | None] = mapped_column(BigInteger)
    from_on: Mapped[date | None] = mapped_column(Date)
    to_on: Mapped[date | None] = mapped_column(Date)
    balanced: Mapped[bool | None] = mapped_column(Boolean)
    accepted_by: Mapped[str | None] = mapped_column(Text)
    bookings: Mapped[int] = mapped_column(Integer)


class BankBooking(Model):
    """A movement on the manager's account, once, however many files told it. `amount` in grosze, positive for money
    that came; `print` is what all formats tell alike of it, `refs` the bank's own ids.

    States: `credited` to `unit_code` (`way` says how it was known), `queued` for a person, `held` until its statement
    is accepted, `ignored` by a person, `other` (money that went out, fees, foreign currency), `returned` by the bank;
    a reversal is `reversal`, with the booking that it takes back in `reverses_id`. `decided_by` is set where a person
    decided, and then no rule decides again.
    """

    __tablename__ = "bank_bookings"
    __table_args__ = (
        CheckConstraint(
            "state IN ('credited', 'queued', 'held', 'ignored', 'other', 'returned', 'reversal')", name="state"
        ),
        CheckConstraint("(unit_code IS NULL) = (way IS NULL)", name="way"),
        Index("ix_bank_bookings_print", "print"),
        Index("ix_bank_bookings_refs", "refs", postgresql_using="gin"),
        Index("ix_bank_bookings_queue", "value_on", postgresql_where=text("state = 'queued'")),
        Index("ix_bank_bookings_unlinked", "id", postgresql_where=text("state = 'reversal' AND reverses_id IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    print: Mapped[bytes] = mapped_column(LargeBinary)
    refs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    account: Mapped[str | None] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text)
    value_on: Mapped[date] = mapped_column(Date)
    booked_on: Mapped[date | None] = mapped_column(Date)
    payer: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    target: Mapped[str | None] = mapped_column(Text)
    mass_id: Mapped[str | None] = mapped_column(Text)
    numbers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    details: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    unit_code: Mapped[str | None] = mapped_column(Text)
    way: Mapped[str | None] = mapped_column(Text)
    reverses_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("bank_bookings.id"))
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class BookingSighting(Model):
    """That a statement told a booking, in which place."""

    __tablename__ = "bank_sightings"
    __table_args__ = (Index("ix_bank_sightings_booking", "booking_id"),)

    statement_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bank_statements.id"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    booking_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bank_bookings.id"))


class MassScheme(Model):
    """How a bank makes the manager's virtual accounts: after the check digits `prefix` (8 to 20 digits), then the
    payer's id with zeros before it, 24 digits in all."""

    __tablename__ = "mass_schemes"
    __table_args__ = (CheckConstraint("prefix ~ '^[0-9]{8,20}$'", name="prefix"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    prefix: Mapped[str] = mapped_column(Text, unique=True)
    purpose: Mapped[str] = mapped_column(Text)
    main_account: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class KnownPayer(Model):
    """What a person's decision taught: whose money comes from an account (`payer`), or under a mass-payment id
    (`mass`), and for which unit."""

    __tablename__ = "known_payers"
    __table_args__ = (
        CheckConstraint("kind IN ('payer', 'mass')", name="kind"),
        Index("uq_known_payers", "kind", "value", unique=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    unit_code: Mapped[str] = mapped_column(Text)
    learned_by: Mapped[str] = mapped_column(Text)
    learned_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
