"""Operators see how far the schemas of all managers are, and have a worker go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tenants.migrating import head_revision


@pytest.fixture
def broken(platform: Any, new_tenant: Any) -> Iterator[Any]:
    """A manager on a revision that nobody knows."""
    tenant = new_tenant(name="SM „Zepsuta”")
    platform("UPDATE platform.tenants SET revision = 'x', migration_error = :e WHERE id = :id", id=tenant.id,
             e="relation exists\nline two")  # fmt: skip
    yield tenant
    platform("DELETE FROM platform.jobs WHERE name = 'fleet.migrate'")
    platform(
        "UPDATE platform.tenants SET revision = :r, migration_error = NULL WHERE id = :id",
        id=tenant.id, r=head_revision(),
    )  # fmt: skip


def press(console: Any, canaries: str = "") -> Any:
    console.get("/migrations")
    assert console.post("/migrations", canaries=canaries).status_code == 303
    return console.get("/migrations")


def test_the_page_says_who_waits_and_why_and_a_worker_goes_on(
    console: Any, platform: Any, broken: Any, app: Any
) -> None:
    from worker import entry

    page = console.get("/migrations").text
    assert "SM „Zepsuta”" in page and "relation exists" in page and "line two" not in page
    assert "przerwa" in page and head_revision() in page
    assert "Aktualizacja zaraz się zacznie" in press(console).text
    assert "czeka na wolny proces" in console.get("/migrations/progress").text
    ((job, args),) = platform("SELECT id, args FROM platform.jobs WHERE name = 'fleet.migrate' AND state = 'waiting'")
    assert args["by"].startswith("operator")
    with app.app_context():
        entry.run(None, job)
    ((state, total, failed),) = platform(
        "SELECT finished_at IS NOT NULL, total > 0, failed FROM platform.migration_runs ORDER BY id DESC LIMIT 1"
    )
    assert (state, total, failed) == (True, True, 1)
    page = console.get("/migrations").text
    assert "unknown revision" in page and "z błędami" in page and "Wznów aktualizację" in page
    assert "Zlecono aktualizację" in console.get("/audit").text


def test_operators_choose_who_goes_first(console: Any, platform: Any, broken: Any, new_tenant: Any, app: Any) -> None:
    from worker import entry

    other = new_tenant()
    assert "Nie ma zarządcy o subdomenie" in press(console, "nobody-here").text
    assert "Nie ma zarządcy" in press(console, "a" * 10_000).text
    assert platform("SELECT count(*) FROM platform.jobs WHERE name = 'fleet.migrate' AND state = 'waiting'") == [(0,)]
    assert "Aktualizacja zaraz się zacznie" in press(console, f" {broken.slug.upper()},{broken.slug}\n").text
    ((job, args),) = platform("SELECT id, args FROM platform.jobs WHERE name = 'fleet.migrate' AND state = 'waiting'")
    assert args["canaries"] == [broken.slug]
    platform("UPDATE platform.tenants SET revision = 'y' WHERE id = :id", id=other.id)
    with app.app_context():
        entry.run(None, job)
    ((failed, held, total),) = platform(
        "SELECT failed, held, total FROM platform.migration_runs ORDER BY id DESC LIMIT 1"
    )
    assert (failed, held) == (1, total - 1), "the one that was chosen failed, so nobody else was touched"
    page = console.get("/migrations").text
    assert "z błędami" in page and other.name in page and "Wznów aktualizację" in page
    assert platform("SELECT migration_error FROM platform.tenants WHERE id = :id", id=other.id) == [(None,)]
    platform("UPDATE platform.tenants SET revision = :r WHERE id = :id", r=head_revision(), id=other.id)


def test_a_run_in_progress_is_shown_and_not_begun_twice(console: Any, platform: Any, broken: Any) -> None:
    platform(
        "INSERT INTO platform.migration_runs (started_by, target, total, migrated, wave) "
        "VALUES ('ola', '9', 200, 57, 'rest')"
    )
    page = console.get("/migrations").text
    assert "57 z 200" in page and "wszyscy pozostali" in page and 'value="57"' in page
    assert "57 z 200" in console.get("/migrations/progress").text
    assert "Wznów aktualizację" not in page
    platform("UPDATE platform.migration_runs SET seen_at = now() - interval '1 hour' WHERE started_by = 'ola'")
    assert "przerwana" in console.get("/migrations").text
    platform("DELETE FROM platform.migration_runs WHERE started_by = 'ola'")


def test_nobody_else_sees_it(browser: Any) -> None:
    assert browser().get("/migrations").status_code == 302
