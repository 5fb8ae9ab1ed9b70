"""Second factors of a manager's accounts."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.factors.tables import ChallengeColumns, PasskeyColumns, RecoveryColumns, TotpColumns
from tenants.db import Model


class AccountTotp(TotpColumns, Model):
    """An authenticator application of an account."""

    __tablename__ = "account_totp"
    __table_args__ = (Index("ix_account_totp_owner", "owner_id"),)

    owner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"))


class AccountPasskey(PasskeyColumns, Model):
    """A passkey of an account."""

    __tablename__ = "account_passkeys"
    __table_args__ = (Index("ix_account_passkeys_owner", "owner_id"),)

    owner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"))


class AccountRecoveryCode(RecoveryColumns, Model):
    """A recovery code of an account."""

    __tablename__ = "account_recovery_codes"
    __table_args__ = (Index("uq_account_recovery_codes", "owner_id", "code_digest", unique=True),)

    owner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"))


class AccountChallenge(ChallengeColumns, Model):
    """A challenge for a passkey, bound to the session that asked for it."""

    __tablename__ = "account_challenges"
    __table_args__ = (
        CheckConstraint("purpose IN ('create', 'enter')", name="purpose"),
        Index("ix_account_challenges_session", "session_id"),
    )

    session_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account_sessions.id", ondelete="CASCADE"))
