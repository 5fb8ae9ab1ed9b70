"""Invitations of outside persons, and the browsers in which they came in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import Model


class WorksGuest(Model):
    """An invitation (zaproszenie) of one e-mail address to one thing of a site.

    `subject_kind` is `letter` or `document`, whose id is `subject_id`, or `folder`, whose key is `folder`. `ability` is
    `read` or `add`. Of the link's secret only the digest is kept. One that is good for `once` dies with its first
    entry (`used_at`). `ended_why` is `revoked`, `expired` or `used`. The inviter is an account: a member of the site,
    or staff (`by_staff`).
    """

    __tablename__ = "works_guests"
    __table_args__ = (
        CheckConstraint("subject_kind IN ('letter', 'document', 'folder')", name="subject_kind"),
        CheckConstraint("ability IN ('read', 'add')", name="ability"),
        CheckConstraint("(subject_kind = 'folder') = (subject_id IS NULL)", name="subject"),
        CheckConstraint("(ended_at IS NULL) = (ended_why IS NULL)", name="ended"),
        UniqueConstraint("account_id", "form_key"),
        Index("ix_works_guests_site", "site_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_sites.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, server_default="")
    word: Mapped[str] = mapped_column(Text, server_default="")
    subject_kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    folder: Mapped[str] = mapped_column(Text, server_default="")
    label: Mapped[str] = mapped_column(Text)
    ability: Mapped[str] = mapped_column(Text)
    once: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    secret_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"))
    invited_by: Mapped[str] = mapped_column(Text)
    by_staff: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    form_key: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    asked_account_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    ended_why: Mapped[str | None] = mapped_column(Text)


class WorksGuestVisit(Model):
    """A browser that asked for a code, and came in with it. Of cookie and code only digests are kept.

    The cookie is another one from the moment of coming in, so one planted before is worth nothing.
    """

    __tablename__ = "works_guest_visits"
    __table_args__ = (Index("ix_works_guest_visits_guest", "guest_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    guest_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_guests.id", ondelete="CASCADE"))
    browser_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    code_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_until: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    asked_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    came_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    seen_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    read_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
