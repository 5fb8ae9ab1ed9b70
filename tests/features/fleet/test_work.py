"""Work over all managers: who works, what failed, trying again once and with a line in both logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.core.actor import Actor
from app.core.errors import Conflict, NotThere
from app.fleet import commands, looking, queries, rules, workforce
from tests.pages import inspect

Rows = Callable[..., list[Any]]


def press(console: Any, slug: str, job: object) -> Any:
    console.get("/tenants/new")
    return console.post(f"/tenants/{slug}/jobs/retry", job=str(job))


def test_a_failed_job_is_tried_again_once_and_both_logs_say_so(
    tenant: Any, console: Any, operator: str, failed_job: Callable[..., int], at: Rows, platform: Rows
) -> None:
    job = failed_job(tenant)
    page = inspect(console.get(f"/tenants/{tenant.slug}/jobs"))
    assert "fleet.gather" in page and "ValueError: broken" in page
    for _time in range(3):
        assert press(console, tenant.slug, job).status_code == 303
    assert at(tenant, "SELECT state, error, failures FROM jobs WHERE id = :id", id=job) == [("waiting", None, 0)]
    told = at(tenant, "SELECT actor_kind, actor, subject FROM audit_entries WHERE action = 'job.retried'")
    assert told == [("operator", operator, "fleet.gather")]
    told = platform(
        "SELECT detail FROM platform.audit_entries WHERE action = 'job.retried' AND subject = :s", s=tenant.slug
    )
    assert told == [({"job": "fleet.gather"},)]
    assert "Nie ma takiego zadania" not in console.get("/audit").text


def test_what_was_asked_for_anew_meanwhile_is_not_doubled(
    tenant: Any, console: Any, failed_job: Callable[..., int], at: Rows
) -> None:
    job = failed_job(tenant)
    at(tenant, "INSERT INTO jobs (name, key, lane) VALUES ('fleet.gather', 'figures', 'bulk')")
    assert press(console, tenant.slug, job).status_code == 409
    assert at(tenant, "SELECT state FROM jobs WHERE id = :id", id=job) == [("failed",)]
    assert at(tenant, "SELECT count(*) FROM audit_entries WHERE action = 'job.retried'") == [(0,)]


@pytest.mark.parametrize("job", ["", "0", "999999999", "-1", "1; DROP TABLE jobs", "9" * 10_000, "½", "1\u0660"])
def test_a_number_of_no_job_is_not_there(tenant: Any, console: Any, job: str) -> None:
    assert press(console, tenant.slug, job).status_code == 404
    assert press(console, "nobody", job).status_code == 404


def test_a_job_of_one_manager_is_not_reached_through_another(
    new_tenant: Any, console: Any, failed_job: Callable[..., int], at: Rows
) -> None:
    ours, theirs = new_tenant(), new_tenant()
    job = failed_job(theirs)
    assert press(console, ours.slug, job).status_code == 404
    assert at(theirs, "SELECT state FROM jobs WHERE id = :id", id=job) == [("failed",)]


def test_nothing_of_a_resident_is_shown(tenant: Any, console: Any, failed_job: Callable[..., int], at: Rows) -> None:
    failed_job(
        tenant, "accounts.send_reset", "jan.kowalski@example.com",
        "SMTPRecipientsRefused: {'jan.kowalski@example.com': (550, b'No Kowalski here')} "
        "tel. 601 234 567\nDETAIL: Kowalski",
    )  # fmt: skip
    at(tenant, 'UPDATE jobs SET args = \'{"identifier": "jan.kowalski@example.com"}\'')
    for path in ("/jobs", ""):
        page = inspect(console.get(f"/tenants/{tenant.slug}{path}"))
        assert not any(word in page.lower() for word in ("kowalski", "601 234"))
    assert "SMTPRecipientsRefused" in console.get(f"/tenants/{tenant.slug}/jobs").text


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (None, ""),
        ("ValueError: broken", "ValueError: broken"),
        ('UniqueViolation: duplicate key violates unique constraint "uq_jobs_live"\nDETAIL: Key (a)=(Jan)',
         'UniqueViolation: duplicate key violates unique constraint "uq_jobs_live"'),
        ("KeyError: 'Nowak'", "KeyError: …"),
        ("Refused: Konto jan@x.pl, PL61 1090 1014 0000 0712 1981 2874", "Refused: Konto … PL…"),
        ("Error: Key (email)=(a b) exists", "Error: Key … exists"),
        ("its process died 3 times", "its process died 3 times"),
        ("x" * 5000, "x" * 160),
    ],
)  # fmt: skip
def test_an_error_keeps_its_kind_and_loses_its_values(error: str | None, said: str) -> None:
    assert rules.said_of(error) == said


def test_the_platforms_own_work_is_shown_and_tried_again(console: Any, platform: Rows, acting: Actor) -> None:
    rows = platform(
        "INSERT INTO platform.jobs (name, key, lane, state, error, finished_at) "
        "VALUES ('onboarding.open', 'tests-fleet', 'urgent', 'failed', 'OSError: disk', now()) RETURNING id"
    )
    page = inspect(console.get("/jobs"))
    assert "onboarding.open" in page and "OSError: disk" in page
    for _time in range(2):
        assert console.post("/jobs/retry", job=str(rows[0][0])).status_code == 303
    assert platform("SELECT state FROM platform.jobs WHERE id = :id", id=rows[0][0]) == [("waiting",)]
    told = (
        "SELECT count(*) FROM platform.audit_entries "
        "WHERE action = 'job.retried' AND subject = 'platform' AND actor = :a"
    )
    assert platform(told, a=acting.login) == [(1,)]
    platform("DELETE FROM platform.jobs WHERE id = :id", id=rows[0][0])


def test_managers_with_failed_work_come_first(
    app: Any, new_tenant: Any, console: Any, acting: Actor, failed_job: Callable[..., int], context: Any
) -> None:
    well, sick = new_tenant(), new_tenant()
    failed_job(sick)
    for made in (well, sick):
        commands.refresh(acting, made.slug)
    slugs = [row.slug for row in queries.with_work(acting).rows]
    assert sick.slug in slugs
    assert f"/tenants/{sick.slug}/jobs" in inspect(console.get("/jobs"))


def test_without_redis_or_workers_the_page_says_so(
    console: Any, acting: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = inspect(console.get("/jobs"))
    assert "Nie pracuje żaden proces" in page
    monkeypatch.setattr(workforce, "_looks", [lambda: None])
    assert "Redis nie odpowiada" in inspect(console.get("/jobs"))


def test_a_schema_that_cannot_be_read_leaves_the_page_standing(
    app: Any, tenant: Any, console: Any, acting: Actor, context: Any
) -> None:
    import psycopg

    commands.refresh(acting, tenant.slug)
    with psycopg.connect(app.settings.database_url.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute(f"ALTER TABLE {tenant.schema}.jobs RENAME TO jobs_away".encode())
        try:
            page = inspect(console.get(f"/tenants/{tenant.slug}"))
            assert "Nie da się teraz odczytać" in page and "Konta biura" in page
            assert "Nie da się teraz odczytać" in inspect(console.get(f"/tenants/{tenant.slug}/jobs"))
            with pytest.raises(Conflict):
                commands.refresh(acting, tenant.slug)
        finally:
            owner.execute(f"ALTER TABLE {tenant.schema}.jobs_away RENAME TO jobs".encode())


def test_strangers_reach_nothing(tenant: Any, stranger: Actor, failed_job: Callable[..., int], context: Any) -> None:
    job = failed_job(tenant)
    for deed in (
        lambda: commands.retry(stranger, tenant.slug, job),
        lambda: commands.retry_platform(stranger, 1),
        lambda: commands.refresh(stranger, tenant.slug),
        lambda: commands.refresh_all(stranger),
        lambda: looking.look(stranger, tenant.slug),
        lambda: looking.work_of(stranger, tenant.slug),
        lambda: looking.platform_work(stranger),
        lambda: workforce.workforce(stranger),
    ):
        with pytest.raises(NotThere):
            deed()
