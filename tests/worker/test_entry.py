"""Rows of work: run once, again, later, given up; whatever Redis says and whoever dies."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from tests.worker.conftest import ended, process, until
from tests.worker.jobs import brought_back, enqueue, expire, notes, row
from worker import entry, queues, rows
from worker.sweeps import sweep


def run(app: Any, tenant: Any, number: int) -> None:
    with app.app_context():
        entry.run(tenant.id, number)


def test_a_bell_runs_its_row_once(app: Any, tenant: Any, burst: Callable[[], None]) -> None:
    number = enqueue(app, tenant, "tests.note")
    assert enqueue(app, tenant, "tests.note") == number
    assert queues.queue("normal").count >= 2
    burst()
    assert notes(app, tenant) == ["ran"]
    found = row(app, tenant, number)
    assert (found.state, found.attempt, found.error) == ("done", 1, None)
    run(app, tenant, number)
    assert notes(app, tenant) == ["ran"]
    assert enqueue(app, tenant, "tests.note") != number


def test_asking_while_it_runs_runs_it_once_more(app: Any, tenant: Any, burst: Callable[[], None]) -> None:
    number = enqueue(app, tenant, "tests.slow", seconds=0.3)
    with process(app, lambda: entry.run(tenant.id, number)) as pid:
        until(lambda: notes(app, tenant) == ["started"])
        for _ in range(3):
            assert enqueue(app, tenant, "tests.slow", seconds=0.0) == number
        assert row(app, tenant, number).again
        assert ended(pid, 5) == 0
    assert row(app, tenant, number).state == "waiting"
    burst()
    assert notes(app, tenant) == ["started", "ended"] * 2
    assert (row(app, tenant, number).state, row(app, tenant, number).attempt) == ("done", 2)


def test_a_neighbour_that_is_away_is_no_crash(app: Any, tenant: Any) -> None:
    number = enqueue(app, tenant, "tests.later")
    for attempt in range(1, 6):
        run(app, tenant, number)
        found = row(app, tenant, number)
        assert (found.state, found.failures, found.attempt) == ("waiting", attempt, attempt)
        expire(app, tenant)


def test_a_fault_of_ours_is_given_up_and_leaves_nothing(app: Any, tenant: Any) -> None:
    number = enqueue(app, tenant, "tests.broken")
    run(app, tenant, number)
    found = row(app, tenant, number)
    assert (found.state, found.error) == ("failed", "ValueError: a fault of ours")
    assert notes(app, tenant) == []


def test_a_lost_database_is_tried_again(app: Any, tenant: Any) -> None:
    number = enqueue(app, tenant, "tests.restarted")
    run(app, tenant, number)
    found = row(app, tenant, number)
    assert found.state == "waiting" and "OperationalError" in found.error


def test_what_kills_its_process_is_given_up_after_three(app: Any, tenant: Any) -> None:
    number = enqueue(app, tenant, "tests.deadly")
    for attempt in range(1, 5):
        with process(app, lambda: entry.run(tenant.id, number)) as pid:
            ended(pid, 5)
        assert row(app, tenant, number).attempt == attempt
        expire(app, tenant)
    found = row(app, tenant, number)
    assert (found.state, found.error) == ("failed", f"{rows.DIED} 3 times")
    assert notes(app, tenant) == ["buried"]
    assert not brought_back(app, tenant, number)


def test_the_loser_of_a_lease_cannot_write_the_outcome(app: Any, tenant: Any) -> None:
    number = enqueue(app, tenant, "tests.note")
    place = entry.Place(tenant)
    with app.app_context():
        with place.transaction() as connection:
            first = rows.claim(connection, place.table, number)
            assert rows.claim(connection, place.table, number) is None
        expire(app, tenant)
        with place.transaction() as connection:
            second = rows.claim(connection, place.table, number)
            assert first and second and second.died and second.failures == 1
            assert not rows.keep(connection, place.table, first)
            assert not rows.finish(connection, place.table, first)
            rows.park(connection, place.table, first, "too late")
            assert rows.keep(connection, place.table, second)
    assert row(app, tenant, number).state == "running"


@pytest.mark.parametrize("name", ["tests.unheard-of", "tests.platform"])
def test_a_row_that_no_body_fits_is_given_up(app: Any, tenant: Any, name: str) -> None:
    from tests.features.imports.doing import change, scalar

    change(app, tenant, f"INSERT INTO jobs (name, key, lane) VALUES ('{name}', 'k', 'normal')")
    number = scalar(app, tenant, "SELECT id FROM jobs WHERE name = :name", name=name)
    run(app, tenant, number)
    assert row(app, tenant, number).state == "failed"


def test_unknown_and_suspended_tenants_are_not_served(app: Any, new_tenant: Callable[..., Any]) -> None:
    from app.core import work
    from app.core.actor import system
    from app.operators.commands import suspend

    tenant = new_tenant()
    number = enqueue(app, tenant, "tests.note")
    with app.app_context():
        entry.run(987654, number)
        suspend(system("tests"), tenant.slug, "nie płaci")
        work.commit()
        entry.run(tenant.id, number)
    queues.connection().flushall()
    assert not brought_back(app, tenant, number)
    found = row(app, tenant, number)
    assert (found.state, found.attempt) == ("waiting", 0) and notes(app, tenant) == []


def test_a_tenant_behind_this_code_waits_with_its_work_and_is_served_after_migration(app: Any, tenant: Any) -> None:
    from sqlalchemy import text

    from tenants.db import PLATFORM, db
    from tenants.migrating import head_revision

    def stands_at(revision: str) -> None:
        with app.app_context(), db.engines[PLATFORM].begin() as connection:
            statement = text("UPDATE platform.tenants SET revision = :revision WHERE id = :id")
            connection.execute(statement, {"revision": revision, "id": tenant.id})

    number = enqueue(app, tenant, "tests.note")
    stands_at("long ago")
    run(app, tenant, number)
    assert (row(app, tenant, number).state, row(app, tenant, number).attempt) == ("waiting", 0)
    stands_at(head_revision())
    run(app, tenant, number)
    assert row(app, tenant, number).state == "done"


def test_nothing_is_rung_for_what_was_rolled_back(app: Any, tenant: Any, context: Any) -> None:
    from app.core import work
    from app.core.jobs import enqueue as ask
    from tenants.context import bind
    from tenants.db import db

    with bind(tenant):
        ask("tests.note", "a")
        work.rollback()
        assert queues.queue("normal").count == 0
        savepoint = db.session.begin_nested()
        ask("tests.note", "b")
        savepoint.rollback()
        ask("tests.note", "c")
        assert queues.queue("normal").count == 0
        work.commit()
    # The bell of the savepoint finds no row.
    assert 1 <= queues.queue("normal").count <= 2


def test_the_sweep_rings_for_what_redis_forgot(app: Any, tenant: Any, burst: Callable[[], None]) -> None:
    number = enqueue(app, tenant, "tests.note")
    queues.connection().flushall()
    assert brought_back(app, tenant, number)
    assert sweep(app) == 0
    burst()
    assert row(app, tenant, number).state == "done" and notes(app, tenant) == ["ran"]


def test_a_bell_that_failed_before_its_claim_is_rung_again(app: Any, tenant: Any) -> None:
    """RQ keeps what failed; the sweep must not take that for a bell that is still waiting."""
    from rq.job import Job

    number = enqueue(app, tenant, "tests.note")
    queue = queues.queue("normal")
    bell = Job.fetch(f"{tenant.schema}-{number}-0", connection=queues.connection(), serializer=queue.serializer)
    queue.remove(bell)
    assert queues.connection().exists(bell.key)
    assert brought_back(app, tenant, number)


def test_a_bell_that_another_worker_put_away_is_no_failure(
    app: Any, tenant: Any, burst: Callable[[], None], capfd: pytest.CaptureFixture[str]
) -> None:
    number = enqueue(app, tenant, "tests.put_away", bell=f"{tenant.schema}-1-0")
    assert number == 1
    burst()
    assert row(app, tenant, number).state == "done" and notes(app, tenant) == ["ran"]
    assert "Traceback" not in capfd.readouterr().err
    assert not list(queues.queue("normal").failed_job_registry.get_job_ids())
    assert not list(queues.queue("normal").started_job_registry.get_job_ids(cleanup=False))


def test_a_killed_horse_is_followed_by_another(app: Any, tenant: Any) -> None:
    from worker import processes

    number = enqueue(app, tenant, "tests.slow", seconds=30)
    with process(app, lambda: processes.work(app, 1)) as pid:
        until(lambda: notes(app, tenant) == ["started"])
        (horse,) = _children(pid)
        os.kill(horse, signal.SIGKILL)
        from tests.features.imports.doing import change

        change(app, tenant, "UPDATE jobs SET args = '{\"seconds\": 0}'")
        expire(app, tenant)
        sweep(app)
        until(lambda: row(app, tenant, number).state == "done")
    assert notes(app, tenant) == ["started", "started", "ended"]
    assert row(app, tenant, number).attempt == 2


def test_a_killed_worker_is_followed_by_another(app: Any, tenant: Any, burst: Callable[[], None]) -> None:
    from tests.features.imports.doing import change
    from worker import processes

    number = enqueue(app, tenant, "tests.slow", seconds=30)
    with process(app, lambda: processes.work(app, 1)) as pid:
        until(lambda: notes(app, tenant) == ["started"])
        (horse,) = _children(pid)
        os.kill(pid, signal.SIGKILL)
        os.kill(horse, signal.SIGKILL)
    change(app, tenant, "UPDATE jobs SET args = '{\"seconds\": 0}'")
    assert not brought_back(app, tenant, number), "its lease still holds"
    expire(app, tenant)
    assert brought_back(app, tenant, number)
    burst()
    assert row(app, tenant, number).state == "done"


def test_an_urgent_job_does_not_wait_for_anothers_mass(app: Any, tenant: Any, new_tenant: Callable[..., Any]) -> None:
    import time

    from worker import processes

    other = new_tenant()
    mass = enqueue(app, tenant, "tests.turns", lane="bulk", count=12, seconds=0.15)
    with process(app, lambda: processes.work(app, 1)) as pid:
        until(lambda: len(notes(app, tenant)) >= 2)
        asked = time.monotonic()
        enqueue(app, other, "tests.note", lane="urgent")
        until(lambda: notes(app, other) == ["ran"])
        assert time.monotonic() - asked < 2 and len(notes(app, tenant)) < 12
        until(lambda: row(app, tenant, mass).state == "done", 20)
        os.kill(pid, signal.SIGTERM)
        assert ended(pid, 10) == 0
    assert notes(app, tenant) == ["turn"] * 12


def _children(pid: int) -> list[int]:
    from pathlib import Path

    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
