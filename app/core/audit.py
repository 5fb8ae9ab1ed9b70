"""The audit log: who did what to what, written in the transaction that did it.

A tenant's log lies in its schema, and its role may add and read but neither change nor delete. What operators
do is written to the platform's own log.
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.actor import Actor
from tenants.bound import is_bound
from tenants.db import PLATFORM, Model, PlatformModel, db


class AuditColumns:
    """The columns of one line of an audit log."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.clock_timestamp())
    actor_kind: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    address: Mapped[str | None] = mapped_column(Text)


class AuditEntry(AuditColumns, Model):
    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_at", "at"),
        {"info": {"grants": ["REVOKE UPDATE, DELETE ON {table} FROM {role}"]}},
    )


class PlatformAuditEntry(AuditColumns, PlatformModel):
    __tablename__ = "audit_entries"
    __table_args__ = ({"schema": PLATFORM},)


_visitor: ContextVar[str | None] = ContextVar("osiedle_visitor", default=None)


def comes_from(address: str | None) -> None:
    """Say from which network address the work that follows was asked for; None for nobody's."""
    _visitor.set(address)


def record(actor: Actor, action: str, subject: str, **detail: Any) -> None:
    """Add a line to the log of the bound tenant, or of the platform when none is bound.

    `detail` says what changed; a change of a value is `before={field: old}, after={field: new}`, never a secret.
    The address is the actor's, failing that the visitor's whose request this is.
    """
    entry = AuditEntry if is_bound() else PlatformAuditEntry
    db.session.add(
        entry(
            actor_kind=actor.kind,
            actor=actor.login,
            action=action,
            subject=subject,
            detail=detail,
            address=actor.address or _visitor.get(),
        )
    )
