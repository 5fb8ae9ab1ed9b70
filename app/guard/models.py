"""What people decided about warnings before publishing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, Text, func
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import Model


class GuardDecision(Model):
    """Somebody has seen the warnings and published all the same; never changed nor deleted.

    `subject` is `kind:public id` of what was published. `findings` is a list of `{"kind", "place", "found"}`, where
    `found` is masked, so that the decision is no second copy of what it is about.
    """

    __tablename__ = "guard_decisions"
    __table_args__ = (
        Index("ix_guard_decisions_subject", "subject"),
        {"info": {"grants": ["REVOKE UPDATE, DELETE ON {table} FROM {role}"]}},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    subject: Mapped[str] = mapped_column(Text)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
