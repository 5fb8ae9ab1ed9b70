"""Background work: a row written with its cause is the truth, Redis is only a doorbell.

At most one live row stands for a key; asking again while it runs makes it run once more. Bodies are plain
functions registered by features under `feature.verb`; they may run twice and must not mind.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, Identity, Index, Integer, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.core import work
from tenants.bound import is_bound
from tenants.db import PLATFORM, Model, PlatformModel, db

LANES = ("urgent", "normal", "bulk")


class JobColumns:
    """The columns of a job row, the same for a tenant and for the platform."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    args: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    lane: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    attempt: Mapped[int] = mapped_column(Integer, server_default="0")
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    again: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    run_after: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    lease_until: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805
        live = text("state IN ('waiting', 'running')")
        return (
            CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state"),
            CheckConstraint("lane IN ('urgent', 'normal', 'bulk')", name="lane"),
            Index(f"uq_{cls.__tablename__}_live", "name", "key", unique=True, postgresql_where=live),  # type: ignore[attr-defined]
            Index(f"ix_{cls.__tablename__}_due", "run_after", postgresql_where=live),  # type: ignore[attr-defined]
            *cls._extra_args(),
        )

    @classmethod
    def _extra_args(cls) -> tuple[Any, ...]:
        return ()


class Job(JobColumns, Model):
    """A piece of background work of one tenant."""

    __tablename__ = "jobs"


class PlatformJob(JobColumns, PlatformModel):
    """A piece of background work of the platform itself."""

    __tablename__ = "jobs"

    @classmethod
    def _extra_args(cls) -> tuple[Any, ...]:
        return ({"schema": PLATFORM},)


@dataclass(frozen=True, slots=True)
class Again:
    """What a body returns to be run again: at once (a turn is over) or after `seconds`."""

    seconds: float = 0


@dataclass(frozen=True, slots=True)
class Body:
    """A registered job: its function, whom it is for, and what a crash may cost.

    `parked(error=…, **args)` is told when the job is given up.
    """

    name: str
    run: Callable[..., Again | None]
    platform: bool
    bulk_transactions: bool
    max_failures: int
    parked: Callable[..., None] | None


_bodies: dict[str, Body] = {}


def job(
    name: str,
    *,
    platform: bool = False,
    bulk_transactions: bool = False,
    max_failures: int = 3,
    parked: Callable[..., None] | None = None,
) -> Callable[[Callable[..., Again | None]], Callable[..., Again | None]]:
    """Register the body of a job. `bulk_transactions` opens them without a statement time-out.

    After `max_failures` tries that each ended with their process, or an error nobody expects, the job is given up.
    """

    def register(function: Callable[..., Again | None]) -> Callable[..., Again | None]:
        _bodies[name] = Body(name, function, platform, bulk_transactions, max_failures, parked)
        return function

    return register


def body(name: str) -> Body:
    """The registered job of this name. Raises `KeyError`."""
    return _bodies[name]


def registered() -> dict[str, Body]:
    return dict(_bodies)


def enqueue(name: str, key: str, args: dict[str, Any] | None = None, *, lane: str = "normal", after: float = 0) -> int:
    """Ask for a job of the bound tenant, or of the platform when none is bound. Returns the row's id.

    Written in the caller's transaction; the ring leaves after the commit. `after` is in seconds.
    """
    if _bodies[name].platform == is_bound():
        raise ValueError(f"{name} is {'a platform' if is_bound() else 'a tenant'} job")
    table = "jobs" if is_bound() else f"{PLATFORM}.jobs"
    statement = text(
        f"INSERT INTO {table} AS j (name, key, args, lane, run_after) "
        "VALUES (:name, :key, CAST(:args AS jsonb), :lane, now() + :after * interval '1 second') "
        "ON CONFLICT (name, key) WHERE state IN ('waiting', 'running') DO UPDATE SET "
        "again = j.state = 'running', run_after = LEAST(j.run_after, EXCLUDED.run_after), args = EXCLUDED.args "
        "RETURNING id, attempt"
    )
    values = {"name": name, "key": key, "args": json.dumps(args or {}), "lane": lane, "after": after}
    bind = None if is_bound() else {"bind": db.engines[PLATFORM]}
    row = db.session.execute(statement, values, bind_arguments=bind or {}).one()
    if not after:
        work.ask(row.id, row.attempt, name, lane)
    return int(row.id)


def backoff(failures: int) -> timedelta:
    """How long to wait before the next try after a neighbour did not answer."""
    return timedelta(seconds=min(10 * 4 ** max(0, failures - 1), 3600))


class Night(PlatformModel):
    """That nightly work of this name was started for this night, by whichever scheduler was first."""

    __tablename__ = "nights"
    __table_args__ = ({"schema": PLATFORM},)

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    night: Mapped[date] = mapped_column(Date, primary_key=True)
