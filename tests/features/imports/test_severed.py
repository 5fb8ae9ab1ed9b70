"""Killed before or after any statement that it sends, an import leaves nothing or everything; run again it ends alike.

Every message of the import to PostgreSQL is a place to die at, not only those that chance finds (see `test_killed`).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config.settings import libpq_url
from tenants.db import db
from tests.factories import packages
from tests.features.imports.doing import books, imports, publish, scalar
from tests.features.imports.severing import COPY_DATA, Door
from tests.features.imports.test_killed import receive
from tests.worker.conftest import ended, process
from tests.worker.jobs import expire, row
from worker import entry
from worker.sweeps import sweep

#: Of 2, the first process dies before the first message, the next after it, the next before the third, and so on: what
#: the server was told differs in each of them. With 1 each message has both; that takes twice as long.
STRIDE = int(os.environ.get("IMPORT_STRIDE", "2"))


def ledger(path: Path, count: int) -> Path:
    """A package of nothing but the ledger, of its first `count` entries."""
    return packages.archive(path, {"ledger": packages.small()["ledger"][:count]})


class Case:
    """Books of one manager, and a package whose import is killed."""

    def __init__(self, app: Any, tenant: Any, folder: Path) -> None:
        self.app, self.tenant, self.folder = app, tenant, folder
        publish(app, tenant, packages.archive(folder / "0.zip", packages.small()))
        self.next = 0

    def run(self, at: int, *, after: bool) -> tuple[Door, bool]:
        """Import the next package in a process that dies at this message; the door, and whether it died."""
        self.next += 1
        _, job = receive(self.app, self.tenant, ledger(self.folder / "a.zip", 1 + self.next % 2))
        place = self.folder / str(self.next)
        place.mkdir()
        with self.app.app_context():
            door = Door(place, db.engines[None].url, at, after=after)

        def body() -> None:
            door.passes()
            entry.run(self.tenant.id, job)

        try:
            with process(self.app, body) as pid:
                door.strikes(pid)
                status = ended(pid, 30)
        finally:
            door.close()
        self.job = job
        self._wait_for_the_server(door.backends)
        return door, status != 0

    def again(self) -> None:
        """What the sweep and a worker make of it afterwards."""
        expire(self.app, self.tenant)
        with self.app.app_context():
            sweep(self.app)
            entry.run(self.tenant.id, self.job)
        assert row(self.app, self.tenant, self.job).state == "done"

    def revision(self) -> int:
        return int(scalar(self.app, self.tenant, "SELECT max(number) FROM revisions"))

    def _wait_for_the_server(self, backends: list[int]) -> None:
        with psycopg.connect(libpq_url(self.app.settings.database_url), autocommit=True) as owner:
            gone = "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = ANY(%s))"
            while not owner.execute(gone, (backends,)).fetchone()[0]:  # type: ignore[index]
                pass


@pytest.fixture
def case(app: Any, new_tenant: Callable[..., Any], tmp_path: Path) -> Case:
    return Case(app, new_tenant(post=False), tmp_path)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_every_statement(case: Case, after: bool) -> None:
    whole, died = case.run(0, after=after)
    assert not died and whole.count > 40, "the door sees no statements"
    assert any(sent[:1] == COPY_DATA for sent in whole.sent), "the door sees no rows"
    held, published = books(case.app, case.tenant), 0
    places = range(1, whole.count + 1, STRIDE)
    for at in places:
        revision = case.revision()
        door, died = case.run(at, after=after)
        where = f"at {at} of {whole.count}: {door.sent[-1][:80]!r}"
        assert died, where
        now, done = books(case.app, case.tenant), case.revision() > revision
        published += done
        assert (now == held) is not done, where
        case.again()
        held = books(case.app, case.tenant)
        wanted = packages.small()["ledger"][: 1 + case.next % 2]
        assert [line[0] for line in held["ledger"]] == sorted(str(line[0]) for line in wanted), where
        assert imports(case.app, case.tenant)[-1] == ("published", revision + 1), where
        assert scalar(case.app, case.tenant, "SELECT count(*) FROM stage_ledger") == 0, where
        assert now == held or not done, where
    assert 0 < published < len(places) / 2, "only at its end is an import published"
