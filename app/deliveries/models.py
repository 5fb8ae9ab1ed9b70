"""Seals of the register of deliveries: a chain of hashes over its events."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import PLATFORM, Model, PlatformModel


class DeliverySeal(Model):
    """The place of one event in the chain: `hash` covers the event and the hash of `sequence - 1`."""

    __tablename__ = "delivery_seals"
    __table_args__ = ({"info": {"grants": ["REVOKE UPDATE, DELETE ON {table} FROM {role}"]}},)

    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class DeliveryHead(PlatformModel):
    """How long a tenant's register was when it was last sealed, kept out of reach of the tenant's role."""

    __tablename__ = "delivery_heads"
    __table_args__ = ({"schema": PLATFORM},)

    tenant_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
