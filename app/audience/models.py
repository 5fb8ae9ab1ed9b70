"""What the manager keeps of audiences."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Text, func
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import Model


class Estate(Model):
    """An estate (osiedle): a group of buildings under a name. `buildings` are codes of the books."""

    __tablename__ = "estates"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(Text, unique=True)
    buildings: Mapped[list[str]] = mapped_column(JSONB)
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
