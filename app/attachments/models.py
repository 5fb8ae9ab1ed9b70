"""Files as they lie in the storage; who refers to them, and under which name, stands in the features' own tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import Model


class StoredFile(Model):
    """The bytes of a file (załącznik), once however often it was handed over; they lie under the public id.

    `size` is in bytes. `verdict` is what the virus scanner said: `clean`, `infected`, or `unchecked` where none is
    configured. `pages` are those of which there are pictures; None until it has been looked at. `kept_at` is when
    somebody handed it over last.
    """

    __tablename__ = "stored_files"
    __table_args__ = (
        UniqueConstraint("sha256", "content_type"),
        CheckConstraint("verdict IN ('unchecked', 'clean', 'infected')", name="verdict"),
        CheckConstraint("size > 0", name="size"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    content_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    verdict: Mapped[str] = mapped_column(Text, server_default="unchecked")
    pages: Mapped[int | None] = mapped_column(Integer)
    kept_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class StoredWords(Model):
    """The words of a stored file, as far as there are any, for looking it through before many may read it."""

    __tablename__ = "stored_words"

    file_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("stored_files.id", ondelete="CASCADE"), primary_key=True
    )
    words: Mapped[str] = mapped_column(Text)
    read_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
