"""Nightly and periodic work, as data, on the clock of Europe/Warsaw.

Each period of each entry runs once, also with two schedulers: the period is the job's key, and a row in the
platform's log of schedules is unique. What was missed while the scheduler was off is caught up once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import structlog
from flask import Flask
from sqlalchemy import text

from app.core.clock import WARSAW, local, now
from tenants.db import PLATFORM, db
from worker import sweeps

log = structlog.get_logger("osiedle.scheduler")


@dataclass(frozen=True, slots=True)
class Nightly:
    """Work of every night at a local time."""

    name: str
    at: time
    run: Callable[[Flask], object]


NIGHTLY = (
    Nightly("tidy", time(2, 30), sweeps.tidy),
    Nightly("closings", time(3, 0), sweeps.close),
    Nightly("retention", time(3, 30), sweeps.forget),
    Nightly("domains", time(4, 0), sweeps.check_domains),
    Nightly("figures", time(5, 0), sweeps.measure),
    Nightly("billing", time(6, 0), sweeps.bill),
    Nightly("reminders", time(8, 0), sweeps.remind),
)
SWEEP_SECONDS = 15
# every ten minutes: letters that no drain knows of, as after a manager is resumed, seals of the audit log, late data
OUTBOX_ROUNDS = 40
MAILBOX_ROUNDS = 4  # every minute


def last_due(at: time, moment: datetime) -> datetime:
    """The newest moment not after `moment` at which a nightly entry was due; right across both changes of clock."""
    today = local(moment).date()
    # Compared as moments, for in the night of the change of clock the same time of day comes twice or never.
    due = datetime.combine(today, at, WARSAW)
    return due if due.astimezone(UTC) <= moment else datetime.combine(today - timedelta(days=1), at, WARSAW)


def claim_night(name: str, due: datetime) -> bool:
    """True for exactly one caller for each period."""
    with db.engines[PLATFORM].begin() as connection:
        return bool(
            connection.execute(
                text("INSERT INTO platform.nights (name, night) VALUES (:name, :night) ON CONFLICT DO NOTHING"),
                {"name": name, "night": due.date()},
            ).rowcount
        )


def tick(app: Flask, number: int = 0) -> None:
    """One round: the sweeps, then whatever is due tonight. `number` counts the rounds of this scheduler."""
    sweeps.sweep(app)
    if number % OUTBOX_ROUNDS == 0:
        sweeps.wake_outboxes(app)
    if number % MAILBOX_ROUNDS == 0:
        sweeps.read_mailbox(app)
    sweeps.watch_imports(app, thoroughly=number % OUTBOX_ROUNDS == 0)
    with app.app_context():
        due = [entry for entry in NIGHTLY if claim_night(entry.name, last_due(entry.at, now()))]
    for entry in due:
        log.info("nightly", name=entry.name)
        entry.run(app)
