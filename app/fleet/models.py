"""What the platform knows of each manager without looking, what plans allow, and what staff of managers are told."""

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
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import PLATFORM, Model, PlatformModel


class TenantFigures(PlatformModel):
    """Figures of one manager as they were at `gathered_at`; written by a job of its own.

    Sizes are in bytes: `files_size` of what people handed over, `tables_size` of the schema. `letters_month` counts
    what mailouts send in the calendar month of `gathered_at` (Europe/Warsaw) by any channel; `letters_sent`,
    `letters_failed` (with those that came back) and `letters_held` are of the last seven days, `letters_waiting` of
    now. `failed_imports` counts those since the last good one. What begins with `hooks` is as in `hooks.health.Health`.
    """

    __tablename__ = "tenant_figures"
    __table_args__ = ({"schema": PLATFORM},)

    tenant_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(f"{PLATFORM}.tenants.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    gathered_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    units: Mapped[int] = mapped_column(Integer)
    accounts: Mapped[int] = mapped_column(Integer)
    staff: Mapped[int] = mapped_column(Integer)
    last_import_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    as_of: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    failed_imports: Mapped[int] = mapped_column(Integer)
    data_late: Mapped[bool] = mapped_column(Boolean)
    last_mailout_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    letters_month: Mapped[int] = mapped_column(Integer)
    letters_waiting: Mapped[int] = mapped_column(Integer)
    letters_since: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    letters_sent: Mapped[int] = mapped_column(Integer)
    letters_failed: Mapped[int] = mapped_column(Integer)
    letters_held: Mapped[int] = mapped_column(Integer)
    files_size: Mapped[int] = mapped_column(BigInteger)
    tables_size: Mapped[int] = mapped_column(BigInteger)
    jobs_waiting: Mapped[int] = mapped_column(Integer)
    jobs_since: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    jobs_running: Mapped[int] = mapped_column(Integer)
    jobs_failed: Mapped[int] = mapped_column(Integer)
    hooks: Mapped[int] = mapped_column(Integer, server_default="0")
    hooks_off: Mapped[int] = mapped_column(Integer, server_default="0")
    hooks_failing: Mapped[int] = mapped_column(Integer, server_default="0")
    hooks_failed: Mapped[int] = mapped_column(Integer, server_default="0")
    hooks_delivered_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    hooks_error_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    hooks_error: Mapped[str | None] = mapped_column(Text)
    hooks_host: Mapped[str | None] = mapped_column(Text)


class PlanLimits(PlatformModel):
    """What a plan is meant for; None is no limit. `plan` is empty for managers without one. `storage` is in bytes,
    `letters` are messages of mailouts a calendar month. Going beyond is told, and cuts nothing off."""

    __tablename__ = "plan_limits"
    __table_args__ = (
        CheckConstraint("units > 0", name="units"),
        CheckConstraint("storage > 0", name="storage"),
        CheckConstraint("letters > 0", name="letters"),
        {"schema": PLATFORM},
    )

    plan: Mapped[str] = mapped_column(Text, primary_key=True)
    units: Mapped[int | None] = mapped_column(Integer)
    storage: Mapped[int | None] = mapped_column(BigInteger)
    letters: Mapped[int | None] = mapped_column(Integer)
    changed_by: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class Notice(PlatformModel):
    """What operators tell the staff of managers (komunikat), from `starts_at` until `ends_at` (None: until withdrawn).

    `audience` is `all`, `kind` (then `kinds`) or `chosen` (then `tenants`, ids of the registry).
    """

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("importance IN ('info', 'warn', 'bad')", name="importance"),
        CheckConstraint("audience IN ('all', 'kind', 'chosen')", name="audience"),
        CheckConstraint("ends_at > starts_at", name="ends"),
        Index("ix_notices_starts_at", "starts_at"),
        {"schema": PLATFORM},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    importance: Mapped[str] = mapped_column(Text, server_default="info")
    audience: Mapped[str] = mapped_column(Text, server_default="all")
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    tenants: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))
    starts_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    ends_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    withdrawn_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class NoticeDismissal(Model):
    """That a member of staff has put away a notice of the platform, by the notice's public id."""

    __tablename__ = "notice_dismissals"
    __table_args__ = (UniqueConstraint("account_id", "notice"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"))
    notice: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
