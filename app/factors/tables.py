"""Columns of the tables in which factors are kept: once for accounts of managers, once for operators.

The owner's column is `owner_id` in all of them; each table says whose id that is.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Identity, LargeBinary, Text, func, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id


class TotpColumns:
    """An authenticator application. It counts once `confirmed_at` is set; before, it waits for its first code.

    `sealed` is its key, encrypted; `last_counter` the 30-second step of the last code that was used.
    """

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    last_counter: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    confirmed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class PasskeyColumns:
    """A passkey: the authenticator's id of it and its public key. `transports` are words with commas."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(Text)
    credential: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    transports: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    used_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class RecoveryColumns:
    """A recovery code, as its digest. It works while `used_at` is empty."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code_digest: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    used_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class ChallengeColumns:
    """What a browser of one session was asked to sign, for one purpose. The row goes with the first answer."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    purpose: Mapped[str] = mapped_column(Text)
    challenge: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
