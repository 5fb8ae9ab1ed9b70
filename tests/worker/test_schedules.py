"""Nightly work: due by the clock of Warsaw, started once whoever asks, caught up after a pause."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from app.core.clock import WARSAW
from worker import schedules
from worker.schedules import Nightly, claim_night, last_due


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 7, 1, 0, 29, tzinfo=UTC), date(2026, 6, 30)),  # 02:29 in summer
        (datetime(2026, 7, 1, 0, 30, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 1, 15, 1, 29, 59, tzinfo=UTC), date(2026, 1, 14)),  # 02:29:59 in winter
        (datetime(2026, 1, 15, 1, 30, tzinfo=UTC), date(2026, 1, 15)),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), date(2026, 3, 28)),  # 01:59, then comes 03:00
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), date(2026, 3, 29)),  # 03:30; 02:30 never was
        (datetime(2026, 10, 25, 0, 29, tzinfo=UTC), date(2026, 10, 24)),  # 02:29 the first time
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 1, 0, tzinfo=UTC), date(2026, 10, 25)),  # 02:00 the second time
        (datetime(2026, 10, 25, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2026, 12, 31)),  # 00:30 of the new year
    ],
)
def test_the_night_is_that_of_warsaw(moment: datetime, day: date) -> None:
    assert last_due(time(2, 30), moment).date() == day


def test_every_night_of_a_year_is_due_once() -> None:
    moment = datetime(2026, 1, 1, 12, tzinfo=UTC)
    nights = []
    for _ in range(366 * 96):
        moment += timedelta(minutes=15)
        due = last_due(time(2, 30), moment).date()
        if not nights or nights[-1] != due:
            nights.append(due)
    assert nights == sorted(set(nights)) and len(nights) == 367


def test_two_schedulers_start_it_once(app: Any) -> None:
    due = datetime(2031, 5, 5, 2, 30, tzinfo=WARSAW)

    def claim(_number: int) -> bool:
        with app.app_context():
            return claim_night("tests", due)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(claim, range(8))) == 1


def test_a_missed_night_is_caught_up_once(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[datetime] = []
    clock = [datetime(2032, 2, 3, 10, 0, tzinfo=UTC)]
    monkeypatch.setattr(schedules, "NIGHTLY", (Nightly("tests-late", time(2, 30), lambda _: ran.append(clock[0])),))
    monkeypatch.setattr(schedules, "now", lambda: clock[0])
    for hours in (0, 1, 5, 20, 96, 1):
        clock[0] += timedelta(hours=hours)
        schedules.tick(app)
    assert len(ran) == 3, "the first look, the next night, and once for four nights without a scheduler"


def test_one_schema_that_cannot_be_entered_does_not_stop_the_sweep(app: Any, new_tenant: Any) -> None:
    import psycopg

    from config.settings import libpq_url
    from tests.worker.jobs import brought_back, enqueue
    from worker import queues

    locked, other = new_tenant(), new_tenant()
    number = enqueue(app, other, "tests.note")
    with psycopg.connect(libpq_url(app.settings.database_url), autocommit=True) as owner:
        owner.execute(f"REVOKE {locked.schema} FROM osiedle_app".encode())
        try:
            queues.connection().flushall()
            assert brought_back(app, other, number)
        finally:
            owner.execute(f"GRANT {locked.schema} TO osiedle_app".encode())


def test_the_night_forgets_what_is_old_and_nothing_else(app: Any, tenant: Any) -> None:
    from sqlalchemy import text

    from app.core import throttle
    from tenants.context import bind
    from tenants.db import PLATFORM, db
    from tests.worker.jobs import enqueue
    from worker import sweeps

    with app.app_context():
        for key in ("tests:old", "tests:new"):
            throttle.count(key, 60)
        with db.engines[PLATFORM].begin() as connection:
            aged = "UPDATE platform.throttles SET started_at = now() - interval '25 hours' WHERE key = 'tests:old'"
            connection.execute(text(aged))
        old, kept = (enqueue(app, tenant, "tests.note", key) for key in ("old", "kept"))
        with bind(tenant):
            done = text("UPDATE jobs SET state = 'done', finished_at = now() - :days * interval '1 day' WHERE id = :id")
            for number, days in ((old, 8), (kept, 6)):
                db.session.execute(done, {"id": number, "days": days})
            db.session.commit()
        sweeps.tidy(app)
        with db.engines[PLATFORM].connect() as connection:
            left = connection.execute(text("SELECT key FROM platform.throttles WHERE key LIKE 'tests:%'")).scalars()
            assert list(left) == ["tests:new"]
        with bind(tenant):
            assert db.session.execute(text("SELECT id FROM jobs WHERE name = 'tests.note'")).scalars().all() == [kept]
