"""What came by mail to one tenant's addresses. The letters themselves lie with the feature that took them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Model


class IncomingMail(Model):
    """A letter (list przychodzący) that came to an address, once however often it was handed over.

    `about` is the public id that the address carries; `key` tells letters apart: their Message-ID, or a hash of the
    whole. `outcome` is `taken`, `ignored`, `refused`, or a word of the feature; `reason` says why. `size` is in bytes.
    """

    __tablename__ = "incoming_mail"
    __table_args__ = (
        UniqueConstraint("prefix", "about", "key"),
        Index("ix_incoming_mail_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    prefix: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    sender: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
