"""Tables of the calendar."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, LargeBinary, false, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Model


class CalendarFeed(Model):
    """The private link under which an account's calendar is read without logging in: at most one, by its digest.

    `amounts` and `allowances` say whether sums, and ends of the account's own housing allowances, are in it.
    """

    __tablename__ = "calendar_feeds"

    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    amounts: Mapped[bool] = mapped_column(Boolean, server_default=false())
    allowances: Mapped[bool] = mapped_column(Boolean, server_default=false())
    made_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
