"""Invoices, receipts and notes of a site."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Identity, Index, Integer, Text, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Model


class WorksInvoice(Model):
    """What a document in the folder of invoices says (dokument faktura); sums in grosze, `nip` and `account` as digits.

    The document itself holds number, date, gross sum and day of payment, for lists of all kinds. `kind` is `invoice`,
    `bill`, `receipt` or `note`; `category` what the money was for. `version` grows with each change.
    """

    __tablename__ = "works_invoices"
    __table_args__ = (
        CheckConstraint("kind IN ('invoice', 'bill', 'receipt', 'note')", name="kind"),
        CheckConstraint("state IN ('new', 'checked', 'accepted', 'refused', 'paid')", name="state"),
        CheckConstraint("gross >= 0", name="gross"),
        Index("ix_works_invoices_site", "site_id", "issued_on"),
        Index("ix_works_invoices_seller", "site_id", "seller_key"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    document_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("works_documents.id", ondelete="CASCADE"), unique=True
    )
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_sites.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    seller: Mapped[str] = mapped_column(Text)
    seller_key: Mapped[str] = mapped_column(Text)
    nip: Mapped[str] = mapped_column(Text, server_default="")
    number: Mapped[str] = mapped_column(Text, server_default="")
    number_key: Mapped[str] = mapped_column(Text, server_default="")
    issued_on: Mapped[date] = mapped_column(Date)
    net: Mapped[int | None] = mapped_column(BigInteger)
    vat: Mapped[int | None] = mapped_column(BigInteger)
    gross: Mapped[int] = mapped_column(BigInteger)
    due_on: Mapped[date | None] = mapped_column(Date)
    account: Mapped[str] = mapped_column(Text, server_default="")
    category: Mapped[str] = mapped_column(Text)
    contract: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[str] = mapped_column(Text, server_default="new")
    reason: Mapped[str] = mapped_column(Text, server_default="")
    state_by: Mapped[str] = mapped_column(Text, server_default="")
    state_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    paid_on: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class WorksPlan(Model):
    """How much is planned for a category of spending on a site, in grosze."""

    __tablename__ = "works_plans"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_sites.id", ondelete="CASCADE"))
    category: Mapped[str] = mapped_column(Text)
    planned: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())

    __table_args__ = (
        CheckConstraint("planned >= 0", name="planned"),
        Index("ix_works_plans_site", "site_id", "category", unique=True),
    )
