"""Sites of building works, and who takes part in them."""

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
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import Model


class WorksSite(Model):
    """A building site (budowa) and its space. `buildings` are codes of the books; none for a site of its own.

    `invoice_…` is to whom invoices are made out (NIP as 10 digits), `directions` how to get there (dojazd), `version`
    grows with each change. A `closed` site is read, never changed.
    """

    __tablename__ = "works_sites"
    __table_args__ = (CheckConstraint("state IN ('open', 'closed')", name="state"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(Text)
    buildings: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    state: Mapped[str] = mapped_column(Text, server_default="open")
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    about: Mapped[str] = mapped_column(Text, server_default="")
    street: Mapped[str] = mapped_column(Text, server_default="")
    postcode: Mapped[str] = mapped_column(Text, server_default="")
    city: Mapped[str] = mapped_column(Text, server_default="")
    directions: Mapped[str] = mapped_column(Text, server_default="")
    invoice_name: Mapped[str] = mapped_column(Text, server_default="")
    invoice_nip: Mapped[str] = mapped_column(Text, server_default="")
    invoice_address: Mapped[str] = mapped_column(Text, server_default="")
    invoice_email: Mapped[str] = mapped_column(Text, server_default="")
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class WorksMember(Model):
    """An account that takes part in a site (uczestnik budowy), with its role there and firm.

    `rights` are values of `rules.Right`. Who left keeps the row, so that what they wrote keeps its author.
    """

    __tablename__ = "works_members"
    __table_args__ = (
        UniqueConstraint("site_id", "account_id"),
        CheckConstraint(
            "duty IN ('owner', 'inspector', 'architect', 'manager', 'contractor', 'subcontractor', 'estimator', "
            "'secretariat', 'other')",
            name="duty",
        ),
        Index("ix_works_members_account", "account_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_sites.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    firm: Mapped[str] = mapped_column(Text, server_default="")
    duty: Mapped[str] = mapped_column(Text)
    rights: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    joined_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    left_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class WorksEvent(Model):
    """What happened on a site, for its members to read: who, what, about which thing. Rows are added only.

    `verb` is such as `document.filed`; its words are `app.works.log.WORDS`. `subject` is `kind:public id`, `label` how
    the thing was called then. `author` is the name of a member, of staff or of a guest.
    """

    __tablename__ = "works_events"
    __table_args__ = (
        Index("ix_works_events_site", "site_id", "id"),
        Index("ix_works_events_subject", "subject"),
        {"info": {"grants": ["REVOKE UPDATE ON {table} FROM {role}"]}},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_sites.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.clock_timestamp())
    author: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    guest_id: Mapped[int | None] = mapped_column(BigInteger)
    verb: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text, server_default="")
