"""Operators' logins and sessions, in schema `platform`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
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

from app.factors.tables import ChallengeColumns, PasskeyColumns, RecoveryColumns, TotpColumns
from tenants.db import PLATFORM, PlatformModel


class Operator(PlatformModel):
    """A person who works for the platform."""

    __tablename__ = "operators"
    __table_args__ = ({"schema": PLATFORM},)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    email: Mapped[str] = mapped_column(Text, unique=True)
    password_hash: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class OperatorSession(PlatformModel):
    """A browser in which an operator is logged in; `waits_for` and `proven_at` as in the sessions of accounts."""

    __tablename__ = "operator_sessions"
    __table_args__ = ({"schema": PLATFORM},)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    secret_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    operator_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(f"{PLATFORM}.operators.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    address: Mapped[str | None] = mapped_column(Text)
    agent: Mapped[str | None] = mapped_column(Text)
    waits_for: Mapped[str | None] = mapped_column(Text)
    proven_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class OperatorTotp(TotpColumns, PlatformModel):
    """An authenticator application of an operator."""

    __tablename__ = "operator_totp"
    __table_args__ = (Index("ix_operator_totp_owner", "owner_id"), {"schema": PLATFORM})

    owner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(f"{PLATFORM}.operators.id", ondelete="CASCADE"))


class OperatorPasskey(PasskeyColumns, PlatformModel):
    """A passkey of an operator."""

    __tablename__ = "operator_passkeys"
    __table_args__ = (Index("ix_operator_passkeys_owner", "owner_id"), {"schema": PLATFORM})

    owner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(f"{PLATFORM}.operators.id", ondelete="CASCADE"))


class OperatorRecoveryCode(RecoveryColumns, PlatformModel):
    """A recovery code of an operator."""

    __tablename__ = "operator_recovery_codes"
    __table_args__ = (
        Index("uq_operator_recovery_codes", "owner_id", "code_digest", unique=True),
        {"schema": PLATFORM},
    )

    owner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(f"{PLATFORM}.operators.id", ondelete="CASCADE"))


class OperatorChallenge(ChallengeColumns, PlatformModel):
    """A challenge for an operator's passkey, bound to the session that asked for it."""

    __tablename__ = "operator_challenges"
    __table_args__ = (
        CheckConstraint("purpose IN ('create', 'enter')", name="purpose"),
        Index("ix_operator_challenges_session", "session_id"),
        {"schema": PLATFORM},
    )

    session_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(f"{PLATFORM}.operator_sessions.id", ondelete="CASCADE")
    )


class Opening(PlatformModel):
    """An operator's order to open a manager, carried out by a worker. `outcome` says why it was refused.

    `state` goes ordered → opened (in the transaction that made the tenant) → done (the first letter is in the
    outbox), or ordered → refused. Only one live order may stand for a slug.
    With `trial` the manager begins with a trial.
    """

    __tablename__ = "openings"
    __table_args__ = (
        CheckConstraint("state IN ('ordered', 'opened', 'done', 'refused')", name="state"),
        Index("uq_openings_live", "slug", unique=True, postgresql_where=text("state = 'ordered'")),
        {"schema": PLATFORM},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    slug: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    admin_email: Mapped[str] = mapped_column(Text)
    ordered_by: Mapped[str] = mapped_column(Text)
    ordered_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    state: Mapped[str] = mapped_column(Text, server_default="ordered")
    outcome: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    schema: Mapped[str | None] = mapped_column(Text)
    finished_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    trial: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
