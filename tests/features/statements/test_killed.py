"""A file that is handed over twice, at once, or whose worker is killed at any instant, counts once."""

from __future__ import annotations

import io
import os
import random
import signal
import threading
import time
from pathlib import Path
from typing import Any

from app.core import work
from app.statements.commands import taking
from tenants.context import bind
from tests.features.imports.doing import query, scalar
from tests.features.statements import banks
from tests.features.statements.banks import Move
from tests.features.statements.doing import ACCOUNTS, ACTOR, credited, publish_books
from tests.worker.conftest import ended, process
from tests.worker.jobs import expire
from worker import entry

KILLS = int(os.environ.get("BANK_KILLS", "4"))
PAID = [Move(45000 + at, target=ACCOUNTS["L1"], title=f"Wpłata {at}") for at in range(150)]


def queued(app: Any, tenant: Any, content: bytes) -> int:
    """Hand a file over as the page does; its job."""
    with app.app_context(), bind(tenant):
        public_id = taking.receive(ACTOR, io.BytesIO(content), "wyciag.sta").public_id
        work.commit()
    return int(scalar(app, tenant, "SELECT id FROM jobs WHERE name = 'statements.read' AND key = :key", key=public_id))


def test_killed_at_any_instant_a_file_counts_whole_or_not_at_all(app: Any, tenant: Any, tmp_path: Path) -> None:
    publish_books(app, tenant, tmp_path / "first")
    seed = int(os.environ.get("BANK_SEED", time.time_ns() % 10**6))
    print(f"BANK_SEED={seed}")
    chance, length, before = random.Random(seed), 0.6, 0
    for number in range(1, KILLS + 1):
        moves = [Move(m.amount, m.on, f"{m.title} nr {number}", m.name, m.payer, m.target) for m in PAID]
        job = queued(app, tenant, banks.pko(moves))
        with process(app, lambda job=job: entry.run(tenant.id, job)) as pid:  # type: ignore[misc]
            time.sleep(chance.uniform(0, length))
            ended(pid, 0, kill=signal.SIGKILL)
        until_settled(app, tenant)
        assert len(credited(app, tenant)) in (before, before + len(PAID)), f"seed {seed}, kill {number}"
        expire(app, tenant)
        started = time.monotonic()
        with process(app, lambda job=job: entry.run(tenant.id, job)) as pid:  # type: ignore[misc]
            assert ended(pid, 60) == 0
        length = max(0.2, time.monotonic() - started)
        before += len(PAID)
        assert len(credited(app, tenant)) == before
    assert query(app, tenant, "SELECT DISTINCT status FROM bank_files") == [("done",)]


def until_settled(app: Any, tenant: Any) -> None:
    """Wait until the server has noticed that nobody is there any more."""
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid IN (4218, 4219) AND objid = :id"
    while scalar(app, tenant, held, id=tenant.id):
        time.sleep(0.01)


def test_the_same_file_taken_by_two_workers_at_once_counts_once(app: Any, tenant: Any, tmp_path: Path) -> None:
    publish_books(app, tenant, tmp_path / "first")
    jobs = [queued(app, tenant, banks.pko(PAID[:20])) for _ in range(2)]
    ran = [threading.Thread(target=_run, args=(app, tenant, job)) for job in jobs]
    for thread in ran:
        thread.start()
    for thread in ran:
        thread.join()
    assert len(credited(app, tenant)) == 20
    told = query(app, tenant, "SELECT report->>'status' FROM bank_files ORDER BY 1")
    assert told == [("published",), ("unchanged",)]


def _run(app: Any, tenant: Any, job: int) -> None:
    with app.app_context():
        entry.run(tenant.id, job)
