"""Killed at any instant an import leaves nothing or everything; run again it ends as if nothing had happened."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.core import work
from app.imports import commands
from tenants.context import bind
from tests.factories import packages
from tests.features.imports.doing import ACTOR, books, imports, publish, query, scalar
from tests.worker.conftest import ended, process
from tests.worker.jobs import expire, row
from worker import entry, queues
from worker.sweeps import sweep

KILLS = int(os.environ.get("IMPORT_KILLS", "8"))
ROWS = 1500


def tables(price: int) -> dict[str, Any]:
    """The same units and a ledger that is all new, changed or withdrawn at another `price`."""
    small = packages.small()
    pattern = small["ledger"][1]
    ledger = [
        [f"{number}", *pattern[1:7], Decimal(price + number % 100) / 100, None, None, None]
        for number in range(price % 7, ROWS + price % 7)
    ]
    return {**small, "ledger": ledger, "control": [["obroty", ROWS, None]]}


def receive(app: Any, tenant: Any, path: Path) -> tuple[str, int]:
    """Hand a package over as the page does; its public id and its job."""
    with app.app_context(), bind(tenant):
        with path.open("rb") as source:
            public_id = commands.receive(ACTOR, source, path.name).public_id
        work.commit()
    return public_id, scalar(
        app, tenant, "SELECT id FROM jobs WHERE name = 'imports.run' AND key = :key", key=public_id
    )


def test_killed_at_random_instants(app: Any, new_tenant: Callable[..., Any], tmp_path: Path) -> None:
    tenant, seed = new_tenant(post=False), int(os.environ.get("IMPORT_SEED", time.time_ns() % 10**6))
    print(f"IMPORT_SEED={seed}")
    chance = random.Random(seed)
    publish(app, tenant, packages.archive(tmp_path / "0.zip", tables(1000)))
    before = books(app, tenant)
    length, midway = 0.5, 0
    for number in range(1, KILLS + 1):
        path = packages.archive(tmp_path / "next.zip", tables(1000 + 10 * number))
        _, job = receive(app, tenant, path)
        revision = scalar(app, tenant, "SELECT max(number) FROM revisions")
        with process(app, lambda job=job: entry.run(tenant.id, job)) as pid:  # type: ignore[misc]
            time.sleep(chance.uniform(0, length))
            ended(pid, 0, kill=signal.SIGKILL)
        _settled(app, tenant)
        now = books(app, tenant)
        done = scalar(app, tenant, "SELECT max(number) FROM revisions") > revision
        midway += scalar(app, tenant, "SELECT status FROM imports ORDER BY id DESC LIMIT 1") == "running"
        assert (now == before) is not done, f"seed {seed}, kill {number}"
        expire(app, tenant)
        started = time.monotonic()
        with process(app, lambda job=job: entry.run(tenant.id, job)) as pid:  # type: ignore[misc]
            assert ended(pid, 30) == 0
        length = max(0.2, time.monotonic() - started)
        assert row(app, tenant, job).state == "done"
        assert imports(app, tenant)[-1] == ("published", revision + 1)
        before = books(app, tenant)
        assert [line[7] for line in before["ledger"]] == _debits(1000 + 10 * number)
        assert scalar(app, tenant, "SELECT count(*) FROM stage_ledger") == 0
    print(f"{midway} of {KILLS} kills came midway")
    assert midway >= KILLS // 6


def test_a_killed_import_comes_back_through_the_sweep(
    app: Any, quiet_night: None, new_tenant: Callable[..., Any], tmp_path: Path, flask_command: Callable[..., Any]
) -> None:
    """Redis emptied, its process killed: the real scheduler and the real worker bring it to its end."""
    tenant = new_tenant(post=False)
    public_id, job = receive(app, tenant, packages.archive(tmp_path / "a.zip", tables(500)))
    with process(app, lambda: entry.run(tenant.id, job)) as pid:
        while row(app, tenant, job).state == "waiting":
            time.sleep(0.005)
        os.kill(pid, signal.SIGKILL)
    queues.connection().flushall()
    _settled(app, tenant)
    expire(app, tenant)
    flask_command("scheduler", "--once", check=True)
    flask_command("worker", "--burst", check=True)
    assert query(app, tenant, "SELECT public_id, status, revision FROM imports") == [(public_id, "published", 1)]
    assert len(books(app, tenant)["ledger"]) == ROWS


def test_an_import_that_kills_its_process_says_so(app: Any, new_tenant: Callable[..., Any], tmp_path: Path) -> None:
    tenant = new_tenant(post=False)
    _, job = receive(app, tenant, packages.archive(tmp_path / "a.zip", tables(500)))
    for attempt in (1, 2, 3):
        with process(app, lambda: entry.run(tenant.id, job)) as pid:
            while row(app, tenant, job).attempt < attempt:
                time.sleep(0.005)
            os.kill(pid, signal.SIGKILL)
        _settled(app, tenant)
        expire(app, tenant)
    with app.app_context():
        sweep(app)
        entry.run(tenant.id, job)
    assert row(app, tenant, job).state == "failed"
    assert imports(app, tenant) == [("failed", None)] and not any(books(app, tenant).values())


def test_a_killed_command_line_is_found_out_by_the_next_import(
    app: Any, new_tenant: Callable[..., Any], tmp_path: Path
) -> None:
    from tests.features.imports.doing import change

    tenant = new_tenant(post=False)
    path = packages.archive(tmp_path / "a.zip", tables(500))
    with process(app, lambda: publish(app, tenant, path)) as pid:
        while imports(app, tenant) != [("running", None)]:
            time.sleep(0.005)
        os.kill(pid, signal.SIGKILL)
    _settled(app, tenant)
    change(app, tenant, "UPDATE imports SET started_at = started_at - interval '2 minutes'")
    publish(app, tenant, path)
    assert imports(app, tenant) == [("failed", None), ("published", 1)]


def _debits(price: int) -> list[int]:
    """As `books` orders them: by the entry, which is text."""
    numbers = sorted(range(price % 7, ROWS + price % 7), key=str)
    return [price + number % 100 for number in numbers]


def _settled(app: Any, tenant: Any) -> None:
    """Wait until the server has ended what the dead process had begun."""
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 4217 AND objid = :id"
    while scalar(app, tenant, waiting, id=tenant.id):
        time.sleep(0.01)
